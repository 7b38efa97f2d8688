from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from attrs import define as _attrs_define

if TYPE_CHECKING:
    from ..models.export_loss_type_0_lowest_type_0 import ExportLossType0LowestType0


T = TypeVar("T", bound="ExportLossType0")


@_attrs_define
class ExportLossType0:
    """
    Attributes:
        masks (int): How many were compared: each object on each frame that it is on
        mean_jaccard (float | None):
        lowest (ExportLossType0LowestType0 | None): The worst of all, and where it is
        with_holes (int): Masks that have holes
        with_parts (int): Masks of more than one part
    """

    masks: int
    mean_jaccard: float | None
    lowest: ExportLossType0LowestType0 | None
    with_holes: int
    with_parts: int

    def to_dict(self) -> dict[str, Any]:
        from ..models.export_loss_type_0_lowest_type_0 import ExportLossType0LowestType0

        masks = self.masks

        mean_jaccard: float | None
        mean_jaccard = self.mean_jaccard

        lowest: dict[str, Any] | None
        if isinstance(self.lowest, ExportLossType0LowestType0):
            lowest = self.lowest.to_dict()
        else:
            lowest = self.lowest

        with_holes = self.with_holes

        with_parts = self.with_parts

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "masks": masks,
                "meanJaccard": mean_jaccard,
                "lowest": lowest,
                "withHoles": with_holes,
                "withParts": with_parts,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.export_loss_type_0_lowest_type_0 import ExportLossType0LowestType0

        d = dict(src_dict)
        masks = d.pop("masks")

        def _parse_mean_jaccard(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        mean_jaccard = _parse_mean_jaccard(d.pop("meanJaccard"))

        def _parse_lowest(data: object) -> ExportLossType0LowestType0 | None:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                lowest_type_0 = ExportLossType0LowestType0.from_dict(data)

                return lowest_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(ExportLossType0LowestType0 | None, data)

        lowest = _parse_lowest(d.pop("lowest"))

        with_holes = d.pop("withHoles")

        with_parts = d.pop("withParts")

        export_loss_type_0 = cls(
            masks=masks,
            mean_jaccard=mean_jaccard,
            lowest=lowest,
            with_holes=with_holes,
            with_parts=with_parts,
        )

        return export_loss_type_0
