from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, Self, TypeVar

from attrs import define as _attrs_define

from ..models.model_versions_item_state import ModelVersionsItemState

T = TypeVar("T", bound="ModelVersionsItem")


@_attrs_define
class ModelVersionsItem:
    """
    Attributes:
        version (int):
        state (ModelVersionsItemState):
        sha256 (str):
        created_at (datetime.datetime):
    """

    version: int
    state: ModelVersionsItemState
    sha256: str
    created_at: datetime.datetime

    def to_dict(self) -> dict[str, Any]:
        version = self.version

        state = self.state.value

        sha256 = self.sha256

        created_at = self.created_at.isoformat()

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "version": version,
                "state": state,
                "sha256": sha256,
                "createdAt": created_at,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        version = d.pop("version")

        state = ModelVersionsItemState(d.pop("state"))

        sha256 = d.pop("sha256")

        created_at = datetime.datetime.fromisoformat(d.pop("createdAt"))

        model_versions_item = cls(
            version=version,
            state=state,
            sha256=sha256,
            created_at=created_at,
        )

        return model_versions_item
