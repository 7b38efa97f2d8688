from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar

from attrs import define as _attrs_define

from ..models.create_run_body_prompts_item_objects_item_points_item_visibility import (
    CreateRunBodyPromptsItemObjectsItemPointsItemVisibility,
)
from ..types import UNSET, Unset

T = TypeVar("T", bound="CreateRunBodyPromptsItemObjectsItemPointsItem")


@_attrs_define
class CreateRunBodyPromptsItemObjectsItemPointsItem:
    """A point of an object

    Attributes:
        name (str):
        x (float | Unset): Pixels from the left edge: the centre of the first pixel is 0.5
        y (float | Unset): Pixels from the upper edge
        visibility (CreateRunBodyPromptsItemObjectsItemPointsItemVisibility | Unset): visible where absent from the
            request; hidden: it is there and not seen; absent: it is not there
    """

    name: str
    x: float | Unset = UNSET
    y: float | Unset = UNSET
    visibility: CreateRunBodyPromptsItemObjectsItemPointsItemVisibility | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        name = self.name

        x = self.x

        y = self.y

        visibility: str | Unset = UNSET
        if not isinstance(self.visibility, Unset):
            visibility = self.visibility.value

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "name": name,
            }
        )
        if x is not UNSET:
            field_dict["x"] = x
        if y is not UNSET:
            field_dict["y"] = y
        if visibility is not UNSET:
            field_dict["visibility"] = visibility

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        name = d.pop("name")

        x = d.pop("x", UNSET)

        y = d.pop("y", UNSET)

        _visibility = d.pop("visibility", UNSET)
        visibility: CreateRunBodyPromptsItemObjectsItemPointsItemVisibility | Unset
        if isinstance(_visibility, Unset):
            visibility = UNSET
        else:
            visibility = CreateRunBodyPromptsItemObjectsItemPointsItemVisibility(
                _visibility
            )

        create_run_body_prompts_item_objects_item_points_item = cls(
            name=name,
            x=x,
            y=y,
            visibility=visibility,
        )

        return create_run_body_prompts_item_objects_item_points_item
