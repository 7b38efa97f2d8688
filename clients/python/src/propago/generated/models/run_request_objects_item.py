from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="RunRequestObjectsItem")


@_attrs_define
class RunRequestObjectsItem:
    """
    Attributes:
        id (int): Of a mask the value of its pixels
        name (None | str | Unset): What you call it; null takes the name away
        colour (str | Unset): Of its pixels in masks and overlay, as #rrggbb
        is_traced_back (bool | Unset): Also label frames before its first prompt; false: it appears there
        points (list[str] | Unset): Names of its key points; an object with some is labelled with them, one without with
            masks
        skeleton (list[list[str]] | Unset): Pairs of key points that are joined by a line
    """

    id: int
    name: None | str | Unset = UNSET
    colour: str | Unset = UNSET
    is_traced_back: bool | Unset = UNSET
    points: list[str] | Unset = UNSET
    skeleton: list[list[str]] | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        name: None | str | Unset
        if isinstance(self.name, Unset):
            name = UNSET
        else:
            name = self.name

        colour = self.colour

        is_traced_back = self.is_traced_back

        points: list[str] | Unset = UNSET
        if not isinstance(self.points, Unset):
            points = self.points

        skeleton: list[list[str]] | Unset = UNSET
        if not isinstance(self.skeleton, Unset):
            skeleton = []
            for skeleton_item_data in self.skeleton:
                skeleton_item = skeleton_item_data

                skeleton.append(skeleton_item)

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "id": id,
            }
        )
        if name is not UNSET:
            field_dict["name"] = name
        if colour is not UNSET:
            field_dict["colour"] = colour
        if is_traced_back is not UNSET:
            field_dict["isTracedBack"] = is_traced_back
        if points is not UNSET:
            field_dict["points"] = points
        if skeleton is not UNSET:
            field_dict["skeleton"] = skeleton

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        id = d.pop("id")

        def _parse_name(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        name = _parse_name(d.pop("name", UNSET))

        colour = d.pop("colour", UNSET)

        is_traced_back = d.pop("isTracedBack", UNSET)

        points = cast(list[str], d.pop("points", UNSET))

        _skeleton = d.pop("skeleton", UNSET)
        skeleton: list[list[str]] | Unset = UNSET
        if _skeleton is not UNSET:
            skeleton = []
            for skeleton_item_data in _skeleton:
                skeleton_item = cast(list[str], skeleton_item_data)

                skeleton.append(skeleton_item)

        run_request_objects_item = cls(
            id=id,
            name=name,
            colour=colour,
            is_traced_back=is_traced_back,
            points=points,
            skeleton=skeleton,
        )

        return run_request_objects_item
