from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="RotateWebhookSecretBody")


@_attrs_define
class RotateWebhookSecretBody:
    """
    Example:
        {'graceSeconds': 3600}

    Attributes:
        grace_seconds (int | Unset): So long events are signed with the old secret too; 0 ends it at once. By default
            86400.
    """

    grace_seconds: int | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        grace_seconds = self.grace_seconds

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if grace_seconds is not UNSET:
            field_dict["graceSeconds"] = grace_seconds

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        grace_seconds = d.pop("graceSeconds", UNSET)

        rotate_webhook_secret_body = cls(
            grace_seconds=grace_seconds,
        )

        return rotate_webhook_secret_body
