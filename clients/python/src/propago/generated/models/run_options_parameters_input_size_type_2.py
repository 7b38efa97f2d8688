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

from ..models.run_options_parameters_input_size_type_2_rounding import (
    RunOptionsParametersInputSizeType2Rounding,
)

T = TypeVar("T", bound="RunOptionsParametersInputSizeType2")


@_attrs_define
class RunOptionsParametersInputSizeType2:
    """
    Attributes:
        kind (Literal['native']):
        multiple_of (int):
        rounding (RunOptionsParametersInputSizeType2Rounding):
    """

    kind: Literal["native"]
    multiple_of: int
    rounding: RunOptionsParametersInputSizeType2Rounding

    def to_dict(self) -> dict[str, Any]:
        kind = self.kind

        multiple_of = self.multiple_of

        rounding = self.rounding.value

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "kind": kind,
                "multipleOf": multiple_of,
                "rounding": rounding,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        kind = cast(Literal["native"], d.pop("kind"))
        if kind != "native":
            raise ValueError(f"kind must match const 'native', got '{kind}'")

        multiple_of = d.pop("multipleOf")

        rounding = RunOptionsParametersInputSizeType2Rounding(d.pop("rounding"))

        run_options_parameters_input_size_type_2 = cls(
            kind=kind,
            multiple_of=multiple_of,
            rounding=rounding,
        )

        return run_options_parameters_input_size_type_2
