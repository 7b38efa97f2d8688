from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from attrs import define as _attrs_define

from ..models.video_frame_page_decoding_state import VideoFramePageDecodingState

if TYPE_CHECKING:
    from ..models.video_frame_page_decoding_error_type_0 import (
        VideoFramePageDecodingErrorType0,
    )


T = TypeVar("T", bound="VideoFramePageDecoding")


@_attrs_define
class VideoFramePageDecoding:
    """
    Attributes:
        state (VideoFramePageDecodingState): pending: nobody has asked for its frames yet; decoding: they become known
            one after the other
        frames (int): That are known already
        error (None | VideoFramePageDecodingErrorType0):
    """

    state: VideoFramePageDecodingState
    frames: int
    error: None | VideoFramePageDecodingErrorType0

    def to_dict(self) -> dict[str, Any]:
        from ..models.video_frame_page_decoding_error_type_0 import (
            VideoFramePageDecodingErrorType0,
        )

        state = self.state.value

        frames = self.frames

        error: dict[str, Any] | None
        if isinstance(self.error, VideoFramePageDecodingErrorType0):
            error = self.error.to_dict()
        else:
            error = self.error

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "state": state,
                "frames": frames,
                "error": error,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.video_frame_page_decoding_error_type_0 import (
            VideoFramePageDecodingErrorType0,
        )

        d = dict(src_dict)
        state = VideoFramePageDecodingState(d.pop("state"))

        frames = d.pop("frames")

        def _parse_error(data: object) -> None | VideoFramePageDecodingErrorType0:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                error_type_0 = VideoFramePageDecodingErrorType0.from_dict(data)

                return error_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | VideoFramePageDecodingErrorType0, data)

        error = _parse_error(d.pop("error"))

        video_frame_page_decoding = cls(
            state=state,
            frames=frames,
            error=error,
        )

        return video_frame_page_decoding
