from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar
from uuid import UUID

from attrs import define as _attrs_define

from ..models.run_request_fit import RunRequestFit
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.run_options import RunOptions
    from ..models.run_request_objects_item import RunRequestObjectsItem
    from ..models.run_request_prompts_item import RunRequestPromptsItem


T = TypeVar("T", bound="RunRequest")


@_attrs_define
class RunRequest:
    """
    Attributes:
        prompts (list[RunRequestPromptsItem]): What is said about some frames, the first of which need not be the first
            one of the video Example: [{'frame': 0, 'objects': [{'id': 1, 'polygons': [[[120.5, 80], [190, 82.5], [160,
            140]]]}]}, {'frame': 57, 'objects': [{'id': 1, 'absent': True}, {'id': 2, 'points': [{'name': 'nose', 'x':
            310.5, 'y': 96.25}]}]}].
        video_id (UUID | Unset): Of a video of the tenant, in the place of a file
        upload_id (UUID | Unset): Of a file that was sent to /v1/uploads, in the place of a file; all its bytes must
            have arrived
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
        objects (list[RunRequestObjectsItem] | Unset): What there is to say about objects besides where they are. Those
            of the prompts are there by themselves: the objects of the first prompt are traced back to the first frame,
            others appear at their first prompt Example: [{'id': 1, 'name': 'cyclist', 'colour': '#e01b24'}, {'id': 2,
            'name': 'dog', 'points': ['nose']}].
        fit (RunRequestFit | Unset): nearest: masks of another size, but of the shape of the frame, are scaled to it
    """

    prompts: list[RunRequestPromptsItem]
    video_id: UUID | Unset = UNSET
    upload_id: UUID | Unset = UNSET
    options: RunOptions | Unset = UNSET
    objects: list[RunRequestObjectsItem] | Unset = UNSET
    fit: RunRequestFit | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        prompts = []
        for prompts_item_data in self.prompts:
            prompts_item = prompts_item_data.to_dict()
            prompts.append(prompts_item)

        video_id: str | Unset = UNSET
        if not isinstance(self.video_id, Unset):
            video_id = str(self.video_id)

        upload_id: str | Unset = UNSET
        if not isinstance(self.upload_id, Unset):
            upload_id = str(self.upload_id)

        options: dict[str, Any] | Unset = UNSET
        if not isinstance(self.options, Unset):
            options = self.options.to_dict()

        objects: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.objects, Unset):
            objects = []
            for objects_item_data in self.objects:
                objects_item = objects_item_data.to_dict()
                objects.append(objects_item)

        fit: str | Unset = UNSET
        if not isinstance(self.fit, Unset):
            fit = self.fit.value

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "prompts": prompts,
            }
        )
        if video_id is not UNSET:
            field_dict["videoId"] = video_id
        if upload_id is not UNSET:
            field_dict["uploadId"] = upload_id
        if options is not UNSET:
            field_dict["options"] = options
        if objects is not UNSET:
            field_dict["objects"] = objects
        if fit is not UNSET:
            field_dict["fit"] = fit

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.run_options import RunOptions
        from ..models.run_request_objects_item import RunRequestObjectsItem
        from ..models.run_request_prompts_item import RunRequestPromptsItem

        d = dict(src_dict)
        prompts = []
        _prompts = d.pop("prompts")
        for prompts_item_data in _prompts:
            prompts_item = RunRequestPromptsItem.from_dict(prompts_item_data)

            prompts.append(prompts_item)

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

        _options = d.pop("options", UNSET)
        options: RunOptions | Unset
        if isinstance(_options, Unset):
            options = UNSET
        else:
            options = RunOptions.from_dict(_options)

        _objects = d.pop("objects", UNSET)
        objects: list[RunRequestObjectsItem] | Unset = UNSET
        if _objects is not UNSET:
            objects = []
            for objects_item_data in _objects:
                objects_item = RunRequestObjectsItem.from_dict(objects_item_data)

                objects.append(objects_item)

        _fit = d.pop("fit", UNSET)
        fit: RunRequestFit | Unset
        if isinstance(_fit, Unset):
            fit = UNSET
        else:
            fit = RunRequestFit(_fit)

        run_request = cls(
            prompts=prompts,
            video_id=video_id,
            upload_id=upload_id,
            options=options,
            objects=objects,
            fit=fit,
        )

        return run_request
