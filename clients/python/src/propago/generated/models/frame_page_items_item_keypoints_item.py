from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar

from attrs import define as _attrs_define

if TYPE_CHECKING:
    from ..models.frame_page_items_item_keypoints_item_points_item import (
        FramePageItemsItemKeypointsItemPointsItem,
    )


T = TypeVar("T", bound="FramePageItemsItemKeypointsItem")


@_attrs_define
class FramePageItemsItemKeypointsItem:
    """
    Attributes:
        id (int):
        points (list[FramePageItemsItemKeypointsItemPointsItem]):
    """

    id: int
    points: list[FramePageItemsItemKeypointsItemPointsItem]

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        points = []
        for points_item_data in self.points:
            points_item = points_item_data.to_dict()
            points.append(points_item)

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "id": id,
                "points": points,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.frame_page_items_item_keypoints_item_points_item import (
            FramePageItemsItemKeypointsItemPointsItem,
        )

        d = dict(src_dict)
        id = d.pop("id")

        points = []
        _points = d.pop("points")
        for points_item_data in _points:
            points_item = FramePageItemsItemKeypointsItemPointsItem.from_dict(
                points_item_data
            )

            points.append(points_item)

        frame_page_items_item_keypoints_item = cls(
            id=id,
            points=points,
        )

        return frame_page_items_item_keypoints_item
