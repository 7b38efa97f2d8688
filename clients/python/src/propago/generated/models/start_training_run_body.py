from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar
from uuid import UUID

from attrs import define as _attrs_define

from ..models.start_training_run_body_weights import StartTrainingRunBodyWeights
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.start_training_run_body_data import StartTrainingRunBodyData
    from ..models.start_training_run_body_settings import StartTrainingRunBodySettings


T = TypeVar("T", bound="StartTrainingRunBody")


@_attrs_define
class StartTrainingRunBody:
    """
    Attributes:
        name (str | Unset): What a person calls it. By default "training".
        settings (StartTrainingRunBodySettings | Unset): Settings of propago_trainer/config.py that differ from their
            defaults; checked by the trainer itself. By default {}.
        data (StartTrainingRunBodyData | Unset): By default {"source":"generated"}.
        parent (UUID | Unset): Training run from whose last checkpoint the encoder starts
        model (str | Unset): Model whose next version the encoder becomes; without it none is registered
        weights (StartTrainingRunBodyWeights | Unset): How the ONNX file stores its weights. By default "fp32".
    """

    name: str | Unset = UNSET
    settings: StartTrainingRunBodySettings | Unset = UNSET
    data: StartTrainingRunBodyData | Unset = UNSET
    parent: UUID | Unset = UNSET
    model: str | Unset = UNSET
    weights: StartTrainingRunBodyWeights | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        name = self.name

        settings: dict[str, Any] | Unset = UNSET
        if not isinstance(self.settings, Unset):
            settings = self.settings.to_dict()

        data: dict[str, Any] | Unset = UNSET
        if not isinstance(self.data, Unset):
            data = self.data.to_dict()

        parent: str | Unset = UNSET
        if not isinstance(self.parent, Unset):
            parent = str(self.parent)

        model = self.model

        weights: str | Unset = UNSET
        if not isinstance(self.weights, Unset):
            weights = self.weights.value

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if name is not UNSET:
            field_dict["name"] = name
        if settings is not UNSET:
            field_dict["settings"] = settings
        if data is not UNSET:
            field_dict["data"] = data
        if parent is not UNSET:
            field_dict["parent"] = parent
        if model is not UNSET:
            field_dict["model"] = model
        if weights is not UNSET:
            field_dict["weights"] = weights

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.start_training_run_body_data import StartTrainingRunBodyData
        from ..models.start_training_run_body_settings import (
            StartTrainingRunBodySettings,
        )

        d = dict(src_dict)
        name = d.pop("name", UNSET)

        _settings = d.pop("settings", UNSET)
        settings: StartTrainingRunBodySettings | Unset
        if isinstance(_settings, Unset):
            settings = UNSET
        else:
            settings = StartTrainingRunBodySettings.from_dict(_settings)

        _data = d.pop("data", UNSET)
        data: StartTrainingRunBodyData | Unset
        if isinstance(_data, Unset):
            data = UNSET
        else:
            data = StartTrainingRunBodyData.from_dict(_data)

        _parent = d.pop("parent", UNSET)
        parent: UUID | Unset
        if isinstance(_parent, Unset):
            parent = UNSET
        else:
            parent = UUID(_parent)

        model = d.pop("model", UNSET)

        _weights = d.pop("weights", UNSET)
        weights: StartTrainingRunBodyWeights | Unset
        if isinstance(_weights, Unset):
            weights = UNSET
        else:
            weights = StartTrainingRunBodyWeights(_weights)

        start_training_run_body = cls(
            name=name,
            settings=settings,
            data=data,
            parent=parent,
            model=model,
            weights=weights,
        )

        return start_training_run_body
