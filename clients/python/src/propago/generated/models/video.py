from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast
from uuid import UUID

from attrs import define as _attrs_define

if TYPE_CHECKING:
    from ..models.video_decoding import VideoDecoding
    from ..models.video_time_base import VideoTimeBase


T = TypeVar("T", bound="Video")


@_attrs_define
class Video:
    """
    Attributes:
        id (UUID):
        file_name (None | str): What its sender calls it
        is_kept (bool): Sent by itself, for later runs; false: it came with a run, and goes with its last run
        created_at (datetime.datetime):
        sha256 (str):
        bytes_ (int):
        container (str):
        codec (str):
        width (int): Pixels, as shown: after rotation
        height (int):
        rotation (float): Degrees, clockwise, by which decoding turns the coded picture
        frame_rate (float | None): Average frames per second
        time_base (VideoTimeBase): Seconds of one unit of a time stamp
        duration_seconds (float | None): As its file says
        frames_estimated (int | None): From its index, or duration and rate
        frames (int | None): Null until it has been decoded to its end
        decoding (VideoDecoding):
        runs (int): On this video
    """

    id: UUID
    file_name: None | str
    is_kept: bool
    created_at: datetime.datetime
    sha256: str
    bytes_: int
    container: str
    codec: str
    width: int
    height: int
    rotation: float
    frame_rate: float | None
    time_base: VideoTimeBase
    duration_seconds: float | None
    frames_estimated: int | None
    frames: int | None
    decoding: VideoDecoding
    runs: int

    def to_dict(self) -> dict[str, Any]:
        id = str(self.id)

        file_name: None | str
        file_name = self.file_name

        is_kept = self.is_kept

        created_at = self.created_at.isoformat()

        sha256 = self.sha256

        bytes_ = self.bytes_

        container = self.container

        codec = self.codec

        width = self.width

        height = self.height

        rotation = self.rotation

        frame_rate: float | None
        frame_rate = self.frame_rate

        time_base = self.time_base.to_dict()

        duration_seconds: float | None
        duration_seconds = self.duration_seconds

        frames_estimated: int | None
        frames_estimated = self.frames_estimated

        frames: int | None
        frames = self.frames

        decoding = self.decoding.to_dict()

        runs = self.runs

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "id": id,
                "fileName": file_name,
                "isKept": is_kept,
                "createdAt": created_at,
                "sha256": sha256,
                "bytes": bytes_,
                "container": container,
                "codec": codec,
                "width": width,
                "height": height,
                "rotation": rotation,
                "frameRate": frame_rate,
                "timeBase": time_base,
                "durationSeconds": duration_seconds,
                "framesEstimated": frames_estimated,
                "frames": frames,
                "decoding": decoding,
                "runs": runs,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.video_decoding import VideoDecoding
        from ..models.video_time_base import VideoTimeBase

        d = dict(src_dict)
        id = UUID(d.pop("id"))

        def _parse_file_name(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        file_name = _parse_file_name(d.pop("fileName"))

        is_kept = d.pop("isKept")

        created_at = datetime.datetime.fromisoformat(d.pop("createdAt"))

        sha256 = d.pop("sha256")

        bytes_ = d.pop("bytes")

        container = d.pop("container")

        codec = d.pop("codec")

        width = d.pop("width")

        height = d.pop("height")

        rotation = d.pop("rotation")

        def _parse_frame_rate(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        frame_rate = _parse_frame_rate(d.pop("frameRate"))

        time_base = VideoTimeBase.from_dict(d.pop("timeBase"))

        def _parse_duration_seconds(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        duration_seconds = _parse_duration_seconds(d.pop("durationSeconds"))

        def _parse_frames_estimated(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        frames_estimated = _parse_frames_estimated(d.pop("framesEstimated"))

        def _parse_frames(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        frames = _parse_frames(d.pop("frames"))

        decoding = VideoDecoding.from_dict(d.pop("decoding"))

        runs = d.pop("runs")

        video = cls(
            id=id,
            file_name=file_name,
            is_kept=is_kept,
            created_at=created_at,
            sha256=sha256,
            bytes_=bytes_,
            container=container,
            codec=codec,
            width=width,
            height=height,
            rotation=rotation,
            frame_rate=frame_rate,
            time_base=time_base,
            duration_seconds=duration_seconds,
            frames_estimated=frames_estimated,
            frames=frames,
            decoding=decoding,
            runs=runs,
        )

        return video
