from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast
from uuid import UUID

from attrs import define as _attrs_define

from ..models.run_state import RunState

if TYPE_CHECKING:
    from ..models.run_encoder import RunEncoder
    from ..models.run_error_type_0 import RunErrorType0
    from ..models.run_input_size import RunInputSize
    from ..models.run_parameters import RunParameters
    from ..models.run_passes_item import RunPassesItem
    from ..models.run_progress import RunProgress
    from ..models.run_timings import RunTimings
    from ..models.run_video import RunVideo
    from ..models.run_warnings_item import RunWarningsItem


T = TypeVar("T", bound="Run")


@_attrs_define
class Run:
    """
    Attributes:
        id (UUID):
        state (RunState):
        name (None | str): What its sender calls it
        tags (list[str]):
        progress (RunProgress): Frames that each stage has done; totals are null until the video has been decoded to its
            end
        passes (list[RunPassesItem]): Propagations in one direction from one prompt each, whose labels are blended where
            they meet
        preset (str):
        parameters (RunParameters):
        revision (int): Grows with every change of the prompts
        class_ids (list[int]): Its objects that have masks, by the value of their pixels
        encoder (RunEncoder):
        video_id (UUID): Of the video that the run is on, for other runs and for pictures of its frames
        video (RunVideo):
        input_size (RunInputSize): Of a frame as the encoder sees it
        timings (RunTimings):
        warnings (list[RunWarningsItem]): What will probably disappoint although the run was accepted
        error (None | RunErrorType0):
    """

    id: UUID
    state: RunState
    name: None | str
    tags: list[str]
    progress: RunProgress
    passes: list[RunPassesItem]
    preset: str
    parameters: RunParameters
    revision: int
    class_ids: list[int]
    encoder: RunEncoder
    video_id: UUID
    video: RunVideo
    input_size: RunInputSize
    timings: RunTimings
    warnings: list[RunWarningsItem]
    error: None | RunErrorType0

    def to_dict(self) -> dict[str, Any]:
        from ..models.run_error_type_0 import RunErrorType0

        id = str(self.id)

        state = self.state.value

        name: None | str
        name = self.name

        tags = self.tags

        progress = self.progress.to_dict()

        passes = []
        for passes_item_data in self.passes:
            passes_item = passes_item_data.to_dict()
            passes.append(passes_item)

        preset = self.preset

        parameters = self.parameters.to_dict()

        revision = self.revision

        class_ids = self.class_ids

        encoder = self.encoder.to_dict()

        video_id = str(self.video_id)

        video = self.video.to_dict()

        input_size = self.input_size.to_dict()

        timings = self.timings.to_dict()

        warnings = []
        for warnings_item_data in self.warnings:
            warnings_item = warnings_item_data.to_dict()
            warnings.append(warnings_item)

        error: dict[str, Any] | None
        if isinstance(self.error, RunErrorType0):
            error = self.error.to_dict()
        else:
            error = self.error

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "id": id,
                "state": state,
                "name": name,
                "tags": tags,
                "progress": progress,
                "passes": passes,
                "preset": preset,
                "parameters": parameters,
                "revision": revision,
                "classIds": class_ids,
                "encoder": encoder,
                "videoId": video_id,
                "video": video,
                "inputSize": input_size,
                "timings": timings,
                "warnings": warnings,
                "error": error,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.run_encoder import RunEncoder
        from ..models.run_error_type_0 import RunErrorType0
        from ..models.run_input_size import RunInputSize
        from ..models.run_parameters import RunParameters
        from ..models.run_passes_item import RunPassesItem
        from ..models.run_progress import RunProgress
        from ..models.run_timings import RunTimings
        from ..models.run_video import RunVideo
        from ..models.run_warnings_item import RunWarningsItem

        d = dict(src_dict)
        id = UUID(d.pop("id"))

        state = RunState(d.pop("state"))

        def _parse_name(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        name = _parse_name(d.pop("name"))

        tags = cast(list[str], d.pop("tags"))

        progress = RunProgress.from_dict(d.pop("progress"))

        passes = []
        _passes = d.pop("passes")
        for passes_item_data in _passes:
            passes_item = RunPassesItem.from_dict(passes_item_data)

            passes.append(passes_item)

        preset = d.pop("preset")

        parameters = RunParameters.from_dict(d.pop("parameters"))

        revision = d.pop("revision")

        class_ids = cast(list[int], d.pop("classIds"))

        encoder = RunEncoder.from_dict(d.pop("encoder"))

        video_id = UUID(d.pop("videoId"))

        video = RunVideo.from_dict(d.pop("video"))

        input_size = RunInputSize.from_dict(d.pop("inputSize"))

        timings = RunTimings.from_dict(d.pop("timings"))

        warnings = []
        _warnings = d.pop("warnings")
        for warnings_item_data in _warnings:
            warnings_item = RunWarningsItem.from_dict(warnings_item_data)

            warnings.append(warnings_item)

        def _parse_error(data: object) -> None | RunErrorType0:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                error_type_0 = RunErrorType0.from_dict(data)

                return error_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | RunErrorType0, data)

        error = _parse_error(d.pop("error"))

        run = cls(
            id=id,
            state=state,
            name=name,
            tags=tags,
            progress=progress,
            passes=passes,
            preset=preset,
            parameters=parameters,
            revision=revision,
            class_ids=class_ids,
            encoder=encoder,
            video_id=video_id,
            video=video,
            input_size=input_size,
            timings=timings,
            warnings=warnings,
            error=error,
        )

        return run
