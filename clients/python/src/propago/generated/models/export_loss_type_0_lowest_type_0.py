from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar

from attrs import define as _attrs_define

T = TypeVar("T", bound="ExportLossType0LowestType0")


@_attrs_define
class ExportLossType0LowestType0:
    """
    Attributes:
        jaccard (float):
        frame (int):
        object_ (int):
    """

    jaccard: float
    frame: int
    object_: int

    def to_dict(self) -> dict[str, Any]:
        jaccard = self.jaccard

        frame = self.frame

        object_ = self.object_

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "jaccard": jaccard,
                "frame": frame,
                "object": object_,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        jaccard = d.pop("jaccard")

        frame = d.pop("frame")

        object_ = d.pop("object")

        export_loss_type_0_lowest_type_0 = cls(
            jaccard=jaccard,
            frame=frame,
            object_=object_,
        )

        return export_loss_type_0_lowest_type_0
