from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar

from attrs import define as _attrs_define

if TYPE_CHECKING:
    from ..models.model_traffic_split_item import ModelTrafficSplitItem


T = TypeVar("T", bound="ModelTraffic")


@_attrs_define
class ModelTraffic:
    """
    Attributes:
        name (str):
        split (list[ModelTrafficSplitItem]):
        revision (int):
    """

    name: str
    split: list[ModelTrafficSplitItem]
    revision: int

    def to_dict(self) -> dict[str, Any]:
        name = self.name

        split = []
        for split_item_data in self.split:
            split_item = split_item_data.to_dict()
            split.append(split_item)

        revision = self.revision

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "name": name,
                "split": split,
                "revision": revision,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.model_traffic_split_item import ModelTrafficSplitItem

        d = dict(src_dict)
        name = d.pop("name")

        split = []
        _split = d.pop("split")
        for split_item_data in _split:
            split_item = ModelTrafficSplitItem.from_dict(split_item_data)

            split.append(split_item)

        revision = d.pop("revision")

        model_traffic = cls(
            name=name,
            split=split,
            revision=revision,
        )

        return model_traffic
