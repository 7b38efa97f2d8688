"""Lists that come in pages."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol, TypeVar

from .generated.types import UNSET, Unset

T_co = TypeVar("T_co", covariant=True)


class Page(Protocol[T_co]):
    @property
    def items(self) -> Sequence[T_co]: ...
    @property
    def next_(self) -> str | None: ...


def all_items(page_after: Callable[[str | Unset], Page[T_co]]) -> Iterator[T_co]:
    """The items of all pages; each page is asked for when it is reached."""
    cursor: str | Unset = UNSET
    while True:
        page = page_after(cursor)
        yield from page.items
        if page.next_ is None:
            return
        cursor = page.next_
