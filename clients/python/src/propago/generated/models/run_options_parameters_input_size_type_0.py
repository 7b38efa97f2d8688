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

from ..models.run_options_parameters_input_size_type_0_rounding import (
    RunOptionsParametersInputSizeType0Rounding,
)

T = TypeVar("T", bound="RunOptionsParametersInputSizeType0")


@_attrs_define
class RunOptionsParametersInputSizeType0:
    """
    Attributes:
        kind (Literal['short-side']):
        short_side (int):
        multiple_of (int):
        rounding (RunOptionsParametersInputSizeType0Rounding):
    """

    kind: Literal["short-side"]
    short_side: int
    multiple_of: int
    rounding: RunOptionsParametersInputSizeType0Rounding

    def to_dict(self) -> dict[str, Any]:
        kind = self.kind

        short_side = self.short_side

        multiple_of = self.multiple_of

        rounding = self.rounding.value

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "kind": kind,
                "shortSide": short_side,
                "multipleOf": multiple_of,
                "rounding": rounding,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        kind = cast(Literal["short-side"], d.pop("kind"))
        if kind != "short-side":
            raise ValueError(f"kind must match const 'short-side', got '{kind}'")

        short_side = d.pop("shortSide")

        multiple_of = d.pop("multipleOf")

        rounding = RunOptionsParametersInputSizeType0Rounding(d.pop("rounding"))

        run_options_parameters_input_size_type_0 = cls(
            kind=kind,
            short_side=short_side,
            multiple_of=multiple_of,
            rounding=rounding,
        )

        return run_options_parameters_input_size_type_0
