from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar

from attrs import define as _attrs_define

T = TypeVar("T", bound="GarbageCollectionFrames")


@_attrs_define
class GarbageCollectionFrames:
    """Decoded frames that no unfinished run has yet to encode

    Attributes:
        blobs (int):
        bytes_ (int):
    """

    blobs: int
    bytes_: int

    def to_dict(self) -> dict[str, Any]:
        blobs = self.blobs

        bytes_ = self.bytes_

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "blobs": blobs,
                "bytes": bytes_,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        blobs = d.pop("blobs")

        bytes_ = d.pop("bytes")

        garbage_collection_frames = cls(
            blobs=blobs,
            bytes_=bytes_,
        )

        return garbage_collection_frames
