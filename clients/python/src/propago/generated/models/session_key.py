from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar, cast

from attrs import define as _attrs_define

T = TypeVar("T", bound="SessionKey")


@_attrs_define
class SessionKey:
    """
    Attributes:
        name (str):
        tenant (str):
        scopes (list[str]):
    """

    name: str
    tenant: str
    scopes: list[str]

    def to_dict(self) -> dict[str, Any]:
        name = self.name

        tenant = self.tenant

        scopes = self.scopes

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "name": name,
                "tenant": tenant,
                "scopes": scopes,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        name = d.pop("name")

        tenant = d.pop("tenant")

        scopes = cast(list[str], d.pop("scopes"))

        session_key = cls(
            name=name,
            tenant=tenant,
            scopes=scopes,
        )

        return session_key
