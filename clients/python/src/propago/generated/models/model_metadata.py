from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from attrs import define as _attrs_define

if TYPE_CHECKING:
    from ..models.model_metadata_inputs_item import ModelMetadataInputsItem
    from ..models.model_metadata_outputs_item import ModelMetadataOutputsItem


T = TypeVar("T", bound="ModelMetadata")


@_attrs_define
class ModelMetadata:
    """
    Attributes:
        name (str):
        versions (list[str]):
        platform (str):
        inputs (list[ModelMetadataInputsItem]):
        outputs (list[ModelMetadataOutputsItem]):
    """

    name: str
    versions: list[str]
    platform: str
    inputs: list[ModelMetadataInputsItem]
    outputs: list[ModelMetadataOutputsItem]

    def to_dict(self) -> dict[str, Any]:
        name = self.name

        versions = self.versions

        platform = self.platform

        inputs = []
        for inputs_item_data in self.inputs:
            inputs_item = inputs_item_data.to_dict()
            inputs.append(inputs_item)

        outputs = []
        for outputs_item_data in self.outputs:
            outputs_item = outputs_item_data.to_dict()
            outputs.append(outputs_item)

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "name": name,
                "versions": versions,
                "platform": platform,
                "inputs": inputs,
                "outputs": outputs,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.model_metadata_inputs_item import ModelMetadataInputsItem
        from ..models.model_metadata_outputs_item import ModelMetadataOutputsItem

        d = dict(src_dict)
        name = d.pop("name")

        versions = cast(list[str], d.pop("versions"))

        platform = d.pop("platform")

        inputs = []
        _inputs = d.pop("inputs")
        for inputs_item_data in _inputs:
            inputs_item = ModelMetadataInputsItem.from_dict(inputs_item_data)

            inputs.append(inputs_item)

        outputs = []
        _outputs = d.pop("outputs")
        for outputs_item_data in _outputs:
            outputs_item = ModelMetadataOutputsItem.from_dict(outputs_item_data)

            outputs.append(outputs_item)

        model_metadata = cls(
            name=name,
            versions=versions,
            platform=platform,
            inputs=inputs,
            outputs=outputs,
        )

        return model_metadata
