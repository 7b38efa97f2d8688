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

from ..models.register_model_version_body_facts_layout import (
    RegisterModelVersionBodyFactsLayout,
)
from ..types import UNSET, Unset

T = TypeVar("T", bound="RegisterModelVersionBodyFacts")


@_attrs_define
class RegisterModelVersionBodyFacts:
    """
    Example:
        {'patchSize': 16}

    Attributes:
        name (str | Unset):
        sha256 (str | Unset):
        patch_size (int | Unset):
        dim (int | Unset):
        input_multiple (int | Unset):
        mean (list[float] | Unset):
        std (list[float] | Unset):
        input_range (list[Literal[0]] | Unset):
        layout (RegisterModelVersionBodyFactsLayout | Unset):
        l_2_normalised (bool | Unset):
        input_name (str | Unset):
        output_name (str | Unset):
        max_batch (int | Unset):
        provenance (str | Unset):
        layer (str | Unset): Where in the network the features are taken
    """

    name: str | Unset = UNSET
    sha256: str | Unset = UNSET
    patch_size: int | Unset = UNSET
    dim: int | Unset = UNSET
    input_multiple: int | Unset = UNSET
    mean: list[float] | Unset = UNSET
    std: list[float] | Unset = UNSET
    input_range: list[Literal[0]] | Unset = UNSET
    layout: RegisterModelVersionBodyFactsLayout | Unset = UNSET
    l_2_normalised: bool | Unset = UNSET
    input_name: str | Unset = UNSET
    output_name: str | Unset = UNSET
    max_batch: int | Unset = UNSET
    provenance: str | Unset = UNSET
    layer: str | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        name = self.name

        sha256 = self.sha256

        patch_size = self.patch_size

        dim = self.dim

        input_multiple = self.input_multiple

        mean: list[float] | Unset = UNSET
        if not isinstance(self.mean, Unset):
            mean = self.mean

        std: list[float] | Unset = UNSET
        if not isinstance(self.std, Unset):
            std = self.std

        input_range: list[Literal[0]] | Unset = UNSET
        if not isinstance(self.input_range, Unset):
            input_range = self.input_range

        layout: str | Unset = UNSET
        if not isinstance(self.layout, Unset):
            layout = self.layout.value

        l_2_normalised = self.l_2_normalised

        input_name = self.input_name

        output_name = self.output_name

        max_batch = self.max_batch

        provenance = self.provenance

        layer = self.layer

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if name is not UNSET:
            field_dict["name"] = name
        if sha256 is not UNSET:
            field_dict["sha256"] = sha256
        if patch_size is not UNSET:
            field_dict["patchSize"] = patch_size
        if dim is not UNSET:
            field_dict["dim"] = dim
        if input_multiple is not UNSET:
            field_dict["inputMultiple"] = input_multiple
        if mean is not UNSET:
            field_dict["mean"] = mean
        if std is not UNSET:
            field_dict["std"] = std
        if input_range is not UNSET:
            field_dict["inputRange"] = input_range
        if layout is not UNSET:
            field_dict["layout"] = layout
        if l_2_normalised is not UNSET:
            field_dict["l2Normalised"] = l_2_normalised
        if input_name is not UNSET:
            field_dict["inputName"] = input_name
        if output_name is not UNSET:
            field_dict["outputName"] = output_name
        if max_batch is not UNSET:
            field_dict["maxBatch"] = max_batch
        if provenance is not UNSET:
            field_dict["provenance"] = provenance
        if layer is not UNSET:
            field_dict["layer"] = layer

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        name = d.pop("name", UNSET)

        sha256 = d.pop("sha256", UNSET)

        patch_size = d.pop("patchSize", UNSET)

        dim = d.pop("dim", UNSET)

        input_multiple = d.pop("inputMultiple", UNSET)

        mean = cast(list[float], d.pop("mean", UNSET))

        std = cast(list[float], d.pop("std", UNSET))

        _input_range = d.pop("inputRange", UNSET)
        input_range: list[Literal[0]] | Unset = UNSET
        if _input_range is not UNSET:
            input_range = []
            for input_range_item_data in _input_range:
                input_range_item = cast(Literal[0], input_range_item_data)
                if input_range_item != 0:
                    raise ValueError(
                        f"inputRange_item must match const 0, got '{input_range_item}'"
                    )
                input_range.append(input_range_item)

        _layout = d.pop("layout", UNSET)
        layout: RegisterModelVersionBodyFactsLayout | Unset
        if isinstance(_layout, Unset):
            layout = UNSET
        else:
            layout = RegisterModelVersionBodyFactsLayout(_layout)

        l_2_normalised = d.pop("l2Normalised", UNSET)

        input_name = d.pop("inputName", UNSET)

        output_name = d.pop("outputName", UNSET)

        max_batch = d.pop("maxBatch", UNSET)

        provenance = d.pop("provenance", UNSET)

        layer = d.pop("layer", UNSET)

        register_model_version_body_facts = cls(
            name=name,
            sha256=sha256,
            patch_size=patch_size,
            dim=dim,
            input_multiple=input_multiple,
            mean=mean,
            std=std,
            input_range=input_range,
            layout=layout,
            l_2_normalised=l_2_normalised,
            input_name=input_name,
            output_name=output_name,
            max_batch=max_batch,
            provenance=provenance,
            layer=layer,
        )

        return register_model_version_body_facts
