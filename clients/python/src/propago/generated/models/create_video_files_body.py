from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from typing import Any, Self, TypeVar

from attrs import define as _attrs_define

from .. import types
from ..types import File

T = TypeVar("T", bound="CreateVideoFilesBody")


@_attrs_define
class CreateVideoFilesBody:
    """
    Attributes:
        video (File): A video, or a zip of JPEG or PNG frames; the part needs a file name
    """

    video: File

    def to_dict(self) -> dict[str, Any]:
        video = self.video.to_tuple()

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "video": video,
            }
        )

        return field_dict

    def to_multipart(self) -> types.RequestFiles:
        files: types.RequestFiles = []

        files.append(("video", self.video.to_tuple()))

        return files

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        video = File(payload=BytesIO(d.pop("video")))

        create_video_files_body = cls(
            video=video,
        )

        return create_video_files_body
