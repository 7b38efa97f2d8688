from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from attrs import define as _attrs_define

if TYPE_CHECKING:
    from ..models.model_report_traffic_parts_item import ModelReportTrafficPartsItem


T = TypeVar("T", bound="ModelReportTraffic")


@_attrs_define
class ModelReportTraffic:
    """Runs that named the model and were given a version by its traffic

    Attributes:
        since (datetime.datetime | None): When the split was made, or the champion appointed; runs of before are left
            out
        parts (list[ModelReportTrafficPartsItem]):
    """

    since: datetime.datetime | None
    parts: list[ModelReportTrafficPartsItem]

    def to_dict(self) -> dict[str, Any]:
        since: None | str
        if isinstance(self.since, datetime.datetime):
            since = self.since.isoformat()
        else:
            since = self.since

        parts = []
        for parts_item_data in self.parts:
            parts_item = parts_item_data.to_dict()
            parts.append(parts_item)

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "since": since,
                "parts": parts,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.model_report_traffic_parts_item import ModelReportTrafficPartsItem

        d = dict(src_dict)

        def _parse_since(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                since_type_0 = datetime.datetime.fromisoformat(data)

                return since_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        since = _parse_since(d.pop("since"))

        parts = []
        _parts = d.pop("parts")
        for parts_item_data in _parts:
            parts_item = ModelReportTrafficPartsItem.from_dict(parts_item_data)

            parts.append(parts_item)

        model_report_traffic = cls(
            since=since,
            parts=parts,
        )

        return model_report_traffic
