from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar
from uuid import UUID

from attrs import define as _attrs_define

T = TypeVar("T", bound="ModelReportShadowsItemWorstItem")


@_attrs_define
class ModelReportShadowsItemWorstItem:
    """
    Attributes:
        run_id (UUID):
        shadow_run_id (UUID):
        agreement (float):
    """

    run_id: UUID
    shadow_run_id: UUID
    agreement: float

    def to_dict(self) -> dict[str, Any]:
        run_id = str(self.run_id)

        shadow_run_id = str(self.shadow_run_id)

        agreement = self.agreement

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "runId": run_id,
                "shadowRunId": shadow_run_id,
                "agreement": agreement,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        run_id = UUID(d.pop("runId"))

        shadow_run_id = UUID(d.pop("shadowRunId"))

        agreement = d.pop("agreement")

        model_report_shadows_item_worst_item = cls(
            run_id=run_id,
            shadow_run_id=shadow_run_id,
            agreement=agreement,
        )

        return model_report_shadows_item_worst_item
