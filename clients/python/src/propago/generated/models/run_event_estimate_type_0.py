from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar, cast

from attrs import define as _attrs_define

T = TypeVar("T", bound="RunEventEstimateType0")


@_attrs_define
class RunEventEstimateType0:
    """
    Attributes:
        frames_per_second (float): Masks for each second since the run was accepted
        seconds_left (float | None): Null until the number of frames is known
    """

    frames_per_second: float
    seconds_left: float | None

    def to_dict(self) -> dict[str, Any]:
        frames_per_second = self.frames_per_second

        seconds_left: float | None
        seconds_left = self.seconds_left

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "framesPerSecond": frames_per_second,
                "secondsLeft": seconds_left,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        frames_per_second = d.pop("framesPerSecond")

        def _parse_seconds_left(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        seconds_left = _parse_seconds_left(d.pop("secondsLeft"))

        run_event_estimate_type_0 = cls(
            frames_per_second=frames_per_second,
            seconds_left=seconds_left,
        )

        return run_event_estimate_type_0
