from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar

from attrs import define as _attrs_define

T = TypeVar("T", bound="GarbageCollectionKeptItem")


@_attrs_define
class GarbageCollectionKeptItem:
    """
    Attributes:
        blobs (int):
        bytes_ (int):
        what (str): The first part of the keys
        why (str):
    """

    blobs: int
    bytes_: int
    what: str
    why: str

    def to_dict(self) -> dict[str, Any]:
        blobs = self.blobs

        bytes_ = self.bytes_

        what = self.what

        why = self.why

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "blobs": blobs,
                "bytes": bytes_,
                "what": what,
                "why": why,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        blobs = d.pop("blobs")

        bytes_ = d.pop("bytes")

        what = d.pop("what")

        why = d.pop("why")

        garbage_collection_kept_item = cls(
            blobs=blobs,
            bytes_=bytes_,
            what=what,
            why=why,
        )

        return garbage_collection_kept_item
