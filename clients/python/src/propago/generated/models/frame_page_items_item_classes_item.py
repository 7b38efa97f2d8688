from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.frame_page_items_item_classes_item_rle import (
        FramePageItemsItemClassesItemRle,
    )


T = TypeVar("T", bound="FramePageItemsItemClassesItem")


@_attrs_define
class FramePageItemsItemClassesItem:
    """
    Attributes:
        id (int):
        area (int): Pixels
        confidence (float | None):
        rle (FramePageItemsItemClassesItemRle): COCO run lengths; size is height, width
        drift (float | Unset): How much of the Jaccard index of this mask is expected to be missing; of masks made since
            it is told
    """

    id: int
    area: int
    confidence: float | None
    rle: FramePageItemsItemClassesItemRle
    drift: float | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        area = self.area

        confidence: float | None
        confidence = self.confidence

        rle = self.rle.to_dict()

        drift = self.drift

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "id": id,
                "area": area,
                "confidence": confidence,
                "rle": rle,
            }
        )
        if drift is not UNSET:
            field_dict["drift"] = drift

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.frame_page_items_item_classes_item_rle import (
            FramePageItemsItemClassesItemRle,
        )

        d = dict(src_dict)
        id = d.pop("id")

        area = d.pop("area")

        def _parse_confidence(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        confidence = _parse_confidence(d.pop("confidence"))

        rle = FramePageItemsItemClassesItemRle.from_dict(d.pop("rle"))

        drift = d.pop("drift", UNSET)

        frame_page_items_item_classes_item = cls(
            id=id,
            area=area,
            confidence=confidence,
            rle=rle,
            drift=drift,
        )

        return frame_page_items_item_classes_item
