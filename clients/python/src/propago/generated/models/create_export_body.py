from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar

from attrs import define as _attrs_define

from ..models.create_export_body_format import CreateExportBodyFormat
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.create_export_body_options import CreateExportBodyOptions


T = TypeVar("T", bound="CreateExportBody")


@_attrs_define
class CreateExportBody:
    """
    Example:
        {'format': 'coco', 'options': {'segmentation': 'rle'}}

    Attributes:
        format_ (CreateExportBodyFormat): `davis` – DAVIS: one indexed PNG for each frame, whose values are object ids.
            `coco` – COCO instances: one image for each frame, the object’s id as track_id. `youtube-vis` – YouTube-VIS: one
            annotation for each object, with run lengths for each frame. `mots-txt` – MOTS text: one line for each object on
            each frame, with run lengths. `mots-png` – MOTS PNG: one picture of 16 bit for each frame, class x 1000 +
            instance. `cvat-mots` – MOTS PNG as CVAT imports it into a task of the same video (MOTS PNG 1.0), as polygon
            tracks. `cvat-xml` – CVAT for video 1.1: polygon tracks, a key frame on each frame. `label-studio` – Label
            Studio: a task with one VideoRectangle for each object as a prediction. `ultralytics` – Ultralytics segment: one
            text file for each frame, one line for each outline. `sa-v` – SA-V: run lengths by frame and object, on every
            frame instead of every fourth. `overlay-mp4` – The video with its masks painted over it, for looking at.
            `overlay-webm` – The masks alone, transparent elsewhere, to be laid over the video. `cutouts` – What the masks
            show: each frame as a PNG that is transparent outside of the objects. `csv` – A table: area, box, centroid and
            confidence of each object on each frame. `coco-keypoints` – COCO key points: one image for each frame, the
            object’s id as track_id, places counted from pixel centres. `deeplabcut` – DeepLabCut: one line for each frame
            with x, y and likelihood of each point, counted from pixel centres. `keypoints-csv` – A table: place, confidence
            and state of each point on each frame
        options (CreateExportBodyOptions | Unset):
    """

    format_: CreateExportBodyFormat
    options: CreateExportBodyOptions | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        format_ = self.format_.value

        options: dict[str, Any] | Unset = UNSET
        if not isinstance(self.options, Unset):
            options = self.options.to_dict()

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "format": format_,
            }
        )
        if options is not UNSET:
            field_dict["options"] = options

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.create_export_body_options import CreateExportBodyOptions

        d = dict(src_dict)
        format_ = CreateExportBodyFormat(d.pop("format"))

        _options = d.pop("options", UNSET)
        options: CreateExportBodyOptions | Unset
        if isinstance(_options, Unset):
            options = UNSET
        else:
            options = CreateExportBodyOptions.from_dict(_options)

        create_export_body = cls(
            format_=format_,
            options=options,
        )

        return create_export_body
