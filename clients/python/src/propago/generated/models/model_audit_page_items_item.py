from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from attrs import define as _attrs_define

if TYPE_CHECKING:
    from ..models.model_audit_page_items_item_details import (
        ModelAuditPageItemsItemDetails,
    )


T = TypeVar("T", bound="ModelAuditPageItemsItem")


@_attrs_define
class ModelAuditPageItemsItem:
    """
    Attributes:
        id (int):
        at (datetime.datetime):
        actor (str):
        action (str):
        name (str):
        version (int | None):
        details (ModelAuditPageItemsItemDetails):
    """

    id: int
    at: datetime.datetime
    actor: str
    action: str
    name: str
    version: int | None
    details: ModelAuditPageItemsItemDetails

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        at = self.at.isoformat()

        actor = self.actor

        action = self.action

        name = self.name

        version: int | None
        version = self.version

        details = self.details.to_dict()

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "id": id,
                "at": at,
                "actor": actor,
                "action": action,
                "name": name,
                "version": version,
                "details": details,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.model_audit_page_items_item_details import (
            ModelAuditPageItemsItemDetails,
        )

        d = dict(src_dict)
        id = d.pop("id")

        at = datetime.datetime.fromisoformat(d.pop("at"))

        actor = d.pop("actor")

        action = d.pop("action")

        name = d.pop("name")

        def _parse_version(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        version = _parse_version(d.pop("version"))

        details = ModelAuditPageItemsItemDetails.from_dict(d.pop("details"))

        model_audit_page_items_item = cls(
            id=id,
            at=at,
            actor=actor,
            action=action,
            name=name,
            version=version,
            details=details,
        )

        return model_audit_page_items_item
