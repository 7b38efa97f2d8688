from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="CollectGarbageBody")


@_attrs_define
class CollectGarbageBody:
    """
    Attributes:
        dry_run (bool | Unset): By default false.
    """

    dry_run: bool | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        dry_run = self.dry_run

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if dry_run is not UNSET:
            field_dict["dryRun"] = dry_run

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        dry_run = d.pop("dryRun", UNSET)

        collect_garbage_body = cls(
            dry_run=dry_run,
        )

        return collect_garbage_body
