from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from attrs import define as _attrs_define

if TYPE_CHECKING:
    from ..models.run_object import RunObject


T = TypeVar("T", bound="PromptImport")


@_attrs_define
class PromptImport:
    """
    Attributes:
        revision (int): Of the run, with the new prompts
        frames (list[int]): Those that have a prompt of the file now
        objects (list[RunObject]): Those that the file speaks of on these frames; new ones were added to the run
    """

    revision: int
    frames: list[int]
    objects: list[RunObject]

    def to_dict(self) -> dict[str, Any]:
        revision = self.revision

        frames = self.frames

        objects = []
        for objects_item_data in self.objects:
            objects_item = objects_item_data.to_dict()
            objects.append(objects_item)

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "revision": revision,
                "frames": frames,
                "objects": objects,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.run_object import RunObject

        d = dict(src_dict)
        revision = d.pop("revision")

        frames = cast(list[int], d.pop("frames"))

        objects = []
        _objects = d.pop("objects")
        for objects_item_data in _objects:
            objects_item = RunObject.from_dict(objects_item_data)

            objects.append(objects_item)

        prompt_import = cls(
            revision=revision,
            frames=frames,
            objects=objects,
        )

        return prompt_import
