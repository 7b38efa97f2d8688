from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from attrs import define as _attrs_define

if TYPE_CHECKING:
    from ..models.video_frame_page_decoding import VideoFramePageDecoding
    from ..models.video_frame_page_items_item import VideoFramePageItemsItem
    from ..models.video_frame_page_time_base import VideoFramePageTimeBase


T = TypeVar("T", bound="VideoFramePage")


@_attrs_define
class VideoFramePage:
    """While it is being decoded `next` may be null although more will follow: go on after the last index

    Attributes:
        items (list[VideoFramePageItemsItem]):
        next_ (None | str): `cursor` of the next page; null: this is the last one
        time_base (VideoFramePageTimeBase): Seconds of one unit of a time stamp
        frames (int | None): Null until it has been decoded to its end
        decoding (VideoFramePageDecoding):
    """

    items: list[VideoFramePageItemsItem]
    next_: None | str
    time_base: VideoFramePageTimeBase
    frames: int | None
    decoding: VideoFramePageDecoding

    def to_dict(self) -> dict[str, Any]:
        items = []
        for items_item_data in self.items:
            items_item = items_item_data.to_dict()
            items.append(items_item)

        next_: None | str
        next_ = self.next_

        time_base = self.time_base.to_dict()

        frames: int | None
        frames = self.frames

        decoding = self.decoding.to_dict()

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "items": items,
                "next": next_,
                "timeBase": time_base,
                "frames": frames,
                "decoding": decoding,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.video_frame_page_decoding import VideoFramePageDecoding
        from ..models.video_frame_page_items_item import VideoFramePageItemsItem
        from ..models.video_frame_page_time_base import VideoFramePageTimeBase

        d = dict(src_dict)
        items = []
        _items = d.pop("items")
        for items_item_data in _items:
            items_item = VideoFramePageItemsItem.from_dict(items_item_data)

            items.append(items_item)

        def _parse_next_(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        next_ = _parse_next_(d.pop("next"))

        time_base = VideoFramePageTimeBase.from_dict(d.pop("timeBase"))

        def _parse_frames(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        frames = _parse_frames(d.pop("frames"))

        decoding = VideoFramePageDecoding.from_dict(d.pop("decoding"))

        video_frame_page = cls(
            items=items,
            next_=next_,
            time_base=time_base,
            frames=frames,
            decoding=decoding,
        )

        return video_frame_page
