from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar, cast

from attrs import define as _attrs_define

T = TypeVar("T", bound="ExportErrorType0")


@_attrs_define
class ExportErrorType0:
    """
    Attributes:
        code (str):
        title (str): One sentence for each code
        detail (None | str):
    """

    code: str
    title: str
    detail: None | str

    def to_dict(self) -> dict[str, Any]:
        code = self.code

        title = self.title

        detail: None | str
        detail = self.detail

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "code": code,
                "title": title,
                "detail": detail,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        code = d.pop("code")

        title = d.pop("title")

        def _parse_detail(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        detail = _parse_detail(d.pop("detail"))

        export_error_type_0 = cls(
            code=code,
            title=title,
            detail=detail,
        )

        return export_error_type_0
