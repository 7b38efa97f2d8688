from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar

from attrs import define as _attrs_define

T = TypeVar("T", bound="ModelTrafficSplitItem")


@_attrs_define
class ModelTrafficSplitItem:
    """
    Attributes:
        alias (str):
        percent (int):
    """

    alias: str
    percent: int

    def to_dict(self) -> dict[str, Any]:
        alias = self.alias

        percent = self.percent

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "alias": alias,
                "percent": percent,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        alias = d.pop("alias")

        percent = d.pop("percent")

        model_traffic_split_item = cls(
            alias=alias,
            percent=percent,
        )

        return model_traffic_split_item
