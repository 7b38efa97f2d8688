from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from attrs import define as _attrs_define

if TYPE_CHECKING:
    from ..models.model_report_traffic_parts_item_failures_item import (
        ModelReportTrafficPartsItemFailuresItem,
    )


T = TypeVar("T", bound="ModelReportTrafficPartsItem")


@_attrs_define
class ModelReportTrafficPartsItem:
    """
    Attributes:
        alias (str):
        version (int):
        runs (int):
        succeeded (int):
        failed (int):
        failures (list[ModelReportTrafficPartsItemFailuresItem]): By error code
        confidence (float | None): Mean over all frames in which something was found
        seconds_per_frame (float | None): Of encoder work, also where the features were there already; null where they
            are gone
    """

    alias: str
    version: int
    runs: int
    succeeded: int
    failed: int
    failures: list[ModelReportTrafficPartsItemFailuresItem]
    confidence: float | None
    seconds_per_frame: float | None

    def to_dict(self) -> dict[str, Any]:
        alias = self.alias

        version = self.version

        runs = self.runs

        succeeded = self.succeeded

        failed = self.failed

        failures = []
        for failures_item_data in self.failures:
            failures_item = failures_item_data.to_dict()
            failures.append(failures_item)

        confidence: float | None
        confidence = self.confidence

        seconds_per_frame: float | None
        seconds_per_frame = self.seconds_per_frame

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "alias": alias,
                "version": version,
                "runs": runs,
                "succeeded": succeeded,
                "failed": failed,
                "failures": failures,
                "confidence": confidence,
                "secondsPerFrame": seconds_per_frame,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.model_report_traffic_parts_item_failures_item import (
            ModelReportTrafficPartsItemFailuresItem,
        )

        d = dict(src_dict)
        alias = d.pop("alias")

        version = d.pop("version")

        runs = d.pop("runs")

        succeeded = d.pop("succeeded")

        failed = d.pop("failed")

        failures = []
        _failures = d.pop("failures")
        for failures_item_data in _failures:
            failures_item = ModelReportTrafficPartsItemFailuresItem.from_dict(
                failures_item_data
            )

            failures.append(failures_item)

        def _parse_confidence(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        confidence = _parse_confidence(d.pop("confidence"))

        def _parse_seconds_per_frame(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        seconds_per_frame = _parse_seconds_per_frame(d.pop("secondsPerFrame"))

        model_report_traffic_parts_item = cls(
            alias=alias,
            version=version,
            runs=runs,
            succeeded=succeeded,
            failed=failed,
            failures=failures,
            confidence=confidence,
            seconds_per_frame=seconds_per_frame,
        )

        return model_report_traffic_parts_item
