from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from attrs import define as _attrs_define

if TYPE_CHECKING:
    from ..models.timeline_objects_item import TimelineObjectsItem


T = TypeVar("T", bound="Timeline")


@_attrs_define
class Timeline:
    """All frames of a run without their masks, in columns

    Attributes:
        revision (int): Of the run; frames of an earlier one will change
        frames (list[int]): Indices of the frames that have masks, ascending
        revisions (list[int]): Of each of these frames: the revision that its mask is of
        objects (list[TimelineObjectsItem]):
    """

    revision: int
    frames: list[int]
    revisions: list[int]
    objects: list[TimelineObjectsItem]

    def to_dict(self) -> dict[str, Any]:
        revision = self.revision

        frames = self.frames

        revisions = self.revisions

        objects = []
        for objects_item_data in self.objects:
            objects_item = objects_item_data.to_dict()
            objects.append(objects_item)

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "revision": revision,
                "frames": frames,
                "revisions": revisions,
                "objects": objects,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.timeline_objects_item import TimelineObjectsItem

        d = dict(src_dict)
        revision = d.pop("revision")

        frames = cast(list[int], d.pop("frames"))

        revisions = cast(list[int], d.pop("revisions"))

        objects = []
        _objects = d.pop("objects")
        for objects_item_data in _objects:
            objects_item = TimelineObjectsItem.from_dict(objects_item_data)

            objects.append(objects_item)

        timeline = cls(
            revision=revision,
            frames=frames,
            revisions=revisions,
            objects=objects,
        )

        return timeline
