from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar

from attrs import define as _attrs_define

from ..models.training_event_metrics_item_kind import TrainingEventMetricsItemKind

if TYPE_CHECKING:
    from ..models.training_event_metrics_item_values import (
        TrainingEventMetricsItemValues,
    )


T = TypeVar("T", bound="TrainingEventMetricsItem")


@_attrs_define
class TrainingEventMetricsItem:
    """
    Attributes:
        kind (TrainingEventMetricsItemKind): train: as it goes; at the end also the scores, and which files were skipped
            and why
        step (int):
        values (TrainingEventMetricsItemValues):
        at (datetime.datetime):
    """

    kind: TrainingEventMetricsItemKind
    step: int
    values: TrainingEventMetricsItemValues
    at: datetime.datetime

    def to_dict(self) -> dict[str, Any]:
        kind = self.kind.value

        step = self.step

        values = self.values.to_dict()

        at = self.at.isoformat()

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "kind": kind,
                "step": step,
                "values": values,
                "at": at,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.training_event_metrics_item_values import (
            TrainingEventMetricsItemValues,
        )

        d = dict(src_dict)
        kind = TrainingEventMetricsItemKind(d.pop("kind"))

        step = d.pop("step")

        values = TrainingEventMetricsItemValues.from_dict(d.pop("values"))

        at = datetime.datetime.fromisoformat(d.pop("at"))

        training_event_metrics_item = cls(
            kind=kind,
            step=step,
            values=values,
            at=at,
        )

        return training_event_metrics_item
