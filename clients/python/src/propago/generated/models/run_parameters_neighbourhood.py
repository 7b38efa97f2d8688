from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar

from attrs import define as _attrs_define

from ..models.run_parameters_neighbourhood_shape import RunParametersNeighbourhoodShape

T = TypeVar("T", bound="RunParametersNeighbourhood")


@_attrs_define
class RunParametersNeighbourhood:
    """
    Attributes:
        shape (RunParametersNeighbourhoodShape): square: |Δrow| and |Δcolumn| <= radius; disc: distance < radius.
        radius (float): Patches.
        radius_inclusive (bool): A disc holds the patches at exactly this distance too.
    """

    shape: RunParametersNeighbourhoodShape
    radius: float
    radius_inclusive: bool

    def to_dict(self) -> dict[str, Any]:
        shape = self.shape.value

        radius = self.radius

        radius_inclusive = self.radius_inclusive

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "shape": shape,
                "radius": radius,
                "radiusInclusive": radius_inclusive,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        shape = RunParametersNeighbourhoodShape(d.pop("shape"))

        radius = d.pop("radius")

        radius_inclusive = d.pop("radiusInclusive")

        run_parameters_neighbourhood = cls(
            shape=shape,
            radius=radius,
            radius_inclusive=radius_inclusive,
        )

        return run_parameters_neighbourhood
