from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar, cast

from attrs import define as _attrs_define

T = TypeVar("T", bound="TrainingRunRegisteredType0")


@_attrs_define
class TrainingRunRegisteredType0:
    """
    Attributes:
        name (str):
        version (int | None):
    """

    name: str
    version: int | None

    def to_dict(self) -> dict[str, Any]:
        name = self.name

        version: int | None
        version = self.version

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "name": name,
                "version": version,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        name = d.pop("name")

        def _parse_version(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        version = _parse_version(d.pop("version"))

        training_run_registered_type_0 = cls(
            name=name,
            version=version,
        )

        return training_run_registered_type_0
