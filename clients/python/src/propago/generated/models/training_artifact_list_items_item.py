from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, Self, TypeVar, cast

from attrs import define as _attrs_define

from ..models.training_artifact_list_items_item_kind import (
    TrainingArtifactListItemsItemKind,
)

T = TypeVar("T", bound="TrainingArtifactListItemsItem")


@_attrs_define
class TrainingArtifactListItemsItem:
    """
    Attributes:
        name (str):
        kind (TrainingArtifactListItemsItemKind):
        step (int | None):
        bytes_ (int):
        sha256 (str):
        created_at (datetime.datetime):
    """

    name: str
    kind: TrainingArtifactListItemsItemKind
    step: int | None
    bytes_: int
    sha256: str
    created_at: datetime.datetime

    def to_dict(self) -> dict[str, Any]:
        name = self.name

        kind = self.kind.value

        step: int | None
        step = self.step

        bytes_ = self.bytes_

        sha256 = self.sha256

        created_at = self.created_at.isoformat()

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "name": name,
                "kind": kind,
                "step": step,
                "bytes": bytes_,
                "sha256": sha256,
                "createdAt": created_at,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        name = d.pop("name")

        kind = TrainingArtifactListItemsItemKind(d.pop("kind"))

        def _parse_step(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        step = _parse_step(d.pop("step"))

        bytes_ = d.pop("bytes")

        sha256 = d.pop("sha256")

        created_at = datetime.datetime.fromisoformat(d.pop("createdAt"))

        training_artifact_list_items_item = cls(
            name=name,
            kind=kind,
            step=step,
            bytes_=bytes_,
            sha256=sha256,
            created_at=created_at,
        )

        return training_artifact_list_items_item
