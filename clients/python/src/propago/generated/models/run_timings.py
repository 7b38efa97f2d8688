from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from attrs import define as _attrs_define

if TYPE_CHECKING:
    from ..models.run_timings_stages import RunTimingsStages


T = TypeVar("T", bound="RunTimings")


@_attrs_define
class RunTimings:
    """
    Attributes:
        accepted_at (datetime.datetime):
        first_mask_at (datetime.datetime | None):
        finished_at (datetime.datetime | None):
        seconds (float | None): From acceptedAt to finishedAt
        first_mask_seconds (float | None):
        stages (RunTimingsStages): Seconds of work
    """

    accepted_at: datetime.datetime
    first_mask_at: datetime.datetime | None
    finished_at: datetime.datetime | None
    seconds: float | None
    first_mask_seconds: float | None
    stages: RunTimingsStages

    def to_dict(self) -> dict[str, Any]:
        accepted_at = self.accepted_at.isoformat()

        first_mask_at: None | str
        if isinstance(self.first_mask_at, datetime.datetime):
            first_mask_at = self.first_mask_at.isoformat()
        else:
            first_mask_at = self.first_mask_at

        finished_at: None | str
        if isinstance(self.finished_at, datetime.datetime):
            finished_at = self.finished_at.isoformat()
        else:
            finished_at = self.finished_at

        seconds: float | None
        seconds = self.seconds

        first_mask_seconds: float | None
        first_mask_seconds = self.first_mask_seconds

        stages = self.stages.to_dict()

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "acceptedAt": accepted_at,
                "firstMaskAt": first_mask_at,
                "finishedAt": finished_at,
                "seconds": seconds,
                "firstMaskSeconds": first_mask_seconds,
                "stages": stages,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.run_timings_stages import RunTimingsStages

        d = dict(src_dict)
        accepted_at = datetime.datetime.fromisoformat(d.pop("acceptedAt"))

        def _parse_first_mask_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                first_mask_at_type_0 = datetime.datetime.fromisoformat(data)

                return first_mask_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        first_mask_at = _parse_first_mask_at(d.pop("firstMaskAt"))

        def _parse_finished_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                finished_at_type_0 = datetime.datetime.fromisoformat(data)

                return finished_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        finished_at = _parse_finished_at(d.pop("finishedAt"))

        def _parse_seconds(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        seconds = _parse_seconds(d.pop("seconds"))

        def _parse_first_mask_seconds(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        first_mask_seconds = _parse_first_mask_seconds(d.pop("firstMaskSeconds"))

        stages = RunTimingsStages.from_dict(d.pop("stages"))

        run_timings = cls(
            accepted_at=accepted_at,
            first_mask_at=first_mask_at,
            finished_at=finished_at,
            seconds=seconds,
            first_mask_seconds=first_mask_seconds,
            stages=stages,
        )

        return run_timings
