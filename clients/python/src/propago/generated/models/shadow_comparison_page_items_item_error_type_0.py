from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar, cast

from attrs import define as _attrs_define

T = TypeVar("T", bound="ShadowComparisonPageItemsItemErrorType0")


@_attrs_define
class ShadowComparisonPageItemsItemErrorType0:
    """
    Attributes:
        code (str):
        detail (None | str):
    """

    code: str
    detail: None | str

    def to_dict(self) -> dict[str, Any]:
        code = self.code

        detail: None | str
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
        code = d.pop("code")

        def _parse_detail(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        detail = _parse_detail(d.pop("detail"))

        shadow_comparison_page_items_item_error_type_0 = cls(
            code=code,
            detail=detail,
        )

        return shadow_comparison_page_items_item_error_type_0
