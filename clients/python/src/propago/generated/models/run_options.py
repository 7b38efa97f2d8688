from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from attrs import define as _attrs_define

from ..models.run_options_preset import RunOptionsPreset
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.run_options_parameters import RunOptionsParameters


T = TypeVar("T", bound="RunOptions")


@_attrs_define
class RunOptions:
    """A preset, and what should differ from it. The presets set:

    | parameter | siammae | dino | crw | cropmae | vfs | vip | jhmdb |
    | --- | --- | --- | --- | --- | --- | --- | --- |
    | contextLength | 20 | 7 | 20 | 20 | 20 | 20 | 20 |
    | keepFirstFrame | true | true | true | true | true | true | true |
    | restrictFirstFrame | true | true | false | false | true | true | true |
    | fillQueueWithFirstFrame | false | false | true | true | false | false | false |
    | firstFrameInQueue | false | false | true | true | true | false | false |
    | neighbourhood | disc 20 false | square 12 true | disc 12 false | disc 20 false | disc 18 false | disc 8 false |
    disc 20 false |
    | topK | 7 | 5 | 10 | 7 | 10 | 10 | 10 |
    | temperature | 0.1 | 0.1 | 0.07 | 0.7 | 0.07 | 0.1 | 0.1 |
    | labelResize | area | nearest | bilinear | bilinear | nearest | area | area |
    | normaliseLabels | false | false | false | false | false | false | false |
    | classNormalisation | min-max | min-max | none | none | min-max | min-max | min-max |
    | upsampling | input-size | input-size | input-size | input-size | output-size | input-size | input-size |
    | inputSize | short-side 480 16 nearest | short-side 480 64 floor | native 8 floor | fixed 880 480 | short-side 480
    8 nearest | fixed 560 560 | fixed 320 320 |
    | imageResize | antialias | bilinear | bilinear | bilinear | bilinear | antialias | antialias |

        Example:
            {'preset': 'siammae', 'parameters': {'topK': 7}}

        Attributes:
            preset (RunOptionsPreset | Unset): The named parameter set to start from. By default "siammae".
            encoder (str | Unset): `name`, `name@alias`, `name:version`, sha256 or unique prefix of one; absent: the
                server’s default model
            shadow (bool | Unset): false: the run is not repeated with the model’s shadow version; true by default
            parameters (RunOptionsParameters | Unset): Parameters that differ from the preset
            name (str | Unset): What you call the run
            tags (list[str] | Unset): Words to find the run again by
    """

    preset: RunOptionsPreset | Unset = UNSET
    encoder: str | Unset = UNSET
    shadow: bool | Unset = UNSET
    parameters: RunOptionsParameters | Unset = UNSET
    name: str | Unset = UNSET
    tags: list[str] | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        preset: str | Unset = UNSET
        if not isinstance(self.preset, Unset):
            preset = self.preset.value

        encoder = self.encoder

        shadow = self.shadow

        parameters: dict[str, Any] | Unset = UNSET
        if not isinstance(self.parameters, Unset):
            parameters = self.parameters.to_dict()

        name = self.name

        tags: list[str] | Unset = UNSET
        if not isinstance(self.tags, Unset):
            tags = self.tags

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if preset is not UNSET:
            field_dict["preset"] = preset
        if encoder is not UNSET:
            field_dict["encoder"] = encoder
        if shadow is not UNSET:
            field_dict["shadow"] = shadow
        if parameters is not UNSET:
            field_dict["parameters"] = parameters
        if name is not UNSET:
            field_dict["name"] = name
        if tags is not UNSET:
            field_dict["tags"] = tags

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.run_options_parameters import RunOptionsParameters

        d = dict(src_dict)
        _preset = d.pop("preset", UNSET)
        preset: RunOptionsPreset | Unset
        if isinstance(_preset, Unset):
            preset = UNSET
        else:
            preset = RunOptionsPreset(_preset)

        encoder = d.pop("encoder", UNSET)

        shadow = d.pop("shadow", UNSET)

        _parameters = d.pop("parameters", UNSET)
        parameters: RunOptionsParameters | Unset
        if isinstance(_parameters, Unset):
            parameters = UNSET
        else:
            parameters = RunOptionsParameters.from_dict(_parameters)

        name = d.pop("name", UNSET)

        tags = cast(list[str], d.pop("tags", UNSET))

        run_options = cls(
            preset=preset,
            encoder=encoder,
            shadow=shadow,
            parameters=parameters,
            name=name,
            tags=tags,
        )

        return run_options
