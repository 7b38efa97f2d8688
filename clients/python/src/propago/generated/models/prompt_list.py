from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar

from attrs import define as _attrs_define

if TYPE_CHECKING:
    from ..models.prompt_list_items_item import PromptListItemsItem


T = TypeVar("T", bound="PromptList")


@_attrs_define
class PromptList:
    """
    Attributes:
        revision (int): Of the run; If-Match expects it
        items (list[PromptListItemsItem]): By frame
    """

    revision: int
    items: list[PromptListItemsItem]

    def to_dict(self) -> dict[str, Any]:
        revision = self.revision

        items = []
        for items_item_data in self.items:
            items_item = items_item_data.to_dict()
            items.append(items_item)

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "revision": revision,
                "items": items,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.prompt_list_items_item import PromptListItemsItem

        d = dict(src_dict)
        revision = d.pop("revision")

        items = []
        _items = d.pop("items")
        for items_item_data in _items:
            items_item = PromptListItemsItem.from_dict(items_item_data)

            items.append(items_item)

        prompt_list = cls(
            revision=revision,
            items=items,
        )

        return prompt_list
