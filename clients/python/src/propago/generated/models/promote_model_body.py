from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="PromoteModelBody")


@_attrs_define
class PromoteModelBody:
    """
    Attributes:
        expected_revision (int | Unset):
    """

    expected_revision: int | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        expected_revision = self.expected_revision

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if expected_revision is not UNSET:
            field_dict["expectedRevision"] = expected_revision

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        expected_revision = d.pop("expectedRevision", UNSET)

        promote_model_body = cls(
            expected_revision=expected_revision,
        )

        return promote_model_body
