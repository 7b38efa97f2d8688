from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.frame_page_items_item_classes_item import (
        FramePageItemsItemClassesItem,
    )
    from ..models.frame_page_items_item_keypoints_item import (
        FramePageItemsItemKeypointsItem,
    )


T = TypeVar("T", bound="FramePageItemsItem")


@_attrs_define
class FramePageItemsItem:
    """
    Attributes:
        index (int):
        pts (int): Time stamp in units of the time base
        seconds (float):
        key_frame (bool):
        confidence (float | None): Mean soft label of the winning class, or of a run without masks mean confidence of
            its points; null: nothing was found
        revision (int): Of the run, that this is of
        classes (list[FramePageItemsItemClassesItem]):
        keypoints (list[FramePageItemsItemKeypointsItem]): Of objects that have key points
        name (str | Unset): Of a frame of a zip
    """

    index: int
    pts: int
    seconds: float
    key_frame: bool
    confidence: float | None
    revision: int
    classes: list[FramePageItemsItemClassesItem]
    keypoints: list[FramePageItemsItemKeypointsItem]
    name: str | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        index = self.index

        pts = self.pts

        seconds = self.seconds

        key_frame = self.key_frame

        confidence: float | None
        confidence = self.confidence

        revision = self.revision

        classes = []
        for classes_item_data in self.classes:
            classes_item = classes_item_data.to_dict()
            classes.append(classes_item)

        keypoints = []
        for keypoints_item_data in self.keypoints:
            keypoints_item = keypoints_item_data.to_dict()
            keypoints.append(keypoints_item)

        name = self.name

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "index": index,
                "pts": pts,
                "seconds": seconds,
                "keyFrame": key_frame,
                "confidence": confidence,
                "revision": revision,
                "classes": classes,
                "keypoints": keypoints,
            }
        )
        if name is not UNSET:
            field_dict["name"] = name

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.frame_page_items_item_classes_item import (
            FramePageItemsItemClassesItem,
        )
        from ..models.frame_page_items_item_keypoints_item import (
            FramePageItemsItemKeypointsItem,
        )

        d = dict(src_dict)
        index = d.pop("index")

        pts = d.pop("pts")

        seconds = d.pop("seconds")

        key_frame = d.pop("keyFrame")

        def _parse_confidence(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        confidence = _parse_confidence(d.pop("confidence"))

        revision = d.pop("revision")

        classes = []
        _classes = d.pop("classes")
        for classes_item_data in _classes:
            classes_item = FramePageItemsItemClassesItem.from_dict(classes_item_data)

            classes.append(classes_item)

        keypoints = []
        _keypoints = d.pop("keypoints")
        for keypoints_item_data in _keypoints:
            keypoints_item = FramePageItemsItemKeypointsItem.from_dict(
                keypoints_item_data
            )

            keypoints.append(keypoints_item)

        name = d.pop("name", UNSET)

        frame_page_items_item = cls(
            index=index,
            pts=pts,
            seconds=seconds,
            key_frame=key_frame,
            confidence=confidence,
            revision=revision,
            classes=classes,
            keypoints=keypoints,
            name=name,
        )

        return frame_page_items_item
