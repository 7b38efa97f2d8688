from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar

from attrs import define as _attrs_define

if TYPE_CHECKING:
    from ..models.create_run_body_prompts_item_objects_item import (
        CreateRunBodyPromptsItemObjectsItem,
    )


T = TypeVar("T", bound="CreateRunBodyPromptsItem")


@_attrs_define
class CreateRunBodyPromptsItem:
    """
    Attributes:
        frame (int):
        objects (list[CreateRunBodyPromptsItemObjectsItem]):
    """

    frame: int
    objects: list[CreateRunBodyPromptsItemObjectsItem]

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
        from ..models.create_run_body_prompts_item_objects_item import (
            CreateRunBodyPromptsItemObjectsItem,
        )

        d = dict(src_dict)
        frame = d.pop("frame")

        objects = []
        _objects = d.pop("objects")
        for objects_item_data in _objects:
            objects_item = CreateRunBodyPromptsItemObjectsItem.from_dict(
                objects_item_data
            )

            objects.append(objects_item)

        create_run_body_prompts_item = cls(
            frame=frame,
            objects=objects,
        )

        return create_run_body_prompts_item
