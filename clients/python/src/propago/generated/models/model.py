from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar

from attrs import define as _attrs_define

if TYPE_CHECKING:
    from ..models.model_alias import ModelAlias
    from ..models.model_traffic import ModelTraffic
    from ..models.model_versions_item import ModelVersionsItem


T = TypeVar("T", bound="Model")


@_attrs_define
class Model:
    """
    Attributes:
        name (str):
        aliases (list[ModelAlias]):
        traffic (ModelTraffic):
        versions (list[ModelVersionsItem]):
    """

    name: str
    aliases: list[ModelAlias]
    traffic: ModelTraffic
    versions: list[ModelVersionsItem]

    def to_dict(self) -> dict[str, Any]:
        name = self.name

        aliases = []
        for aliases_item_data in self.aliases:
            aliases_item = aliases_item_data.to_dict()
            aliases.append(aliases_item)

        traffic = self.traffic.to_dict()

        versions = []
        for versions_item_data in self.versions:
            versions_item = versions_item_data.to_dict()
            versions.append(versions_item)

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "name": name,
                "aliases": aliases,
                "traffic": traffic,
                "versions": versions,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.model_alias import ModelAlias
        from ..models.model_traffic import ModelTraffic
        from ..models.model_versions_item import ModelVersionsItem

        d = dict(src_dict)
        name = d.pop("name")

        aliases = []
        _aliases = d.pop("aliases")
        for aliases_item_data in _aliases:
            aliases_item = ModelAlias.from_dict(aliases_item_data)

            aliases.append(aliases_item)

        traffic = ModelTraffic.from_dict(d.pop("traffic"))

        versions = []
        _versions = d.pop("versions")
        for versions_item_data in _versions:
            versions_item = ModelVersionsItem.from_dict(versions_item_data)

            versions.append(versions_item)

        model = cls(
            name=name,
            aliases=aliases,
            traffic=traffic,
            versions=versions,
        )

        return model
