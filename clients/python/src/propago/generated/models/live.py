from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar

from attrs import define as _attrs_define

T = TypeVar("T", bound="Live")


@_attrs_define
class Live:
    """
    Attributes:
        live (bool):
    """

    live: bool

    def to_dict(self) -> dict[str, Any]:
        live = self.live

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "live": live,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        live = d.pop("live")

        live = cls(
            live=live,
        )

        return live
