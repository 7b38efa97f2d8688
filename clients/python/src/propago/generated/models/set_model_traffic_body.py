from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar

from attrs import define as _attrs_define

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.set_model_traffic_body_split_item import SetModelTrafficBodySplitItem


T = TypeVar("T", bound="SetModelTrafficBody")


@_attrs_define
class SetModelTrafficBody:
    """
    Attributes:
        split (list[SetModelTrafficBodySplitItem]):
        expected_revision (int | Unset):
    """

    split: list[SetModelTrafficBodySplitItem]
    expected_revision: int | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        split = []
        for split_item_data in self.split:
            split_item = split_item_data.to_dict()
            split.append(split_item)

        expected_revision = self.expected_revision

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "split": split,
            }
        )
        if expected_revision is not UNSET:
            field_dict["expectedRevision"] = expected_revision

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.set_model_traffic_body_split_item import (
            SetModelTrafficBodySplitItem,
        )

        d = dict(src_dict)
        split = []
        _split = d.pop("split")
        for split_item_data in _split:
            split_item = SetModelTrafficBodySplitItem.from_dict(split_item_data)

            split.append(split_item)

        expected_revision = d.pop("expectedRevision", UNSET)

        set_model_traffic_body = cls(
            split=split,
            expected_revision=expected_revision,
        )

        return set_model_traffic_body
