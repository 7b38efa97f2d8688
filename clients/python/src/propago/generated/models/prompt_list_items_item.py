from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar

from attrs import define as _attrs_define

if TYPE_CHECKING:
    from ..models.prompt_list_items_item_objects_item import (
        PromptListItemsItemObjectsItem,
    )


T = TypeVar("T", bound="PromptListItemsItem")


@_attrs_define
class PromptListItemsItem:
    """
    Attributes:
        frame (int):
        objects (list[PromptListItemsItemObjectsItem]): Those that the prompt speaks of
    """

    frame: int
    objects: list[PromptListItemsItemObjectsItem]

    def to_dict(self) -> dict[str, Any]:
        frame = self.frame

        objects = []
        for objects_item_data in self.objects:
            objects_item = objects_item_data.to_dict()
            objects.append(objects_item)

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "frame": frame,
                "objects": objects,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.prompt_list_items_item_objects_item import (
            PromptListItemsItemObjectsItem,
        )

        d = dict(src_dict)
        frame = d.pop("frame")

        objects = []
        _objects = d.pop("objects")
        for objects_item_data in _objects:
            objects_item = PromptListItemsItemObjectsItem.from_dict(objects_item_data)

            objects.append(objects_item)

        prompt_list_items_item = cls(
            frame=frame,
            objects=objects,
        )

        return prompt_list_items_item
