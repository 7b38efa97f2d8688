from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar, cast

from attrs import define as _attrs_define

T = TypeVar("T", bound="ModelReportShadowsItemFailuresItem")


@_attrs_define
class ModelReportShadowsItemFailuresItem:
    """
    Attributes:
        code (None | str):
        runs (int):
    """

    code: None | str
    runs: int

    def to_dict(self) -> dict[str, Any]:
        code: None | str
        code = self.code

        runs = self.runs

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "code": code,
                "runs": runs,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)

        def _parse_code(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        code = _parse_code(d.pop("code"))

        runs = d.pop("runs")

        model_report_shadows_item_failures_item = cls(
            code=code,
            runs=runs,
        )

        return model_report_shadows_item_failures_item
