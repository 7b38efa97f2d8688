from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar

from attrs import define as _attrs_define

if TYPE_CHECKING:
    from ..models.suggestion_list_items_item import SuggestionListItemsItem


T = TypeVar("T", bound="SuggestionList")


@_attrs_define
class SuggestionList:
    """
    Attributes:
        revision (int): Of the run whose masks were looked at
        frames (int): How many frames have masks of this revision, and were looked at
        items (list[SuggestionListItemsItem]): The best first; each as if those before it had been corrected
    """

    revision: int
    frames: int
    items: list[SuggestionListItemsItem]

    def to_dict(self) -> dict[str, Any]:
        revision = self.revision

        frames = self.frames

        items = []
        for items_item_data in self.items:
            items_item = items_item_data.to_dict()
            items.append(items_item)

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "revision": revision,
                "frames": frames,
                "items": items,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.suggestion_list_items_item import SuggestionListItemsItem

        d = dict(src_dict)
        revision = d.pop("revision")

        frames = d.pop("frames")

        items = []
        _items = d.pop("items")
        for items_item_data in _items:
            items_item = SuggestionListItemsItem.from_dict(items_item_data)

            items.append(items_item)

        suggestion_list = cls(
            revision=revision,
            frames=frames,
            items=items,
        )

        return suggestion_list
