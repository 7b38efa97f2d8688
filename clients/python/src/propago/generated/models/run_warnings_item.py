from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar

from attrs import define as _attrs_define

from ..models.run_warnings_item_code import RunWarningsItemCode

T = TypeVar("T", bound="RunWarningsItem")


@_attrs_define
class RunWarningsItem:
    """
    Attributes:
        code (RunWarningsItemCode):
        detail (str):
    """

    code: RunWarningsItemCode
    detail: str

    def to_dict(self) -> dict[str, Any]:
        code = self.code.value

        detail = self.detail

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "code": code,
                "detail": detail,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        code = RunWarningsItemCode(d.pop("code"))

        detail = d.pop("detail")

        run_warnings_item = cls(
            code=code,
            detail=detail,
        )

        return run_warnings_item
