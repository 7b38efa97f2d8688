from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.run_request_prompts_item_objects_item_points_item import (
        RunRequestPromptsItemObjectsItemPointsItem,
    )
    from ..models.run_request_prompts_item_objects_item_rle import (
        RunRequestPromptsItemObjectsItemRle,
    )


T = TypeVar("T", bound="RunRequestPromptsItemObjectsItem")


@_attrs_define
class RunRequestPromptsItemObjectsItem:
    """
    Attributes:
        id (int):
        rle (RunRequestPromptsItemObjectsItemRle | Unset): COCO run lengths; size is height, width
        polygons (list[list[list[float]]] | Unset): Outlines, each a list of points [x, y] in pixels of the video, where
            the upper left pixel covers 0 to 1; fractions count. What lies inside an odd number of them is the object, so
            that a second one inside the first is a hole
        points (list[RunRequestPromptsItemObjectsItemPointsItem] | Unset): Of an object that has key points: where they
            are. One outside the picture is hidden. One that is left out stays as the run has it on this frame; with a new
            run, or where the run does not know it, it is absent
        absent (bool | Unset): It is not on the frame
    """

    id: int
    rle: RunRequestPromptsItemObjectsItemRle | Unset = UNSET
    polygons: list[list[list[float]]] | Unset = UNSET
    points: list[RunRequestPromptsItemObjectsItemPointsItem] | Unset = UNSET
    absent: bool | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        rle: dict[str, Any] | Unset = UNSET
        if not isinstance(self.rle, Unset):
            rle = self.rle.to_dict()

        polygons: list[list[list[float]]] | Unset = UNSET
        if not isinstance(self.polygons, Unset):
            polygons = []
            for polygons_item_data in self.polygons:
                polygons_item = []
                for polygons_item_item_data in polygons_item_data:
                    polygons_item_item = polygons_item_item_data

                    polygons_item.append(polygons_item_item)

                polygons.append(polygons_item)

        points: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.points, Unset):
            points = []
            for points_item_data in self.points:
                points_item = points_item_data.to_dict()
                points.append(points_item)

        absent = self.absent

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "id": id,
            }
        )
        if rle is not UNSET:
            field_dict["rle"] = rle
        if polygons is not UNSET:
            field_dict["polygons"] = polygons
        if points is not UNSET:
            field_dict["points"] = points
        if absent is not UNSET:
            field_dict["absent"] = absent

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.run_request_prompts_item_objects_item_points_item import (
            RunRequestPromptsItemObjectsItemPointsItem,
        )
        from ..models.run_request_prompts_item_objects_item_rle import (
            RunRequestPromptsItemObjectsItemRle,
        )

        d = dict(src_dict)
        id = d.pop("id")

        _rle = d.pop("rle", UNSET)
        rle: RunRequestPromptsItemObjectsItemRle | Unset
        if isinstance(_rle, Unset):
            rle = UNSET
        else:
            rle = RunRequestPromptsItemObjectsItemRle.from_dict(_rle)

        _polygons = d.pop("polygons", UNSET)
        polygons: list[list[list[float]]] | Unset = UNSET
        if _polygons is not UNSET:
            polygons = []
            for polygons_item_data in _polygons:
                polygons_item = []
                _polygons_item = polygons_item_data
                for polygons_item_item_data in _polygons_item:
                    polygons_item_item = cast(list[float], polygons_item_item_data)

                    polygons_item.append(polygons_item_item)

                polygons.append(polygons_item)

        _points = d.pop("points", UNSET)
        points: list[RunRequestPromptsItemObjectsItemPointsItem] | Unset = UNSET
        if _points is not UNSET:
            points = []
            for points_item_data in _points:
                points_item = RunRequestPromptsItemObjectsItemPointsItem.from_dict(
                    points_item_data
                )

                points.append(points_item)

        absent = d.pop("absent", UNSET)

        run_request_prompts_item_objects_item = cls(
            id=id,
            rle=rle,
            polygons=polygons,
            points=points,
            absent=absent,
        )

        return run_request_prompts_item_objects_item
