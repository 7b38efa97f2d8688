from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar, cast

from attrs import define as _attrs_define

T = TypeVar("T", bound="ModelMetadataOutputsItem")


@_attrs_define
class ModelMetadataOutputsItem:
    """
    Attributes:
        name (str):
        datatype (str):
        shape (list[int]):
    """

    name: str
    datatype: str
    shape: list[int]

    def to_dict(self) -> dict[str, Any]:
        name = self.name

        datatype = self.datatype

        shape = self.shape

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "name": name,
                "datatype": datatype,
                "shape": shape,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        name = d.pop("name")

        datatype = d.pop("datatype")

        shape = cast(list[int], d.pop("shape"))

        model_metadata_outputs_item = cls(
            name=name,
            datatype=datatype,
            shape=shape,
        )

        return model_metadata_outputs_item
