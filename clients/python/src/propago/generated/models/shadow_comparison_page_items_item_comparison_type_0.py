from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, Self, TypeVar, cast

from attrs import define as _attrs_define

T = TypeVar("T", bound="ShadowComparisonPageItemsItemComparisonType0")


@_attrs_define
class ShadowComparisonPageItemsItemComparisonType0:
    """
    Attributes:
        frames (int):
        mean_jaccard (float): Between the two masks, over frames and classes
        seconds_per_frame (float | None): Of encoder work; null where it is not known any more
        base_seconds_per_frame (float | None):
        compared_at (datetime.datetime):
    """

    frames: int
    mean_jaccard: float
    seconds_per_frame: float | None
    base_seconds_per_frame: float | None
    compared_at: datetime.datetime

    def to_dict(self) -> dict[str, Any]:
        frames = self.frames

        mean_jaccard = self.mean_jaccard

        seconds_per_frame: float | None
        seconds_per_frame = self.seconds_per_frame

        base_seconds_per_frame: float | None
        base_seconds_per_frame = self.base_seconds_per_frame

        compared_at = self.compared_at.isoformat()

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "frames": frames,
                "meanJaccard": mean_jaccard,
                "secondsPerFrame": seconds_per_frame,
                "baseSecondsPerFrame": base_seconds_per_frame,
                "comparedAt": compared_at,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        frames = d.pop("frames")

        mean_jaccard = d.pop("meanJaccard")

        def _parse_seconds_per_frame(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        seconds_per_frame = _parse_seconds_per_frame(d.pop("secondsPerFrame"))

        def _parse_base_seconds_per_frame(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        base_seconds_per_frame = _parse_base_seconds_per_frame(
            d.pop("baseSecondsPerFrame")
        )

        compared_at = datetime.datetime.fromisoformat(d.pop("comparedAt"))

        shadow_comparison_page_items_item_comparison_type_0 = cls(
            frames=frames,
            mean_jaccard=mean_jaccard,
            seconds_per_frame=seconds_per_frame,
            base_seconds_per_frame=base_seconds_per_frame,
            compared_at=compared_at,
        )

        return shadow_comparison_page_items_item_comparison_type_0
