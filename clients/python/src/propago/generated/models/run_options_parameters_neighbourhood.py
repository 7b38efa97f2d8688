from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar

from attrs import define as _attrs_define

from ..models.run_options_parameters_neighbourhood_shape import (
    RunOptionsParametersNeighbourhoodShape,
)
from ..types import UNSET, Unset

T = TypeVar("T", bound="RunOptionsParametersNeighbourhood")


@_attrs_define
class RunOptionsParametersNeighbourhood:
    """Presets: siammae disc 20 false, dino square 12 true, crw disc 12 false, cropmae disc 20 false, vfs disc 18 false,
    vip disc 8 false, jhmdb disc 20 false.

        Attributes:
            shape (RunOptionsParametersNeighbourhoodShape | Unset): square: |Δrow| and |Δcolumn| <= radius; disc: distance <
                radius.
            radius (float | Unset): Patches.
            radius_inclusive (bool | Unset): A disc holds the patches at exactly this distance too.
    """

    shape: RunOptionsParametersNeighbourhoodShape | Unset = UNSET
    radius: float | Unset = UNSET
    radius_inclusive: bool | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        shape: str | Unset = UNSET
        if not isinstance(self.shape, Unset):
            shape = self.shape.value

        radius = self.radius

        radius_inclusive = self.radius_inclusive

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if shape is not UNSET:
            field_dict["shape"] = shape
        if radius is not UNSET:
            field_dict["radius"] = radius
        if radius_inclusive is not UNSET:
            field_dict["radiusInclusive"] = radius_inclusive

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        _shape = d.pop("shape", UNSET)
        shape: RunOptionsParametersNeighbourhoodShape | Unset
        if isinstance(_shape, Unset):
            shape = UNSET
        else:
            shape = RunOptionsParametersNeighbourhoodShape(_shape)

        radius = d.pop("radius", UNSET)

        radius_inclusive = d.pop("radiusInclusive", UNSET)

        run_options_parameters_neighbourhood = cls(
            shape=shape,
            radius=radius,
            radius_inclusive=radius_inclusive,
        )

        return run_options_parameters_neighbourhood
