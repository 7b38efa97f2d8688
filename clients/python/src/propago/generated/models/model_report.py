from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar

from attrs import define as _attrs_define

if TYPE_CHECKING:
    from ..models.model_report_shadows_item import ModelReportShadowsItem
    from ..models.model_report_traffic import ModelReportTraffic


T = TypeVar("T", bound="ModelReport")


@_attrs_define
class ModelReport:
    """
    Attributes:
        name (str):
        traffic (ModelReportTraffic): Runs that named the model and were given a version by its traffic
        shadows (list[ModelReportShadowsItem]):
    """

    name: str
    traffic: ModelReportTraffic
    shadows: list[ModelReportShadowsItem]

    def to_dict(self) -> dict[str, Any]:
        name = self.name

        traffic = self.traffic.to_dict()

        shadows = []
        for shadows_item_data in self.shadows:
            shadows_item = shadows_item_data.to_dict()
            shadows.append(shadows_item)

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "name": name,
                "traffic": traffic,
                "shadows": shadows,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.model_report_shadows_item import ModelReportShadowsItem
        from ..models.model_report_traffic import ModelReportTraffic

        d = dict(src_dict)
        name = d.pop("name")

        traffic = ModelReportTraffic.from_dict(d.pop("traffic"))

        shadows = []
        _shadows = d.pop("shadows")
        for shadows_item_data in _shadows:
            shadows_item = ModelReportShadowsItem.from_dict(shadows_item_data)

            shadows.append(shadows_item)

        model_report = cls(
            name=name,
            traffic=traffic,
            shadows=shadows,
        )

        return model_report
