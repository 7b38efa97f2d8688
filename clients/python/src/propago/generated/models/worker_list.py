from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar

from attrs import define as _attrs_define

if TYPE_CHECKING:
    from ..models.worker_list_items_item import WorkerListItemsItem


T = TypeVar("T", bound="WorkerList")


@_attrs_define
class WorkerList:
    """
    Attributes:
        items (list[WorkerListItemsItem]):
    """

    items: list[WorkerListItemsItem]

    def to_dict(self) -> dict[str, Any]:
        items = []
        for items_item_data in self.items:
            items_item = items_item_data.to_dict()
            items.append(items_item)

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "items": items,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.worker_list_items_item import WorkerListItemsItem

        d = dict(src_dict)
        items = []
        _items = d.pop("items")
        for items_item_data in _items:
            items_item = WorkerListItemsItem.from_dict(items_item_data)

            items.append(items_item)

        worker_list = cls(
            items=items,
        )

        return worker_list
