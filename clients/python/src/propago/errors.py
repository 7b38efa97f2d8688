"""What a server refuses, and what fails on it, as one exception with a code."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Protocol, TypeVar

import httpx

from .generated.error_codes import ErrorCode
from .generated.models import Problem

T_co = TypeVar("T_co", covariant=True)


class Failure(Protocol):
    """Why something has failed on the server."""

    code: str
    title: str
    detail: str | None


class PropagoError(Exception):
    """A request that the server refuses, or a run or an export that has failed.

    Attributes:
        code: one of ErrorCode; the bare text where a newer server has one that this client does not know.
        status: of the HTTP answer; None where a run or an export has failed.
        title: one sentence for each code.
        detail: what is wrong in this case.
        errors: everything that is wrong with the values of the request, each with `path`, `code` and `message`.
    """

    def __init__(
        self,
        code: str,
        *,
        status: int | None = None,
        title: str = "",
        detail: str | None = None,
        errors: Sequence[Mapping[str, Any]] = (),
    ) -> None:
        super().__init__(f"{code}: {detail or title}")
        self.code = ErrorCode(code) if code in set(ErrorCode) else code
        self.status = status
        self.title = title
        self.detail = detail
        self.errors = tuple(errors)

    @classmethod
    def of_failure(cls, failure: Failure) -> PropagoError:
        """What has failed on the server."""
        return cls(failure.code, title=failure.title, detail=failure.detail)

    @classmethod
    def of_answer(cls, status: int, content: bytes) -> PropagoError:
        """The error that an answer is, which need not be one of Propago: proxies have pages of their own."""
        try:
            problem = json.loads(content)
            code = problem["code"]
        except (ValueError, KeyError, TypeError):
            return cls("UNKNOWN", status=status, title=f"HTTP {status}: {content[:200].decode(errors='replace')}")
        return cls(
            code,
            status=status,
            title=problem.get("title", ""),
            detail=problem.get("detail"),
            errors=problem.get("errors", ()),
        )


class _Answer(Protocol[T_co]):
    """What the generated functions return."""

    @property
    def status_code(self) -> int: ...
    @property
    def content(self) -> bytes: ...
    @property
    def parsed(self) -> Problem | T_co | None: ...


def good(answer: _Answer[T_co]) -> T_co:
    """What an answer of a generated function holds. Raises PropagoError where it is a refusal."""
    if answer.parsed is None or isinstance(answer.parsed, Problem):
        raise PropagoError.of_answer(answer.status_code, answer.content)
    return answer.parsed


def accepted(answer: httpx.Response) -> httpx.Response:
    """An answer that is no refusal. Raises PropagoError where it is one."""
    if answer.is_success:
        return answer
    raise PropagoError.of_answer(answer.status_code, answer.read())
