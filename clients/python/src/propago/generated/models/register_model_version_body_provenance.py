from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar

from attrs import define as _attrs_define

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.register_model_version_body_provenance_metrics import (
        RegisterModelVersionBodyProvenanceMetrics,
    )


T = TypeVar("T", bound="RegisterModelVersionBodyProvenance")


@_attrs_define
class RegisterModelVersionBodyProvenance:
    """
    Attributes:
        training_run (str | Unset):
        git_revision (str | Unset):
        data (str | Unset):
        metrics (RegisterModelVersionBodyProvenanceMetrics | Unset):
        note (str | Unset):
    """

    training_run: str | Unset = UNSET
    git_revision: str | Unset = UNSET
    data: str | Unset = UNSET
    metrics: RegisterModelVersionBodyProvenanceMetrics | Unset = UNSET
    note: str | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        training_run = self.training_run

        git_revision = self.git_revision

        data = self.data

        metrics: dict[str, Any] | Unset = UNSET
        if not isinstance(self.metrics, Unset):
            metrics = self.metrics.to_dict()

        note = self.note

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if training_run is not UNSET:
            field_dict["trainingRun"] = training_run
        if git_revision is not UNSET:
            field_dict["gitRevision"] = git_revision
        if data is not UNSET:
            field_dict["data"] = data
        if metrics is not UNSET:
            field_dict["metrics"] = metrics
        if note is not UNSET:
            field_dict["note"] = note

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.register_model_version_body_provenance_metrics import (
            RegisterModelVersionBodyProvenanceMetrics,
        )

        d = dict(src_dict)
        training_run = d.pop("trainingRun", UNSET)

        git_revision = d.pop("gitRevision", UNSET)

        data = d.pop("data", UNSET)

        _metrics = d.pop("metrics", UNSET)
        metrics: RegisterModelVersionBodyProvenanceMetrics | Unset
        if isinstance(_metrics, Unset):
            metrics = UNSET
        else:
            metrics = RegisterModelVersionBodyProvenanceMetrics.from_dict(_metrics)

        note = d.pop("note", UNSET)

        register_model_version_body_provenance = cls(
            training_run=training_run,
            git_revision=git_revision,
            data=data,
            metrics=metrics,
            note=note,
        )

        return register_model_version_body_provenance
