from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar

from attrs import define as _attrs_define

if TYPE_CHECKING:
    from ..models.put_prompt_json_body_objects_item import PutPromptJsonBodyObjectsItem


T = TypeVar("T", bound="PutPromptJsonBody")


@_attrs_define
class PutPromptJsonBody:
    """
    Example:
        {'objects': [{'id': 1, 'polygons': [[[120.5, 80], [190, 82.5], [160, 140]]]}, {'id': 2, 'absent': True}, {'id':
            3, 'points': [{'name': 'nose', 'x': 310.5, 'y': 96.25}, {'name': 'tail', 'visibility': 'absent'}]}]}

    Attributes:
        objects (list[PutPromptJsonBodyObjectsItem]):
    """

    objects: list[PutPromptJsonBodyObjectsItem]

    def to_dict(self) -> dict[str, Any]:
        objects = []
        for objects_item_data in self.objects:
            objects_item = objects_item_data.to_dict()
            objects.append(objects_item)

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "objects": objects,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.put_prompt_json_body_objects_item import (
            PutPromptJsonBodyObjectsItem,
        )

        d = dict(src_dict)
        objects = []
        _objects = d.pop("objects")
        for objects_item_data in _objects:
            objects_item = PutPromptJsonBodyObjectsItem.from_dict(objects_item_data)

            objects.append(objects_item)

        put_prompt_json_body = cls(
            objects=objects,
        )

        return put_prompt_json_body
