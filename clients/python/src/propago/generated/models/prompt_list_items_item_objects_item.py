from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar

from attrs import define as _attrs_define

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.prompt_list_items_item_objects_item_points_item import (
        PromptListItemsItemObjectsItemPointsItem,
    )


T = TypeVar("T", bound="PromptListItemsItemObjectsItem")


@_attrs_define
class PromptListItemsItemObjectsItem:
    """
    Attributes:
        id (int):
        is_absent (bool): The prompt says that it is not on the frame
        points (list[PromptListItemsItemObjectsItemPointsItem] | Unset): Of an object that has key points
    """

    id: int
    is_absent: bool
    points: list[PromptListItemsItemObjectsItemPointsItem] | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        is_absent = self.is_absent

        points: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.points, Unset):
            points = []
            for points_item_data in self.points:
                points_item = points_item_data.to_dict()
                points.append(points_item)

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "id": id,
                "isAbsent": is_absent,
            }
        )
        if points is not UNSET:
            field_dict["points"] = points

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.prompt_list_items_item_objects_item_points_item import (
            PromptListItemsItemObjectsItemPointsItem,
        )

        d = dict(src_dict)
        id = d.pop("id")

        is_absent = d.pop("isAbsent")

        _points = d.pop("points", UNSET)
        points: list[PromptListItemsItemObjectsItemPointsItem] | Unset = UNSET
        if _points is not UNSET:
            points = []
            for points_item_data in _points:
                points_item = PromptListItemsItemObjectsItemPointsItem.from_dict(
                    points_item_data
                )

                points.append(points_item)

        prompt_list_items_item_objects_item = cls(
            id=id,
            is_absent=is_absent,
            points=points,
        )

        return prompt_list_items_item_objects_item
