from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast
from uuid import UUID

from attrs import define as _attrs_define

from ..models.training_run_state import TrainingRunState
from ..models.training_run_weights import TrainingRunWeights
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.training_run_data import TrainingRunData
    from ..models.training_run_error_type_0 import TrainingRunErrorType0
    from ..models.training_run_registered_type_0 import TrainingRunRegisteredType0
    from ..models.training_run_settings import TrainingRunSettings


T = TypeVar("T", bound="TrainingRun")


@_attrs_define
class TrainingRun:
    """
    Attributes:
        id (UUID):
        state (TrainingRunState):
        name (str): What a person calls it Default: 'training'.
        settings (TrainingRunSettings): Settings of propago_trainer/config.py that differ from their defaults; checked
            by the trainer itself
        data (TrainingRunData):
        weights (TrainingRunWeights): How the ONNX file stores its weights Default: TrainingRunWeights.FP32.
        parent (None | UUID):
        created_by (str):
        starts (int): Of the training process, the first included
        step (int): The last one that was made
        steps (int | None):
        phase (None | str): What is being done, in words: loading textures, step 1: micro-batch 3 of 8, …
        warnings (list[str]): What makes this training useless, and the way out; a sentence each
        error (None | TrainingRunErrorType0):
        registered (None | TrainingRunRegisteredType0):
        created_at (datetime.datetime):
        started_at (datetime.datetime | None):
        finished_at (datetime.datetime | None):
        model (str | Unset): Model whose next version the encoder becomes; without it none is registered
    """

    id: UUID
    state: TrainingRunState
    settings: TrainingRunSettings
    data: TrainingRunData
    parent: None | UUID
    created_by: str
    starts: int
    step: int
    steps: int | None
    phase: None | str
    warnings: list[str]
    error: None | TrainingRunErrorType0
    registered: None | TrainingRunRegisteredType0
    created_at: datetime.datetime
    started_at: datetime.datetime | None
    finished_at: datetime.datetime | None
    name: str = "training"
    weights: TrainingRunWeights = TrainingRunWeights.FP32
    model: str | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        from ..models.training_run_error_type_0 import TrainingRunErrorType0
        from ..models.training_run_registered_type_0 import TrainingRunRegisteredType0

        id = str(self.id)

        state = self.state.value

        name = self.name

        settings = self.settings.to_dict()

        data = self.data.to_dict()

        weights = self.weights.value

        parent: None | str
        if isinstance(self.parent, UUID):
            parent = str(self.parent)
        else:
            parent = self.parent

        created_by = self.created_by

        starts = self.starts

        step = self.step

        steps: int | None
        steps = self.steps

        phase: None | str
        phase = self.phase

        warnings = self.warnings

        error: dict[str, Any] | None
        if isinstance(self.error, TrainingRunErrorType0):
            error = self.error.to_dict()
        else:
            error = self.error

        registered: dict[str, Any] | None
        if isinstance(self.registered, TrainingRunRegisteredType0):
            registered = self.registered.to_dict()
        else:
            registered = self.registered

        created_at = self.created_at.isoformat()

        started_at: None | str
        if isinstance(self.started_at, datetime.datetime):
            started_at = self.started_at.isoformat()
        else:
            started_at = self.started_at

        finished_at: None | str
        if isinstance(self.finished_at, datetime.datetime):
            finished_at = self.finished_at.isoformat()
        else:
            finished_at = self.finished_at

        model = self.model

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "id": id,
                "state": state,
                "name": name,
                "settings": settings,
                "data": data,
                "weights": weights,
                "parent": parent,
                "createdBy": created_by,
                "starts": starts,
                "step": step,
                "steps": steps,
                "phase": phase,
                "warnings": warnings,
                "error": error,
                "registered": registered,
                "createdAt": created_at,
                "startedAt": started_at,
                "finishedAt": finished_at,
            }
        )
        if model is not UNSET:
            field_dict["model"] = model

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.training_run_data import TrainingRunData
        from ..models.training_run_error_type_0 import TrainingRunErrorType0
        from ..models.training_run_registered_type_0 import TrainingRunRegisteredType0
        from ..models.training_run_settings import TrainingRunSettings

        d = dict(src_dict)
        id = UUID(d.pop("id"))

        state = TrainingRunState(d.pop("state"))

        name = d.pop("name")

        settings = TrainingRunSettings.from_dict(d.pop("settings"))

        data = TrainingRunData.from_dict(d.pop("data"))

        weights = TrainingRunWeights(d.pop("weights"))

        def _parse_parent(data: object) -> None | UUID:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                parent_type_0 = UUID(data)

                return parent_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | UUID, data)

        parent = _parse_parent(d.pop("parent"))

        created_by = d.pop("createdBy")

        starts = d.pop("starts")

        step = d.pop("step")

        def _parse_steps(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        steps = _parse_steps(d.pop("steps"))

        def _parse_phase(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        phase = _parse_phase(d.pop("phase"))

        warnings = cast(list[str], d.pop("warnings"))

        def _parse_error(data: object) -> None | TrainingRunErrorType0:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                error_type_0 = TrainingRunErrorType0.from_dict(data)

                return error_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | TrainingRunErrorType0, data)

        error = _parse_error(d.pop("error"))

        def _parse_registered(data: object) -> None | TrainingRunRegisteredType0:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                registered_type_0 = TrainingRunRegisteredType0.from_dict(data)

                return registered_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | TrainingRunRegisteredType0, data)

        registered = _parse_registered(d.pop("registered"))

        created_at = datetime.datetime.fromisoformat(d.pop("createdAt"))

        def _parse_started_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                started_at_type_0 = datetime.datetime.fromisoformat(data)

                return started_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        started_at = _parse_started_at(d.pop("startedAt"))

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

        model = d.pop("model", UNSET)

        training_run = cls(
            id=id,
            state=state,
            name=name,
            settings=settings,
            data=data,
            weights=weights,
            parent=parent,
            created_by=created_by,
            starts=starts,
            step=step,
            steps=steps,
            phase=phase,
            warnings=warnings,
            error=error,
            registered=registered,
            created_at=created_at,
            started_at=started_at,
            finished_at=finished_at,
            model=model,
        )

        return training_run
