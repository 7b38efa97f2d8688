from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar, cast

from attrs import define as _attrs_define

from ..models.create_export_body_options_content import CreateExportBodyOptionsContent
from ..models.create_export_body_options_frames import CreateExportBodyOptionsFrames
from ..models.create_export_body_options_segmentation import (
    CreateExportBodyOptionsSegmentation,
)
from ..types import UNSET, Unset

T = TypeVar("T", bound="CreateExportBodyOptions")


@_attrs_define
class CreateExportBodyOptions:
    """
    Attributes:
        frames (CreateExportBodyOptionsFrames | Unset): available: those from the first on that have a mask now, of a
            run that goes on. By default "all".
        objects (list[int] | Unset): Ids of the objects to export; absent: all
        segmentation (CreateExportBodyOptionsSegmentation | Unset): Of coco. polygon: outlines, for programs that read
            no run lengths; holes are filled
        tolerance (float | Unset): Of coco, cvat-xml. Pixels by which a simplified outline may miss that of the mask; 0
            keeps every corner
        content (CreateExportBodyOptionsContent | Unset): Of youtube-vis. results: the list that evaluation servers
            take, with a score
        first_frame (int | Unset): Of mots-txt, mots-png. Number of the first frame: MOTSChallenge 1, KITTI 0
        class_id (int | Unset): Of mots-txt, mots-png. Class of all objects, such as 2, pedestrian; absent: one for each
            name, counted from 1 without 10
        video (str | Unset): Of label-studio. Address of the video in the task; absent: its name
        from_name (str | Unset): Of label-studio. `name` of the VideoRectangle tag
        to_name (str | Unset): Of label-studio. `name` of the Video tag
        opacity (float | Unset): Of overlay-mp4, overlay-webm. Of the colour of an object, 0 to 1
        outline (bool | Unset): Of overlay-mp4. Whether border pixels have the full colour
        each (bool | Unset): Of cutouts. true: a picture for each object instead of one for all
    """

    frames: CreateExportBodyOptionsFrames | Unset = UNSET
    objects: list[int] | Unset = UNSET
    segmentation: CreateExportBodyOptionsSegmentation | Unset = UNSET
    tolerance: float | Unset = UNSET
    content: CreateExportBodyOptionsContent | Unset = UNSET
    first_frame: int | Unset = UNSET
    class_id: int | Unset = UNSET
    video: str | Unset = UNSET
    from_name: str | Unset = UNSET
    to_name: str | Unset = UNSET
    opacity: float | Unset = UNSET
    outline: bool | Unset = UNSET
    each: bool | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        frames: str | Unset = UNSET
        if not isinstance(self.frames, Unset):
            frames = self.frames.value

        objects: list[int] | Unset = UNSET
        if not isinstance(self.objects, Unset):
            objects = self.objects

        segmentation: str | Unset = UNSET
        if not isinstance(self.segmentation, Unset):
            segmentation = self.segmentation.value

        tolerance = self.tolerance

        content: str | Unset = UNSET
        if not isinstance(self.content, Unset):
            content = self.content.value

        first_frame = self.first_frame

        class_id = self.class_id

        video = self.video

        from_name = self.from_name

        to_name = self.to_name

        opacity = self.opacity

        outline = self.outline

        each = self.each

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if frames is not UNSET:
            field_dict["frames"] = frames
        if objects is not UNSET:
            field_dict["objects"] = objects
        if segmentation is not UNSET:
            field_dict["segmentation"] = segmentation
        if tolerance is not UNSET:
            field_dict["tolerance"] = tolerance
        if content is not UNSET:
            field_dict["content"] = content
        if first_frame is not UNSET:
            field_dict["firstFrame"] = first_frame
        if class_id is not UNSET:
            field_dict["classId"] = class_id
        if video is not UNSET:
            field_dict["video"] = video
        if from_name is not UNSET:
            field_dict["fromName"] = from_name
        if to_name is not UNSET:
            field_dict["toName"] = to_name
        if opacity is not UNSET:
            field_dict["opacity"] = opacity
        if outline is not UNSET:
            field_dict["outline"] = outline
        if each is not UNSET:
            field_dict["each"] = each

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        _frames = d.pop("frames", UNSET)
        frames: CreateExportBodyOptionsFrames | Unset
        if isinstance(_frames, Unset):
            frames = UNSET
        else:
            frames = CreateExportBodyOptionsFrames(_frames)

        objects = cast(list[int], d.pop("objects", UNSET))

        _segmentation = d.pop("segmentation", UNSET)
        segmentation: CreateExportBodyOptionsSegmentation | Unset
        if isinstance(_segmentation, Unset):
            segmentation = UNSET
        else:
            segmentation = CreateExportBodyOptionsSegmentation(_segmentation)

        tolerance = d.pop("tolerance", UNSET)

        _content = d.pop("content", UNSET)
        content: CreateExportBodyOptionsContent | Unset
        if isinstance(_content, Unset):
            content = UNSET
        else:
            content = CreateExportBodyOptionsContent(_content)

        first_frame = d.pop("firstFrame", UNSET)

        class_id = d.pop("classId", UNSET)

        video = d.pop("video", UNSET)

        from_name = d.pop("fromName", UNSET)

        to_name = d.pop("toName", UNSET)

        opacity = d.pop("opacity", UNSET)

        outline = d.pop("outline", UNSET)

        each = d.pop("each", UNSET)

        create_export_body_options = cls(
            frames=frames,
            objects=objects,
            segmentation=segmentation,
            tolerance=tolerance,
            content=content,
            first_frame=first_frame,
            class_id=class_id,
            video=video,
            from_name=from_name,
            to_name=to_name,
            opacity=opacity,
            outline=outline,
            each=each,
        )

        return create_export_body_options
