from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar

from attrs import define as _attrs_define

T = TypeVar("T", bound="RunEncoder")


@_attrs_define
class RunEncoder:
    """
    Attributes:
        name (str):
        version (int):
        sha256 (str):
        chosen_by (str): `traffic:<alias>`, `alias:<alias>`, `version` or `digest`
    """

    name: str
    version: int
    sha256: str
    chosen_by: str

    def to_dict(self) -> dict[str, Any]:
        name = self.name

        version = self.version

        sha256 = self.sha256

        chosen_by = self.chosen_by

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "name": name,
                "version": version,
                "sha256": sha256,
                "chosenBy": chosen_by,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        name = d.pop("name")

        version = d.pop("version")

        sha256 = d.pop("sha256")

        chosen_by = d.pop("chosenBy")

        run_encoder = cls(
            name=name,
            version=version,
            sha256=sha256,
            chosen_by=chosen_by,
        )

        return run_encoder
