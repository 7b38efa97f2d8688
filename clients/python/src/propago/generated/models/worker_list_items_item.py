from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar

from attrs import define as _attrs_define

from ..models.worker_list_items_item_service import WorkerListItemsItemService

if TYPE_CHECKING:
    from ..models.worker_list_items_item_encoders_item import (
        WorkerListItemsItemEncodersItem,
    )


T = TypeVar("T", bound="WorkerListItemsItem")


@_attrs_define
class WorkerListItemsItem:
    """
    Attributes:
        service (WorkerListItemsItemService):
        host (str):
        pid (int): Process id on that host, or in that container
        version (str): Of the platform
        revision (str): Git revision that it was built from, or unknown
        started_at (datetime.datetime):
        encoders (list[WorkerListItemsItemEncodersItem]): What a features worker has loaded, or is loading
    """

    service: WorkerListItemsItemService
    host: str
    pid: int
    version: str
    revision: str
    started_at: datetime.datetime
    encoders: list[WorkerListItemsItemEncodersItem]

    def to_dict(self) -> dict[str, Any]:
        service = self.service.value

        host = self.host

        pid = self.pid

        version = self.version

        revision = self.revision

        started_at = self.started_at.isoformat()

        encoders = []
        for encoders_item_data in self.encoders:
            encoders_item = encoders_item_data.to_dict()
            encoders.append(encoders_item)

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "service": service,
                "host": host,
                "pid": pid,
                "version": version,
                "revision": revision,
                "startedAt": started_at,
                "encoders": encoders,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.worker_list_items_item_encoders_item import (
            WorkerListItemsItemEncodersItem,
        )

        d = dict(src_dict)
        service = WorkerListItemsItemService(d.pop("service"))

        host = d.pop("host")

        pid = d.pop("pid")

        version = d.pop("version")

        revision = d.pop("revision")

        started_at = datetime.datetime.fromisoformat(d.pop("startedAt"))

        encoders = []
        _encoders = d.pop("encoders")
        for encoders_item_data in _encoders:
            encoders_item = WorkerListItemsItemEncodersItem.from_dict(
                encoders_item_data
            )

            encoders.append(encoders_item)

        worker_list_items_item = cls(
            service=service,
            host=host,
            pid=pid,
            version=version,
            revision=revision,
            started_at=started_at,
            encoders=encoders,
        )

        return worker_list_items_item
