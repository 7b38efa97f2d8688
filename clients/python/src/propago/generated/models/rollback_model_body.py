from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="RollbackModelBody")


@_attrs_define
class RollbackModelBody:
    """
    Attributes:
        alias (str | Unset):
        expected_revision (int | Unset):
    """

    alias: str | Unset = UNSET
    expected_revision: int | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        alias = self.alias

        expected_revision = self.expected_revision

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if alias is not UNSET:
            field_dict["alias"] = alias
        if expected_revision is not UNSET:
            field_dict["expectedRevision"] = expected_revision

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        alias = d.pop("alias", UNSET)

        expected_revision = d.pop("expectedRevision", UNSET)

        rollback_model_body = cls(
            alias=alias,
            expected_revision=expected_revision,
        )

        return rollback_model_body
