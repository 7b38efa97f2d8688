from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, Self, TypeVar, cast

from attrs import define as _attrs_define

T = TypeVar("T", bound="ModelAlias")


@_attrs_define
class ModelAlias:
    """
    Attributes:
        name (str):
        alias (str):
        version (int):
        previous_version (int | None):
        revision (int): Expected by whoever changes the alias
        updated_at (datetime.datetime):
    """

    name: str
    alias: str
    version: int
    previous_version: int | None
    revision: int
    updated_at: datetime.datetime

    def to_dict(self) -> dict[str, Any]:
        name = self.name

        alias = self.alias

        version = self.version

        previous_version: int | None
        previous_version = self.previous_version

        revision = self.revision

        updated_at = self.updated_at.isoformat()

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "name": name,
                "alias": alias,
                "version": version,
                "previousVersion": previous_version,
                "revision": revision,
                "updatedAt": updated_at,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        name = d.pop("name")

        alias = d.pop("alias")

        version = d.pop("version")

        def _parse_previous_version(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        previous_version = _parse_previous_version(d.pop("previousVersion"))

        revision = d.pop("revision")

        updated_at = datetime.datetime.fromisoformat(d.pop("updatedAt"))

        model_alias = cls(
            name=name,
            alias=alias,
            version=version,
            previous_version=previous_version,
            revision=revision,
            updated_at=updated_at,
        )

        return model_alias
