from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar, cast

from attrs import define as _attrs_define

T = TypeVar("T", bound="RunRequestPromptsItemObjectsItemRle")


@_attrs_define
class RunRequestPromptsItemObjectsItemRle:
    """COCO run lengths; size is height, width

    Attributes:
        size (list[int]):
        counts (str):
    """

    size: list[int]
    counts: str

    def to_dict(self) -> dict[str, Any]:
        size = self.size

        counts = self.counts

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "size": size,
                "counts": counts,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        size = cast(list[int], d.pop("size"))

        counts = d.pop("counts")

        run_request_prompts_item_objects_item_rle = cls(
            size=size,
            counts=counts,
        )

        return run_request_prompts_item_objects_item_rle
