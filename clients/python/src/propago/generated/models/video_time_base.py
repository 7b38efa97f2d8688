from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar

from attrs import define as _attrs_define

T = TypeVar("T", bound="VideoTimeBase")


@_attrs_define
class VideoTimeBase:
    """Seconds of one unit of a time stamp

    Attributes:
        num (int):
        den (int):
    """

    num: int
    den: int

    def to_dict(self) -> dict[str, Any]:
        num = self.num

        den = self.den

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "num": num,
                "den": den,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        num = d.pop("num")

        den = d.pop("den")

        video_time_base = cls(
            num=num,
            den=den,
        )

        return video_time_base
