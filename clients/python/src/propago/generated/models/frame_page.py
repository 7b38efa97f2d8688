from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from attrs import define as _attrs_define

if TYPE_CHECKING:
    from ..models.frame_page_items_item import FramePageItemsItem
    from ..models.frame_page_time_base import FramePageTimeBase


T = TypeVar("T", bound="FramePage")


@_attrs_define
class FramePage:
    """
    Attributes:
        items (list[FramePageItemsItem]):
        next_ (None | str): `cursor` of the next page; null: this is the last one
        time_base (FramePageTimeBase): Seconds of one unit of a time stamp
    """

    items: list[FramePageItemsItem]
    next_: None | str
    time_base: FramePageTimeBase

    def to_dict(self) -> dict[str, Any]:
        items = []
        for items_item_data in self.items:
            items_item = items_item_data.to_dict()
            items.append(items_item)

        next_: None | str
        next_ = self.next_

        time_base = self.time_base.to_dict()

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "items": items,
                "next": next_,
                "timeBase": time_base,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.frame_page_items_item import FramePageItemsItem
        from ..models.frame_page_time_base import FramePageTimeBase

        d = dict(src_dict)
        items = []
        _items = d.pop("items")
        for items_item_data in _items:
            items_item = FramePageItemsItem.from_dict(items_item_data)

            items.append(items_item)

        def _parse_next_(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        next_ = _parse_next_(d.pop("next"))

        time_base = FramePageTimeBase.from_dict(d.pop("timeBase"))

        frame_page = cls(
            items=items,
            next_=next_,
            time_base=time_base,
        )

        return frame_page
