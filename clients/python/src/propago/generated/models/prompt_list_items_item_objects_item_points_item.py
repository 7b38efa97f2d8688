from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar, cast

from attrs import define as _attrs_define

from ..models.prompt_list_items_item_objects_item_points_item_visibility import (
    PromptListItemsItemObjectsItemPointsItemVisibility,
)

T = TypeVar("T", bound="PromptListItemsItemObjectsItemPointsItem")


@_attrs_define
class PromptListItemsItemObjectsItemPointsItem:
    """
    Attributes:
        name (str):
        x (float | None):
        y (float | None):
        visibility (PromptListItemsItemObjectsItemPointsItemVisibility):
    """

    name: str
    x: float | None
    y: float | None
    visibility: PromptListItemsItemObjectsItemPointsItemVisibility

    def to_dict(self) -> dict[str, Any]:
        name = self.name

        x: float | None
        x = self.x

        y: float | None
        y = self.y

        visibility = self.visibility.value

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "name": name,
                "x": x,
                "y": y,
                "visibility": visibility,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        name = d.pop("name")

        def _parse_x(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        x = _parse_x(d.pop("x"))

        def _parse_y(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        y = _parse_y(d.pop("y"))

        visibility = PromptListItemsItemObjectsItemPointsItemVisibility(
            d.pop("visibility")
        )

        prompt_list_items_item_objects_item_points_item = cls(
            name=name,
            x=x,
            y=y,
            visibility=visibility,
        )

        return prompt_list_items_item_objects_item_points_item
