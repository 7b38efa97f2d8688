from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar

from attrs import define as _attrs_define

from ..models.model_index_items_item_state import ModelIndexItemsItemState

T = TypeVar("T", bound="ModelIndexItemsItem")


@_attrs_define
class ModelIndexItemsItem:
    """
    Attributes:
        name (str):
        version (str):
        state (ModelIndexItemsItemState):
        reason (str):
    """

    name: str
    version: str
    state: ModelIndexItemsItemState
    reason: str

    def to_dict(self) -> dict[str, Any]:
        name = self.name

        version = self.version

        state = self.state.value

        reason = self.reason

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "name": name,
                "version": version,
                "state": state,
                "reason": reason,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        name = d.pop("name")

        version = d.pop("version")

        state = ModelIndexItemsItemState(d.pop("state"))

        reason = d.pop("reason")

        model_index_items_item = cls(
            name=name,
            version=version,
            state=state,
            reason=reason,
        )

        return model_index_items_item
