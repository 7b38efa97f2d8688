from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar, cast

from attrs import define as _attrs_define

T = TypeVar("T", bound="SuggestionListItemsItem")


@_attrs_define
class SuggestionListItemsItem:
    """
    Attributes:
        frame (int):
        seconds (float): When the frame is shown
        objects (list[int]): Those that gain by it, the one that gains most first
        expected_gain (float): Expected rise of the mean Jaccard index over these frames and all objects
        reason (str): What seems to be wrong, in words
    """

    frame: int
    seconds: float
    objects: list[int]
    expected_gain: float
    reason: str

    def to_dict(self) -> dict[str, Any]:
        frame = self.frame

        seconds = self.seconds

        objects = self.objects

        expected_gain = self.expected_gain

        reason = self.reason

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "frame": frame,
                "seconds": seconds,
                "objects": objects,
                "expectedGain": expected_gain,
                "reason": reason,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        frame = d.pop("frame")

        seconds = d.pop("seconds")

        objects = cast(list[int], d.pop("objects"))

        expected_gain = d.pop("expectedGain")

        reason = d.pop("reason")

        suggestion_list_items_item = cls(
            frame=frame,
            seconds=seconds,
            objects=objects,
            expected_gain=expected_gain,
            reason=reason,
        )

        return suggestion_list_items_item
