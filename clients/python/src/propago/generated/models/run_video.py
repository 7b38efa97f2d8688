from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from attrs import define as _attrs_define

if TYPE_CHECKING:
    from ..models.run_video_time_base import RunVideoTimeBase


T = TypeVar("T", bound="RunVideo")


@_attrs_define
class RunVideo:
    """
    Attributes:
        sha256 (str):
        bytes_ (int):
        file_name (None | str):
        width (int): Pixels, as shown: after rotation
        height (int):
        codec (str):
        rotation (float): Degrees, clockwise, by which decoding turns the coded picture
        frame_rate (float | None): Average frames per second
        time_base (RunVideoTimeBase): Seconds of one unit of a time stamp
        frames (int | None):
    """

    sha256: str
    bytes_: int
    file_name: None | str
    width: int
    height: int
    codec: str
    rotation: float
    frame_rate: float | None
    time_base: RunVideoTimeBase
    frames: int | None

    def to_dict(self) -> dict[str, Any]:
        sha256 = self.sha256

        bytes_ = self.bytes_

        file_name: None | str
        file_name = self.file_name

        width = self.width

        height = self.height

        codec = self.codec

        rotation = self.rotation

        frame_rate: float | None
        frame_rate = self.frame_rate

        time_base = self.time_base.to_dict()

        frames: int | None
        frames = self.frames

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "sha256": sha256,
                "bytes": bytes_,
                "fileName": file_name,
                "width": width,
                "height": height,
                "codec": codec,
                "rotation": rotation,
                "frameRate": frame_rate,
                "timeBase": time_base,
                "frames": frames,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.run_video_time_base import RunVideoTimeBase

        d = dict(src_dict)
        sha256 = d.pop("sha256")

        bytes_ = d.pop("bytes")

        def _parse_file_name(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        file_name = _parse_file_name(d.pop("fileName"))

        width = d.pop("width")

        height = d.pop("height")

        codec = d.pop("codec")

        rotation = d.pop("rotation")

        def _parse_frame_rate(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        frame_rate = _parse_frame_rate(d.pop("frameRate"))

        time_base = RunVideoTimeBase.from_dict(d.pop("timeBase"))

        def _parse_frames(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        frames = _parse_frames(d.pop("frames"))

        run_video = cls(
            sha256=sha256,
            bytes_=bytes_,
            file_name=file_name,
            width=width,
            height=height,
            codec=codec,
            rotation=rotation,
            frame_rate=frame_rate,
            time_base=time_base,
            frames=frames,
        )

        return run_video
