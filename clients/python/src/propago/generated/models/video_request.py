from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar
from uuid import UUID

from attrs import define as _attrs_define

T = TypeVar("T", bound="VideoRequest")


@_attrs_define
class VideoRequest:
    """
    Attributes:
        upload_id (UUID): Of a file that was sent to /v1/uploads, all of whose bytes have arrived
    """

    upload_id: UUID

    def to_dict(self) -> dict[str, Any]:
        upload_id = str(self.upload_id)

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "uploadId": upload_id,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        upload_id = UUID(d.pop("uploadId"))

        video_request = cls(
            upload_id=upload_id,
        )

        return video_request
