from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar, cast

from attrs import define as _attrs_define

from ..models.worker_list_items_item_encoders_item_state import (
    WorkerListItemsItemEncodersItemState,
)

T = TypeVar("T", bound="WorkerListItemsItemEncodersItem")


@_attrs_define
class WorkerListItemsItemEncodersItem:
    """
    Attributes:
        sha256 (str):
        name (None | str): As in `name:version`; null where the version is not registered any more
        state (WorkerListItemsItemEncodersItemState):
        reason (None | str):
    """

    sha256: str
    name: None | str
    state: WorkerListItemsItemEncodersItemState
    reason: None | str

    def to_dict(self) -> dict[str, Any]:
        sha256 = self.sha256

        name: None | str
        name = self.name

        state = self.state.value

        reason: None | str
        reason = self.reason

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "sha256": sha256,
                "name": name,
                "state": state,
                "reason": reason,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        sha256 = d.pop("sha256")

        def _parse_name(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        name = _parse_name(d.pop("name"))

        state = WorkerListItemsItemEncodersItemState(d.pop("state"))

        def _parse_reason(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        reason = _parse_reason(d.pop("reason"))

        worker_list_items_item_encoders_item = cls(
            sha256=sha256,
            name=name,
            state=state,
            reason=reason,
        )

        return worker_list_items_item_encoders_item
