from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar

from attrs import define as _attrs_define

T = TypeVar("T", bound="ExportFileType0")


@_attrs_define
class ExportFileType0:
    """
    Attributes:
        media_type (str):
        bytes_ (int):
        sha256 (str):
    """

    media_type: str
    bytes_: int
    sha256: str

    def to_dict(self) -> dict[str, Any]:
        media_type = self.media_type

        bytes_ = self.bytes_

        sha256 = self.sha256

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "mediaType": media_type,
                "bytes": bytes_,
                "sha256": sha256,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        media_type = d.pop("mediaType")

        bytes_ = d.pop("bytes")

        sha256 = d.pop("sha256")

        export_file_type_0 = cls(
            media_type=media_type,
            bytes_=bytes_,
            sha256=sha256,
        )

        return export_file_type_0
