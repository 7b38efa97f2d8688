from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar

from attrs import define as _attrs_define

from ..models.run_options_parameters_class_normalisation import (
    RunOptionsParametersClassNormalisation,
)
from ..models.run_options_parameters_image_resize import RunOptionsParametersImageResize
from ..models.run_options_parameters_label_resize import RunOptionsParametersLabelResize
from ..models.run_options_parameters_upsampling import RunOptionsParametersUpsampling
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.run_options_parameters_input_size_type_0 import (
        RunOptionsParametersInputSizeType0,
    )
    from ..models.run_options_parameters_input_size_type_1 import (
        RunOptionsParametersInputSizeType1,
    )
    from ..models.run_options_parameters_input_size_type_2 import (
        RunOptionsParametersInputSizeType2,
    )
    from ..models.run_options_parameters_neighbourhood import (
        RunOptionsParametersNeighbourhood,
    )


T = TypeVar("T", bound="RunOptionsParameters")


@_attrs_define
class RunOptionsParameters:
    """Parameters that differ from the preset

    Attributes:
        context_length (int | Unset): m: how many of the last frames are context. Presets: siammae 20, dino 7, crw 20,
            cropmae 20, vfs 20, vip 20, jhmdb 20.
        keep_first_frame (bool | Unset): Frame 0 stays context for the whole video. Presets: siammae true, dino true,
            crw true, cropmae true, vfs true, vip true, jhmdb true.
        restrict_first_frame (bool | Unset): The kept frame 0 is searched inside the neighbourhood only; otherwise
            everywhere. Presets: siammae true, dino true, crw false, cropmae false, vfs true, vip true, jhmdb true.
        fill_queue_with_first_frame (bool | Unset): Before the video is m frames old, the queue is filled with copies of
            frame 0. Presets: siammae false, dino false, crw true, cropmae true, vfs false, vip false, jhmdb false.
        first_frame_in_queue (bool | Unset): Frame 0 passes through the queue as well, so it counts twice while it is
            both kept and recent. Presets: siammae false, dino false, crw true, cropmae true, vfs true, vip false, jhmdb
            false.
        neighbourhood (RunOptionsParametersNeighbourhood | Unset): Presets: siammae disc 20 false, dino square 12 true,
            crw disc 12 false, cropmae disc 20 false, vfs disc 18 false, vip disc 8 false, jhmdb disc 20 false.
        top_k (int | Unset): k: how many most similar patches vote. Presets: siammae 7, dino 5, crw 10, cropmae 7, vfs
            10, vip 10, jhmdb 10.
        temperature (float | Unset): T of the softmax over the k similarities. Presets: siammae 0.1, dino 0.1, crw 0.07,
            cropmae 0.7, vfs 0.07, vip 0.1, jhmdb 0.1.
        label_resize (RunOptionsParametersLabelResize | Unset): How the first mask becomes soft labels on the patch
            grid. Presets: siammae area, dino nearest, crw bilinear, cropmae bilinear, vfs nearest, vip area, jhmdb area.
        normalise_labels (bool | Unset): Renormalise each propagated row to sum 1. Presets: siammae false, dino false,
            crw false, cropmae false, vfs false, vip false, jhmdb false.
        class_normalisation (RunOptionsParametersClassNormalisation | Unset): Per-class min-max over the image before
            the arg max. Presets: siammae min-max, dino min-max, crw none, cropmae none, vfs min-max, vip min-max, jhmdb
            min-max.
        upsampling (RunOptionsParametersUpsampling | Unset): Soft labels to pixels: bilinear to the encoder’s input
            size, bilinear to the video’s size, or nearest. Presets: siammae input-size, dino input-size, crw input-size,
            cropmae input-size, vfs output-size, vip input-size, jhmdb input-size.
        input_size (RunOptionsParametersInputSizeType0 | RunOptionsParametersInputSizeType1 |
            RunOptionsParametersInputSizeType2 | Unset): How the encoder’s input size follows from the size of the video
            (px). Presets: siammae short-side 480 16 nearest, dino short-side 480 64 floor, crw native 8 floor, cropmae
            fixed 880 480, vfs short-side 480 8 nearest, vip fixed 560 560, jhmdb fixed 320 320.
        image_resize (RunOptionsParametersImageResize | Unset): bilinear: two taps, as OpenCV does; antialias: the
            filter widens when shrinking, as Pillow does. Presets: siammae antialias, dino bilinear, crw bilinear, cropmae
            bilinear, vfs bilinear, vip antialias, jhmdb antialias.
    """

    context_length: int | Unset = UNSET
    keep_first_frame: bool | Unset = UNSET
    restrict_first_frame: bool | Unset = UNSET
    fill_queue_with_first_frame: bool | Unset = UNSET
    first_frame_in_queue: bool | Unset = UNSET
    neighbourhood: RunOptionsParametersNeighbourhood | Unset = UNSET
    top_k: int | Unset = UNSET
    temperature: float | Unset = UNSET
    label_resize: RunOptionsParametersLabelResize | Unset = UNSET
    normalise_labels: bool | Unset = UNSET
    class_normalisation: RunOptionsParametersClassNormalisation | Unset = UNSET
    upsampling: RunOptionsParametersUpsampling | Unset = UNSET
    input_size: (
        RunOptionsParametersInputSizeType0
        | RunOptionsParametersInputSizeType1
        | RunOptionsParametersInputSizeType2
        | Unset
    ) = UNSET
    image_resize: RunOptionsParametersImageResize | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        from ..models.run_options_parameters_input_size_type_0 import (
            RunOptionsParametersInputSizeType0,
        )
        from ..models.run_options_parameters_input_size_type_1 import (
            RunOptionsParametersInputSizeType1,
        )

        context_length = self.context_length

        keep_first_frame = self.keep_first_frame

        restrict_first_frame = self.restrict_first_frame

        fill_queue_with_first_frame = self.fill_queue_with_first_frame

        first_frame_in_queue = self.first_frame_in_queue

        neighbourhood: dict[str, Any] | Unset = UNSET
        if not isinstance(self.neighbourhood, Unset):
            neighbourhood = self.neighbourhood.to_dict()

        top_k = self.top_k

        temperature = self.temperature

        label_resize: str | Unset = UNSET
        if not isinstance(self.label_resize, Unset):
            label_resize = self.label_resize.value

        normalise_labels = self.normalise_labels

        class_normalisation: str | Unset = UNSET
        if not isinstance(self.class_normalisation, Unset):
            class_normalisation = self.class_normalisation.value

        upsampling: str | Unset = UNSET
        if not isinstance(self.upsampling, Unset):
            upsampling = self.upsampling.value

        input_size: dict[str, Any] | Unset
        if isinstance(self.input_size, Unset):
            input_size = UNSET
        elif isinstance(
            self.input_size, RunOptionsParametersInputSizeType0
        ) or isinstance(self.input_size, RunOptionsParametersInputSizeType1):
            input_size = self.input_size.to_dict()
        else:
            input_size = self.input_size.to_dict()

        image_resize: str | Unset = UNSET
        if not isinstance(self.image_resize, Unset):
            image_resize = self.image_resize.value

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if context_length is not UNSET:
            field_dict["contextLength"] = context_length
        if keep_first_frame is not UNSET:
            field_dict["keepFirstFrame"] = keep_first_frame
        if restrict_first_frame is not UNSET:
            field_dict["restrictFirstFrame"] = restrict_first_frame
        if fill_queue_with_first_frame is not UNSET:
            field_dict["fillQueueWithFirstFrame"] = fill_queue_with_first_frame
        if first_frame_in_queue is not UNSET:
            field_dict["firstFrameInQueue"] = first_frame_in_queue
        if neighbourhood is not UNSET:
            field_dict["neighbourhood"] = neighbourhood
        if top_k is not UNSET:
            field_dict["topK"] = top_k
        if temperature is not UNSET:
            field_dict["temperature"] = temperature
        if label_resize is not UNSET:
            field_dict["labelResize"] = label_resize
        if normalise_labels is not UNSET:
            field_dict["normaliseLabels"] = normalise_labels
        if class_normalisation is not UNSET:
            field_dict["classNormalisation"] = class_normalisation
        if upsampling is not UNSET:
            field_dict["upsampling"] = upsampling
        if input_size is not UNSET:
            field_dict["inputSize"] = input_size
        if image_resize is not UNSET:
            field_dict["imageResize"] = image_resize

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.run_options_parameters_input_size_type_0 import (
            RunOptionsParametersInputSizeType0,
        )
        from ..models.run_options_parameters_input_size_type_1 import (
            RunOptionsParametersInputSizeType1,
        )
        from ..models.run_options_parameters_input_size_type_2 import (
            RunOptionsParametersInputSizeType2,
        )
        from ..models.run_options_parameters_neighbourhood import (
            RunOptionsParametersNeighbourhood,
        )

        d = dict(src_dict)
        context_length = d.pop("contextLength", UNSET)

        keep_first_frame = d.pop("keepFirstFrame", UNSET)

        restrict_first_frame = d.pop("restrictFirstFrame", UNSET)

        fill_queue_with_first_frame = d.pop("fillQueueWithFirstFrame", UNSET)

        first_frame_in_queue = d.pop("firstFrameInQueue", UNSET)

        _neighbourhood = d.pop("neighbourhood", UNSET)
        neighbourhood: RunOptionsParametersNeighbourhood | Unset
        if isinstance(_neighbourhood, Unset):
            neighbourhood = UNSET
        else:
            neighbourhood = RunOptionsParametersNeighbourhood.from_dict(_neighbourhood)

        top_k = d.pop("topK", UNSET)

        temperature = d.pop("temperature", UNSET)

        _label_resize = d.pop("labelResize", UNSET)
        label_resize: RunOptionsParametersLabelResize | Unset
        if isinstance(_label_resize, Unset):
            label_resize = UNSET
        else:
            label_resize = RunOptionsParametersLabelResize(_label_resize)

        normalise_labels = d.pop("normaliseLabels", UNSET)

        _class_normalisation = d.pop("classNormalisation", UNSET)
        class_normalisation: RunOptionsParametersClassNormalisation | Unset
        if isinstance(_class_normalisation, Unset):
            class_normalisation = UNSET
        else:
            class_normalisation = RunOptionsParametersClassNormalisation(
                _class_normalisation
            )

        _upsampling = d.pop("upsampling", UNSET)
        upsampling: RunOptionsParametersUpsampling | Unset
        if isinstance(_upsampling, Unset):
            upsampling = UNSET
        else:
            upsampling = RunOptionsParametersUpsampling(_upsampling)

        def _parse_input_size(
            data: object,
        ) -> (
            RunOptionsParametersInputSizeType0
            | RunOptionsParametersInputSizeType1
            | RunOptionsParametersInputSizeType2
            | Unset
        ):
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                input_size_type_0 = RunOptionsParametersInputSizeType0.from_dict(data)

                return input_size_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                input_size_type_1 = RunOptionsParametersInputSizeType1.from_dict(data)

                return input_size_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            if not isinstance(data, dict):
                raise TypeError()
            input_size_type_2 = RunOptionsParametersInputSizeType2.from_dict(data)

            return input_size_type_2

        input_size = _parse_input_size(d.pop("inputSize", UNSET))

        _image_resize = d.pop("imageResize", UNSET)
        image_resize: RunOptionsParametersImageResize | Unset
        if isinstance(_image_resize, Unset):
            image_resize = UNSET
        else:
            image_resize = RunOptionsParametersImageResize(_image_resize)

        run_options_parameters = cls(
            context_length=context_length,
            keep_first_frame=keep_first_frame,
            restrict_first_frame=restrict_first_frame,
            fill_queue_with_first_frame=fill_queue_with_first_frame,
            first_frame_in_queue=first_frame_in_queue,
            neighbourhood=neighbourhood,
            top_k=top_k,
            temperature=temperature,
            label_resize=label_resize,
            normalise_labels=normalise_labels,
            class_normalisation=class_normalisation,
            upsampling=upsampling,
            input_size=input_size,
            image_resize=image_resize,
        )

        return run_options_parameters
