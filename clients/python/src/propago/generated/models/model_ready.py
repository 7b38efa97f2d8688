from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar

from attrs import define as _attrs_define

T = TypeVar("T", bound="ModelReady")


@_attrs_define
class ModelReady:
    """
    Attributes:
        name (str):
        version (str):
        ready (bool):
    """

    name: str
    version: str
    ready: bool

    def to_dict(self) -> dict[str, Any]:
        name = self.name

        version = self.version

        ready = self.ready

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "name": name,
                "version": version,
                "ready": ready,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        name = d.pop("name")

        version = d.pop("version")

        ready = d.pop("ready")

        model_ready = cls(
            name=name,
            version=version,
            ready=ready,
        )

        return model_ready
