from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar, cast

from attrs import define as _attrs_define

from ..models.run_object_kind import RunObjectKind
from ..types import UNSET, Unset

T = TypeVar("T", bound="RunObject")


@_attrs_define
class RunObject:
    """
    Attributes:
        id (int): Of a mask the value of its pixels
        name (None | str):
        kind (RunObjectKind):
        colour (str): Of its pixels in masks and overlay, as #rrggbb
        is_traced_back (bool): Whether frames before its first prompt are labelled too
        points (list[str] | Unset): Names of its key points, in their order
        skeleton (list[list[str]] | Unset): Pairs of key points that are joined by a line
    """

    id: int
    name: None | str
    kind: RunObjectKind
    colour: str
    is_traced_back: bool
    points: list[str] | Unset = UNSET
    skeleton: list[list[str]] | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        name: None | str
        name = self.name

        kind = self.kind.value

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
                "name": name,
                "kind": kind,
                "colour": colour,
                "isTracedBack": is_traced_back,
            }
        )
        if points is not UNSET:
            field_dict["points"] = points
        if skeleton is not UNSET:
            field_dict["skeleton"] = skeleton

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        id = d.pop("id")

        def _parse_name(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        name = _parse_name(d.pop("name"))

        kind = RunObjectKind(d.pop("kind"))

        colour = d.pop("colour")

        is_traced_back = d.pop("isTracedBack")

        points = cast(list[str], d.pop("points", UNSET))

        _skeleton = d.pop("skeleton", UNSET)
        skeleton: list[list[str]] | Unset = UNSET
        if _skeleton is not UNSET:
            skeleton = []
            for skeleton_item_data in _skeleton:
                skeleton_item = cast(list[str], skeleton_item_data)

                skeleton.append(skeleton_item)

        run_object = cls(
            id=id,
            name=name,
            kind=kind,
            colour=colour,
            is_traced_back=is_traced_back,
            points=points,
            skeleton=skeleton,
        )

        return run_object
