from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar

from attrs import define as _attrs_define

if TYPE_CHECKING:
    from ..models.training_event_metrics_item import TrainingEventMetricsItem
    from ..models.training_run import TrainingRun


T = TypeVar("T", bound="TrainingEvent")


@_attrs_define
class TrainingEvent:
    """
    Attributes:
        run (TrainingRun):
        metrics (list[TrainingEventMetricsItem]):
    """

    run: TrainingRun
    metrics: list[TrainingEventMetricsItem]

    def to_dict(self) -> dict[str, Any]:
        run = self.run.to_dict()

        metrics = []
        for metrics_item_data in self.metrics:
            metrics_item = metrics_item_data.to_dict()
            metrics.append(metrics_item)

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "run": run,
                "metrics": metrics,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.training_event_metrics_item import TrainingEventMetricsItem
        from ..models.training_run import TrainingRun

        d = dict(src_dict)
        run = TrainingRun.from_dict(d.pop("run"))

        metrics = []
        _metrics = d.pop("metrics")
        for metrics_item_data in _metrics:
            metrics_item = TrainingEventMetricsItem.from_dict(metrics_item_data)

            metrics.append(metrics_item)

        training_event = cls(
            run=run,
            metrics=metrics,
        )

        return training_event
