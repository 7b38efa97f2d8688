from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar

from attrs import define as _attrs_define

from ..models.start_training_run_body_data_source import StartTrainingRunBodyDataSource
from ..types import UNSET, Unset

T = TypeVar("T", bound="StartTrainingRunBodyData")


@_attrs_define
class StartTrainingRunBodyData:
    """By default {"source":"generated"}.

    Attributes:
        source (StartTrainingRunBodyDataSource | Unset): By default "generated".
        folder (str | Unset): Folder, video, list (.txt) or CSV below TRAINING_DATA of the trainer
        storage (str | Unset): Prefix of stored videos
    """

    source: StartTrainingRunBodyDataSource | Unset = UNSET
    folder: str | Unset = UNSET
    storage: str | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        source: str | Unset = UNSET
        if not isinstance(self.source, Unset):
            source = self.source.value

        folder = self.folder

        storage = self.storage

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if source is not UNSET:
            field_dict["source"] = source
        if folder is not UNSET:
            field_dict["folder"] = folder
        if storage is not UNSET:
            field_dict["storage"] = storage

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        _source = d.pop("source", UNSET)
        source: StartTrainingRunBodyDataSource | Unset
        if isinstance(_source, Unset):
            source = UNSET
        else:
            source = StartTrainingRunBodyDataSource(_source)

        folder = d.pop("folder", UNSET)

        storage = d.pop("storage", UNSET)

        start_training_run_body_data = cls(
            source=source,
            folder=folder,
            storage=storage,
        )

        return start_training_run_body_data
