from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from attrs import define as _attrs_define

from ..models.run_event_passes_item_direction import RunEventPassesItemDirection

if TYPE_CHECKING:
    from ..models.run_event_passes_item_segments import RunEventPassesItemSegments


T = TypeVar("T", bound="RunEventPassesItem")


@_attrs_define
class RunEventPassesItem:
    """
    Attributes:
        direction (RunEventPassesItemDirection):
        from_frame (int): Of its prompt
        to_frame (int | None): The last one in its direction; null: that of the video, which is not known yet
        objects (list[int]): Ids of those that its prompt speaks of
        segments (RunEventPassesItemSegments): Pieces of work, of some frames each
    """

    direction: RunEventPassesItemDirection
    from_frame: int
    to_frame: int | None
    objects: list[int]
    segments: RunEventPassesItemSegments

    def to_dict(self) -> dict[str, Any]:
        direction = self.direction.value

        from_frame = self.from_frame

        to_frame: int | None
        to_frame = self.to_frame

        objects = self.objects

        segments = self.segments.to_dict()

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "direction": direction,
                "fromFrame": from_frame,
                "toFrame": to_frame,
                "objects": objects,
                "segments": segments,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.run_event_passes_item_segments import RunEventPassesItemSegments

        d = dict(src_dict)
        direction = RunEventPassesItemDirection(d.pop("direction"))

        from_frame = d.pop("fromFrame")

        def _parse_to_frame(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        to_frame = _parse_to_frame(d.pop("toFrame"))

        objects = cast(list[int], d.pop("objects"))

        segments = RunEventPassesItemSegments.from_dict(d.pop("segments"))

        run_event_passes_item = cls(
            direction=direction,
            from_frame=from_frame,
            to_frame=to_frame,
            objects=objects,
            segments=segments,
        )

        return run_event_passes_item
