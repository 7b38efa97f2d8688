from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar, cast

from attrs import define as _attrs_define

from ..models.frame_page_items_item_keypoints_item_points_item_state import (
    FramePageItemsItemKeypointsItemPointsItemState,
)

T = TypeVar("T", bound="FramePageItemsItemKeypointsItemPointsItem")


@_attrs_define
class FramePageItemsItemKeypointsItemPointsItem:
    """
    Attributes:
        name (str):
        x (float | None): Pixels of the video from its left edge: the centre of the first pixel is 0.5; null: no place
        y (float | None): Pixels from the upper edge
        confidence (float): 1 where a prompt says it
        state (FramePageItemsItemKeypointsItemPointsItemState): visible; hidden and absent as a prompt says; lost: the
            confidence is too low, and x and y are a guess
    """

    name: str
    x: float | None
    y: float | None
    confidence: float
    state: FramePageItemsItemKeypointsItemPointsItemState

    def to_dict(self) -> dict[str, Any]:
        name = self.name

        x: float | None
        x = self.x

        y: float | None
        y = self.y

        confidence = self.confidence

        state = self.state.value

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "name": name,
                "x": x,
                "y": y,
                "confidence": confidence,
                "state": state,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        name = d.pop("name")

        def _parse_x(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        x = _parse_x(d.pop("x"))

        def _parse_y(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        y = _parse_y(d.pop("y"))

        confidence = d.pop("confidence")

        state = FramePageItemsItemKeypointsItemPointsItemState(d.pop("state"))

        frame_page_items_item_keypoints_item_points_item = cls(
            name=name,
            x=x,
            y=y,
            confidence=confidence,
            state=state,
        )

        return frame_page_items_item_keypoints_item_points_item
