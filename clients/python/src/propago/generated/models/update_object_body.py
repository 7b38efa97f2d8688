from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="UpdateObjectBody")


@_attrs_define
class UpdateObjectBody:
    """
    Example:
        {'name': 'cyclist', 'colour': '#e01b24'}

    Attributes:
        name (None | str | Unset): What you call it; null takes the name away
        colour (str | Unset): Of its pixels in masks and overlay, as #rrggbb
        is_traced_back (bool | Unset): Also label frames before its first prompt; false: it appears there
    """

    name: None | str | Unset = UNSET
    colour: str | Unset = UNSET
    is_traced_back: bool | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        name: None | str | Unset
        if isinstance(self.name, Unset):
            name = UNSET
        else:
            name = self.name

        colour = self.colour

        is_traced_back = self.is_traced_back

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if name is not UNSET:
            field_dict["name"] = name
        if colour is not UNSET:
            field_dict["colour"] = colour
        if is_traced_back is not UNSET:
            field_dict["isTracedBack"] = is_traced_back

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)

        def _parse_name(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        name = _parse_name(d.pop("name", UNSET))

        colour = d.pop("colour", UNSET)

        is_traced_back = d.pop("isTracedBack", UNSET)

        update_object_body = cls(
            name=name,
            colour=colour,
            is_traced_back=is_traced_back,
        )

        return update_object_body
