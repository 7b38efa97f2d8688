from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar

from attrs import define as _attrs_define

from ..models.run_parameters_class_normalisation import RunParametersClassNormalisation
from ..models.run_parameters_image_resize import RunParametersImageResize
from ..models.run_parameters_label_resize import RunParametersLabelResize
from ..models.run_parameters_upsampling import RunParametersUpsampling

if TYPE_CHECKING:
    from ..models.run_parameters_input_size_type_0 import RunParametersInputSizeType0
    from ..models.run_parameters_input_size_type_1 import RunParametersInputSizeType1
    from ..models.run_parameters_input_size_type_2 import RunParametersInputSizeType2
    from ..models.run_parameters_neighbourhood import RunParametersNeighbourhood


T = TypeVar("T", bound="RunParameters")


@_attrs_define
class RunParameters:
    """
    Attributes:
        context_length (int): m: how many of the last frames are context.
        keep_first_frame (bool): Frame 0 stays context for the whole video.
        restrict_first_frame (bool): The kept frame 0 is searched inside the neighbourhood only; otherwise everywhere.
        fill_queue_with_first_frame (bool): Before the video is m frames old, the queue is filled with copies of frame
            0.
        first_frame_in_queue (bool): Frame 0 passes through the queue as well, so it counts twice while it is both kept
            and recent.
        neighbourhood (RunParametersNeighbourhood):
        top_k (int): k: how many most similar patches vote.
        temperature (float): T of the softmax over the k similarities.
        label_resize (RunParametersLabelResize): How the first mask becomes soft labels on the patch grid.
        normalise_labels (bool): Renormalise each propagated row to sum 1.
        class_normalisation (RunParametersClassNormalisation): Per-class min-max over the image before the arg max.
        upsampling (RunParametersUpsampling): Soft labels to pixels: bilinear to the encoder’s input size, bilinear to
            the video’s size, or nearest.
        input_size (RunParametersInputSizeType0 | RunParametersInputSizeType1 | RunParametersInputSizeType2): How the
            encoder’s input size follows from the size of the video (px).
        image_resize (RunParametersImageResize): bilinear: two taps, as OpenCV does; antialias: the filter widens when
            shrinking, as Pillow does.
    """

    context_length: int
    keep_first_frame: bool
    restrict_first_frame: bool
    fill_queue_with_first_frame: bool
    first_frame_in_queue: bool
    neighbourhood: RunParametersNeighbourhood
    top_k: int
    temperature: float
    label_resize: RunParametersLabelResize
    normalise_labels: bool
    class_normalisation: RunParametersClassNormalisation
    upsampling: RunParametersUpsampling
    input_size: (
        RunParametersInputSizeType0
        | RunParametersInputSizeType1
        | RunParametersInputSizeType2
    )
    image_resize: RunParametersImageResize

    def to_dict(self) -> dict[str, Any]:
        from ..models.run_parameters_input_size_type_0 import (
            RunParametersInputSizeType0,
        )
        from ..models.run_parameters_input_size_type_1 import (
            RunParametersInputSizeType1,
        )

        context_length = self.context_length

        keep_first_frame = self.keep_first_frame

        restrict_first_frame = self.restrict_first_frame

        fill_queue_with_first_frame = self.fill_queue_with_first_frame

        first_frame_in_queue = self.first_frame_in_queue

        neighbourhood = self.neighbourhood.to_dict()

        top_k = self.top_k

        temperature = self.temperature

        label_resize = self.label_resize.value

        normalise_labels = self.normalise_labels

        class_normalisation = self.class_normalisation.value

        upsampling = self.upsampling.value

        input_size: dict[str, Any]
        if isinstance(self.input_size, RunParametersInputSizeType0) or isinstance(
            self.input_size, RunParametersInputSizeType1
        ):
            input_size = self.input_size.to_dict()
        else:
            input_size = self.input_size.to_dict()

        image_resize = self.image_resize.value

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "contextLength": context_length,
                "keepFirstFrame": keep_first_frame,
                "restrictFirstFrame": restrict_first_frame,
                "fillQueueWithFirstFrame": fill_queue_with_first_frame,
                "firstFrameInQueue": first_frame_in_queue,
                "neighbourhood": neighbourhood,
                "topK": top_k,
                "temperature": temperature,
                "labelResize": label_resize,
                "normaliseLabels": normalise_labels,
                "classNormalisation": class_normalisation,
                "upsampling": upsampling,
                "inputSize": input_size,
                "imageResize": image_resize,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.run_parameters_input_size_type_0 import (
            RunParametersInputSizeType0,
        )
        from ..models.run_parameters_input_size_type_1 import (
            RunParametersInputSizeType1,
        )
        from ..models.run_parameters_input_size_type_2 import (
            RunParametersInputSizeType2,
        )
        from ..models.run_parameters_neighbourhood import RunParametersNeighbourhood

        d = dict(src_dict)
        context_length = d.pop("contextLength")

        keep_first_frame = d.pop("keepFirstFrame")

        restrict_first_frame = d.pop("restrictFirstFrame")

        fill_queue_with_first_frame = d.pop("fillQueueWithFirstFrame")

        first_frame_in_queue = d.pop("firstFrameInQueue")

        neighbourhood = RunParametersNeighbourhood.from_dict(d.pop("neighbourhood"))

        top_k = d.pop("topK")

        temperature = d.pop("temperature")

        label_resize = RunParametersLabelResize(d.pop("labelResize"))

        normalise_labels = d.pop("normaliseLabels")

        class_normalisation = RunParametersClassNormalisation(
            d.pop("classNormalisation")
        )

        upsampling = RunParametersUpsampling(d.pop("upsampling"))

        def _parse_input_size(
            data: object,
        ) -> (
            RunParametersInputSizeType0
            | RunParametersInputSizeType1
            | RunParametersInputSizeType2
        ):
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                input_size_type_0 = RunParametersInputSizeType0.from_dict(data)

                return input_size_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                input_size_type_1 = RunParametersInputSizeType1.from_dict(data)

                return input_size_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            if not isinstance(data, dict):
                raise TypeError()
            input_size_type_2 = RunParametersInputSizeType2.from_dict(data)

            return input_size_type_2

        input_size = _parse_input_size(d.pop("inputSize"))

        image_resize = RunParametersImageResize(d.pop("imageResize"))

        run_parameters = cls(
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

        return run_parameters
