from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="VideoFramePageItemsItem")


@_attrs_define
class VideoFramePageItemsItem:
    """
    Attributes:
        index (int):
        pts (int): Time stamp in units of the time base
        seconds (float):
        key_frame (bool):
        name (str | Unset): Of a frame of a zip
    """

    index: int
    pts: int
    seconds: float
    key_frame: bool
    name: str | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        index = self.index

        pts = self.pts

        seconds = self.seconds

        key_frame = self.key_frame

        name = self.name

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "index": index,
                "pts": pts,
                "seconds": seconds,
                "keyFrame": key_frame,
            }
        )
        if name is not UNSET:
            field_dict["name"] = name

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        index = d.pop("index")

        pts = d.pop("pts")

        seconds = d.pop("seconds")

        key_frame = d.pop("keyFrame")

        name = d.pop("name", UNSET)

        video_frame_page_items_item = cls(
            index=index,
            pts=pts,
            seconds=seconds,
            key_frame=key_frame,
            name=name,
        )

        return video_frame_page_items_item
