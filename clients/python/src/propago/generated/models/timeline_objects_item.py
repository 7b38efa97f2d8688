from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar, cast

from attrs import define as _attrs_define

T = TypeVar("T", bound="TimelineObjectsItem")


@_attrs_define
class TimelineObjectsItem:
    """
    Attributes:
        id (int):
        areas (list[int]): Pixels, for each of the frames; 0: the object is not there
        confidences (list[float | None]): Mean soft label of the object, for each of the frames, to 4 decimal places
    """

    id: int
    areas: list[int]
    confidences: list[float | None]

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        areas = self.areas

        confidences = []
        for confidences_item_data in self.confidences:
            confidences_item: float | None
            confidences_item = confidences_item_data
            confidences.append(confidences_item)

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "id": id,
                "areas": areas,
                "confidences": confidences,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        id = d.pop("id")

        areas = cast(list[int], d.pop("areas"))

        confidences = []
        _confidences = d.pop("confidences")
        for confidences_item_data in _confidences:

            def _parse_confidences_item(data: object) -> float | None:
                if data is None:
                    return data
                return cast(float | None, data)

            confidences_item = _parse_confidences_item(confidences_item_data)

            confidences.append(confidences_item)

        timeline_objects_item = cls(
            id=id,
            areas=areas,
            confidences=confidences,
        )

        return timeline_objects_item
