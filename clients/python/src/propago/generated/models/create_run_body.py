from __future__ import annotations

import json
from collections.abc import Mapping
from io import BytesIO
from typing import TYPE_CHECKING, Any, Self, TypeVar
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from .. import types
from ..models.create_run_body_fit import CreateRunBodyFit
from ..types import UNSET, File, FileTypes, Unset

if TYPE_CHECKING:
    from ..models.create_run_body_objects_item import CreateRunBodyObjectsItem
    from ..models.create_run_body_prompts_item import CreateRunBodyPromptsItem
    from ..models.run_options import RunOptions


T = TypeVar("T", bound="CreateRunBody")


@_attrs_define
class CreateRunBody:
    """
    Attributes:
        options (RunOptions | Unset): A preset, and what should differ from it. The presets set:

            | parameter | siammae | dino | crw | cropmae | vfs | vip | jhmdb |
            | --- | --- | --- | --- | --- | --- | --- | --- |
            | contextLength | 20 | 7 | 20 | 20 | 20 | 20 | 20 |
            | keepFirstFrame | true | true | true | true | true | true | true |
            | restrictFirstFrame | true | true | false | false | true | true | true |
            | fillQueueWithFirstFrame | false | false | true | true | false | false | false |
            | firstFrameInQueue | false | false | true | true | true | false | false |
            | neighbourhood | disc 20 false | square 12 true | disc 12 false | disc 20 false | disc 18 false | disc 8 false
            | disc 20 false |
            | topK | 7 | 5 | 10 | 7 | 10 | 10 | 10 |
            | temperature | 0.1 | 0.1 | 0.07 | 0.7 | 0.07 | 0.1 | 0.1 |
            | labelResize | area | nearest | bilinear | bilinear | nearest | area | area |
            | normaliseLabels | false | false | false | false | false | false | false |
            | classNormalisation | min-max | min-max | none | none | min-max | min-max | min-max |
            | upsampling | input-size | input-size | input-size | input-size | output-size | input-size | input-size |
            | inputSize | short-side 480 16 nearest | short-side 480 64 floor | native 8 floor | fixed 880 480 | short-side
            480 8 nearest | fixed 560 560 | fixed 320 320 |
            | imageResize | antialias | bilinear | bilinear | bilinear | bilinear | antialias | antialias | Example:
            {'preset': 'siammae', 'parameters': {'topK': 7}}.
        prompts (list[CreateRunBodyPromptsItem] | Unset): What is said about some frames, the first of which need not be
            the first one of the video Example: [{'frame': 0, 'objects': [{'id': 1, 'polygons': [[[120.5, 80], [190, 82.5],
            [160, 140]]]}]}, {'frame': 57, 'objects': [{'id': 1, 'absent': True}, {'id': 2, 'points': [{'name': 'nose', 'x':
            310.5, 'y': 96.25}]}]}].
        objects (list[CreateRunBodyObjectsItem] | Unset): What there is to say about objects besides where they are.
            Those of the prompts are there by themselves: the objects of the first prompt are traced back to the first
            frame, others appear at their first prompt Example: [{'id': 1, 'name': 'cyclist', 'colour': '#e01b24'}, {'id':
            2, 'name': 'dog', 'points': ['nose']}].
        fit (CreateRunBodyFit | Unset): nearest: masks of another size, but of the shape of the frame, are scaled to it
        mask (File | Unset): PNG of the video’s size whose values are class ids, indexed (DAVIS) or grey: 0 background,
            255 void; 0 and 255 alone are one object, class 1. Or a class for each flat colour, or an object on transparent
            ground. The part needs a file name. It labels frame 0; parts called mask@57 label others
        annotations (str | Unset): What was drawn in another program, in the place of masks or beside them: COCO
            (polygons, run lengths), LabelMe, Label Studio (VideoRectangle) or CVAT XML 1.1, told by its content; as a field
            or a file. Objects have the numbers of their tracks where these are free
        keypoints (str | Unset): Key points instead of masks, or beside them: JSON with objects and frames, key points
            of COCO, a csv of DeepLabCut, or an analysis csv of SLEAP, told by their content; as a field or a file. `{"objec
            ts":[{"id":1,"points":["nose","tail"],"skeleton":[["nose","tail"]]}],"frames":[{"frame":0,"objects":[{"id":1,"po
            ints":[{"name":"nose","x":10.5,"y":20},{"name":"tail","visibility":"absent"}]}]}]}`
        video (File | Unset): A video, or a zip of JPEG or PNG frames; the part needs a file name
        video_id (UUID | Unset): Of a video of the tenant, in the place of a file
        upload_id (UUID | Unset): Of a file that was sent to /v1/uploads, in the place of a file; all its bytes must
            have arrived
    """

    options: RunOptions | Unset = UNSET
    prompts: list[CreateRunBodyPromptsItem] | Unset = UNSET
    objects: list[CreateRunBodyObjectsItem] | Unset = UNSET
    fit: CreateRunBodyFit | Unset = UNSET
    mask: File | Unset = UNSET
    annotations: str | Unset = UNSET
    keypoints: str | Unset = UNSET
    video: File | Unset = UNSET
    video_id: UUID | Unset = UNSET
    upload_id: UUID | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        options: dict[str, Any] | Unset = UNSET
        if not isinstance(self.options, Unset):
            options = self.options.to_dict()

        prompts: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.prompts, Unset):
            prompts = []
            for prompts_item_data in self.prompts:
                prompts_item = prompts_item_data.to_dict()
                prompts.append(prompts_item)

        objects: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.objects, Unset):
            objects = []
            for objects_item_data in self.objects:
                objects_item = objects_item_data.to_dict()
                objects.append(objects_item)

        fit: str | Unset = UNSET
        if not isinstance(self.fit, Unset):
            fit = self.fit.value

        mask: FileTypes | Unset = UNSET
        if not isinstance(self.mask, Unset):
            mask = self.mask.to_tuple()

        annotations = self.annotations

        keypoints = self.keypoints

        video: FileTypes | Unset = UNSET
        if not isinstance(self.video, Unset):
            video = self.video.to_tuple()

        video_id: str | Unset = UNSET
        if not isinstance(self.video_id, Unset):
            video_id = str(self.video_id)

        upload_id: str | Unset = UNSET
        if not isinstance(self.upload_id, Unset):
            upload_id = str(self.upload_id)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if options is not UNSET:
            field_dict["options"] = options
        if prompts is not UNSET:
            field_dict["prompts"] = prompts
        if objects is not UNSET:
            field_dict["objects"] = objects
        if fit is not UNSET:
            field_dict["fit"] = fit
        if mask is not UNSET:
            field_dict["mask"] = mask
        if annotations is not UNSET:
            field_dict["annotations"] = annotations
        if keypoints is not UNSET:
            field_dict["keypoints"] = keypoints
        if video is not UNSET:
            field_dict["video"] = video
        if video_id is not UNSET:
            field_dict["videoId"] = video_id
        if upload_id is not UNSET:
            field_dict["uploadId"] = upload_id

        return field_dict

    def to_multipart(self) -> types.RequestFiles:
        files: types.RequestFiles = []

        if not isinstance(self.options, Unset):
            files.append(
                (
                    "options",
                    (
                        None,
                        json.dumps(self.options.to_dict()).encode(),
                        "application/json",
                    ),
                )
            )

        if not isinstance(self.prompts, Unset):
            for prompts_item_element in self.prompts:
                files.append(
                    (
                        "prompts",
                        (
                            None,
                            json.dumps(prompts_item_element.to_dict()).encode(),
                            "application/json",
                        ),
                    )
                )

        if not isinstance(self.objects, Unset):
            for objects_item_element in self.objects:
                files.append(
                    (
                        "objects",
                        (
                            None,
                            json.dumps(objects_item_element.to_dict()).encode(),
                            "application/json",
                        ),
                    )
                )

        if not isinstance(self.fit, Unset):
            files.append(("fit", (None, str(self.fit.value).encode(), "text/plain")))

        if not isinstance(self.mask, Unset):
            files.append(("mask", self.mask.to_tuple()))

        if not isinstance(self.annotations, Unset):
            files.append(
                ("annotations", (None, str(self.annotations).encode(), "text/plain"))
            )

        if not isinstance(self.keypoints, Unset):
            files.append(
                ("keypoints", (None, str(self.keypoints).encode(), "text/plain"))
            )

        if not isinstance(self.video, Unset):
            files.append(("video", self.video.to_tuple()))

        if not isinstance(self.video_id, Unset):
            files.append(("videoId", (None, str(self.video_id), "text/plain")))

        if not isinstance(self.upload_id, Unset):
            files.append(("uploadId", (None, str(self.upload_id), "text/plain")))

        for prop_name, prop in self.additional_properties.items():
            files.append((prop_name, (None, str(prop).encode(), "text/plain")))

        return files

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.create_run_body_objects_item import CreateRunBodyObjectsItem
        from ..models.create_run_body_prompts_item import CreateRunBodyPromptsItem
        from ..models.run_options import RunOptions

        d = dict(src_dict)
        _options = d.pop("options", UNSET)
        options: RunOptions | Unset
        if isinstance(_options, Unset):
            options = UNSET
        else:
            options = RunOptions.from_dict(_options)

        _prompts = d.pop("prompts", UNSET)
        prompts: list[CreateRunBodyPromptsItem] | Unset = UNSET
        if _prompts is not UNSET:
            prompts = []
            for prompts_item_data in _prompts:
                prompts_item = CreateRunBodyPromptsItem.from_dict(prompts_item_data)

                prompts.append(prompts_item)

        _objects = d.pop("objects", UNSET)
        objects: list[CreateRunBodyObjectsItem] | Unset = UNSET
        if _objects is not UNSET:
            objects = []
            for objects_item_data in _objects:
                objects_item = CreateRunBodyObjectsItem.from_dict(objects_item_data)

                objects.append(objects_item)

        _fit = d.pop("fit", UNSET)
        fit: CreateRunBodyFit | Unset
        if isinstance(_fit, Unset):
            fit = UNSET
        else:
            fit = CreateRunBodyFit(_fit)

        _mask = d.pop("mask", UNSET)
        mask: File | Unset
        if isinstance(_mask, Unset):
            mask = UNSET
        else:
            mask = File(payload=BytesIO(_mask))

        annotations = d.pop("annotations", UNSET)

        keypoints = d.pop("keypoints", UNSET)

        _video = d.pop("video", UNSET)
        video: File | Unset
        if isinstance(_video, Unset):
            video = UNSET
        else:
            video = File(payload=BytesIO(_video))

        _video_id = d.pop("videoId", UNSET)
        video_id: UUID | Unset
        if isinstance(_video_id, Unset):
            video_id = UNSET
        else:
            video_id = UUID(_video_id)

        _upload_id = d.pop("uploadId", UNSET)
        upload_id: UUID | Unset
        if isinstance(_upload_id, Unset):
            upload_id = UNSET
        else:
            upload_id = UUID(_upload_id)

        create_run_body = cls(
            options=options,
            prompts=prompts,
            objects=objects,
            fit=fit,
            mask=mask,
            annotations=annotations,
            keypoints=keypoints,
            video=video,
            video_id=video_id,
            upload_id=upload_id,
        )

        create_run_body.additional_properties = d
        return create_run_body

    @property
    def additional_keys(self) -> list[str]:
        return list(self.additional_properties.keys())

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
