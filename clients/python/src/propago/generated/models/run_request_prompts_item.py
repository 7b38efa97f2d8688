from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar

from attrs import define as _attrs_define

if TYPE_CHECKING:
    from ..models.run_request_prompts_item_objects_item import (
        RunRequestPromptsItemObjectsItem,
    )


T = TypeVar("T", bound="RunRequestPromptsItem")


@_attrs_define
class RunRequestPromptsItem:
    """
    Attributes:
        frame (int):
        objects (list[RunRequestPromptsItemObjectsItem]):
    """

    frame: int
    objects: list[RunRequestPromptsItemObjectsItem]

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
        from ..models.run_request_prompts_item_objects_item import (
            RunRequestPromptsItemObjectsItem,
        )

        d = dict(src_dict)
        frame = d.pop("frame")

        objects = []
        _objects = d.pop("objects")
        for objects_item_data in _objects:
            objects_item = RunRequestPromptsItemObjectsItem.from_dict(objects_item_data)

            objects.append(objects_item)

        run_request_prompts_item = cls(
            frame=frame,
            objects=objects,
        )

        return run_request_prompts_item
