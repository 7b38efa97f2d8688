from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar

from attrs import define as _attrs_define

from ..models.training_run_data_source import TrainingRunDataSource
from ..types import UNSET, Unset

T = TypeVar("T", bound="TrainingRunData")


@_attrs_define
class TrainingRunData:
    """
    Attributes:
        source (TrainingRunDataSource):  Default: TrainingRunDataSource.GENERATED.
        folder (str | Unset): Folder, video, list (.txt) or CSV below TRAINING_DATA of the trainer
        storage (str | Unset): Prefix of stored videos
    """

    source: TrainingRunDataSource = TrainingRunDataSource.GENERATED
    folder: str | Unset = UNSET
    storage: str | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        source = self.source.value

        folder = self.folder

        storage = self.storage

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "source": source,
            }
        )
        if folder is not UNSET:
            field_dict["folder"] = folder
        if storage is not UNSET:
            field_dict["storage"] = storage

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        source = TrainingRunDataSource(d.pop("source"))

        folder = d.pop("folder", UNSET)

        storage = d.pop("storage", UNSET)

        training_run_data = cls(
            source=source,
            folder=folder,
            storage=storage,
        )

        return training_run_data
