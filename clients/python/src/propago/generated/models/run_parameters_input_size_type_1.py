from __future__ import annotations

from collections.abc import Mapping
from typing import (
    Any,
    Literal,
    Self,
    TypeVar,
    cast,
)

from attrs import define as _attrs_define

T = TypeVar("T", bound="RunParametersInputSizeType1")


@_attrs_define
class RunParametersInputSizeType1:
    """
    Attributes:
        kind (Literal['fixed']):
        width (int):
        height (int):
    """

    kind: Literal["fixed"]
    width: int
    height: int

    def to_dict(self) -> dict[str, Any]:
        kind = self.kind

        width = self.width

        height = self.height

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "kind": kind,
                "width": width,
                "height": height,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        kind = cast(Literal["fixed"], d.pop("kind"))
        if kind != "fixed":
            raise ValueError(f"kind must match const 'fixed', got '{kind}'")

        width = d.pop("width")

        height = d.pop("height")

        run_parameters_input_size_type_1 = cls(
            kind=kind,
            width=width,
            height=height,
        )

        return run_parameters_input_size_type_1
