from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from attrs import define as _attrs_define

if TYPE_CHECKING:
    from ..models.model_report_shadows_item_failures_item import (
        ModelReportShadowsItemFailuresItem,
    )
    from ..models.model_report_shadows_item_worst_item import (
        ModelReportShadowsItemWorstItem,
    )


T = TypeVar("T", bound="ModelReportShadowsItem")


@_attrs_define
class ModelReportShadowsItem:
    """Runs repeated with another version; confidence and seconds are those of compared runs

    Attributes:
        version (int):
        base_version (int): Of the runs that users got
        since (datetime.datetime):
        compared (int):
        mean_agreement (float | None): Jaccard index between the two masks, mean over compared runs
        runs (int):
        succeeded (int):
        failed (int):
        failures (list[ModelReportShadowsItemFailuresItem]): By error code
        confidence (float | None): Mean over all frames in which something was found
        seconds_per_frame (float | None): Of encoder work, also where the features were there already; null where they
            are gone
        base_confidence (float | None):
        base_seconds_per_frame (float | None):
        worst (list[ModelReportShadowsItemWorstItem]): The runs whose masks differ most
    """

    version: int
    base_version: int
    since: datetime.datetime
    compared: int
    mean_agreement: float | None
    runs: int
    succeeded: int
    failed: int
    failures: list[ModelReportShadowsItemFailuresItem]
    confidence: float | None
    seconds_per_frame: float | None
    base_confidence: float | None
    base_seconds_per_frame: float | None
    worst: list[ModelReportShadowsItemWorstItem]

    def to_dict(self) -> dict[str, Any]:
        version = self.version

        base_version = self.base_version

        since = self.since.isoformat()

        compared = self.compared

        mean_agreement: float | None
        mean_agreement = self.mean_agreement

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

        base_confidence: float | None
        base_confidence = self.base_confidence

        base_seconds_per_frame: float | None
        base_seconds_per_frame = self.base_seconds_per_frame

        worst = []
        for worst_item_data in self.worst:
            worst_item = worst_item_data.to_dict()
            worst.append(worst_item)

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "version": version,
                "baseVersion": base_version,
                "since": since,
                "compared": compared,
                "meanAgreement": mean_agreement,
                "runs": runs,
                "succeeded": succeeded,
                "failed": failed,
                "failures": failures,
                "confidence": confidence,
                "secondsPerFrame": seconds_per_frame,
                "baseConfidence": base_confidence,
                "baseSecondsPerFrame": base_seconds_per_frame,
                "worst": worst,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.model_report_shadows_item_failures_item import (
            ModelReportShadowsItemFailuresItem,
        )
        from ..models.model_report_shadows_item_worst_item import (
            ModelReportShadowsItemWorstItem,
        )

        d = dict(src_dict)
        version = d.pop("version")

        base_version = d.pop("baseVersion")

        since = datetime.datetime.fromisoformat(d.pop("since"))

        compared = d.pop("compared")

        def _parse_mean_agreement(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        mean_agreement = _parse_mean_agreement(d.pop("meanAgreement"))

        runs = d.pop("runs")

        succeeded = d.pop("succeeded")

        failed = d.pop("failed")

        failures = []
        _failures = d.pop("failures")
        for failures_item_data in _failures:
            failures_item = ModelReportShadowsItemFailuresItem.from_dict(
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

        def _parse_base_confidence(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        base_confidence = _parse_base_confidence(d.pop("baseConfidence"))

        def _parse_base_seconds_per_frame(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        base_seconds_per_frame = _parse_base_seconds_per_frame(
            d.pop("baseSecondsPerFrame")
        )

        worst = []
        _worst = d.pop("worst")
        for worst_item_data in _worst:
            worst_item = ModelReportShadowsItemWorstItem.from_dict(worst_item_data)

            worst.append(worst_item)

        model_report_shadows_item = cls(
            version=version,
            base_version=base_version,
            since=since,
            compared=compared,
            mean_agreement=mean_agreement,
            runs=runs,
            succeeded=succeeded,
            failed=failed,
            failures=failures,
            confidence=confidence,
            seconds_per_frame=seconds_per_frame,
            base_confidence=base_confidence,
            base_seconds_per_frame=base_seconds_per_frame,
            worst=worst,
        )

        return model_report_shadows_item
