from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar, cast

from attrs import define as _attrs_define

T = TypeVar("T", bound="FramePageItemsItemClassesItemRle")


@_attrs_define
class FramePageItemsItemClassesItemRle:
    """COCO run lengths; size is height, width

    Attributes:
        size (list[int]):
        counts (str):
    """

    size: list[int]
    counts: str

    def to_dict(self) -> dict[str, Any]:
        size = self.size

        counts = self.counts

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "size": size,
                "counts": counts,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        size = cast(list[int], d.pop("size"))

        counts = d.pop("counts")

        frame_page_items_item_classes_item_rle = cls(
            size=size,
            counts=counts,
        )

        return frame_page_items_item_classes_item_rle
