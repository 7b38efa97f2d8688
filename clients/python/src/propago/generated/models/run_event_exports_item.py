from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar
from uuid import UUID

from attrs import define as _attrs_define

from ..models.run_event_exports_item_format import RunEventExportsItemFormat
from ..models.run_event_exports_item_state import RunEventExportsItemState

if TYPE_CHECKING:
    from ..models.run_event_exports_item_progress import RunEventExportsItemProgress


T = TypeVar("T", bound="RunEventExportsItem")


@_attrs_define
class RunEventExportsItem:
    """
    Attributes:
        id (UUID):
        format_ (RunEventExportsItemFormat):
        state (RunEventExportsItemState):
        progress (RunEventExportsItemProgress): Frames
    """

    id: UUID
    format_: RunEventExportsItemFormat
    state: RunEventExportsItemState
    progress: RunEventExportsItemProgress

    def to_dict(self) -> dict[str, Any]:
        id = str(self.id)

        format_ = self.format_.value

        state = self.state.value

        progress = self.progress.to_dict()

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "id": id,
                "format": format_,
                "state": state,
                "progress": progress,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.run_event_exports_item_progress import RunEventExportsItemProgress

        d = dict(src_dict)
        id = UUID(d.pop("id"))

        format_ = RunEventExportsItemFormat(d.pop("format"))

        state = RunEventExportsItemState(d.pop("state"))

        progress = RunEventExportsItemProgress.from_dict(d.pop("progress"))

        run_event_exports_item = cls(
            id=id,
            format_=format_,
            state=state,
            progress=progress,
        )

        return run_event_exports_item
