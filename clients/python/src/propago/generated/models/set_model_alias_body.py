from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="SetModelAliasBody")


@_attrs_define
class SetModelAliasBody:
    """
    Attributes:
        version (int):
        expected_revision (int | Unset):
    """

    version: int
    expected_revision: int | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        version = self.version

        expected_revision = self.expected_revision

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "version": version,
            }
        )
        if expected_revision is not UNSET:
            field_dict["expectedRevision"] = expected_revision

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        version = d.pop("version")

        expected_revision = d.pop("expectedRevision", UNSET)

        set_model_alias_body = cls(
            version=version,
            expected_revision=expected_revision,
        )

        return set_model_alias_body
