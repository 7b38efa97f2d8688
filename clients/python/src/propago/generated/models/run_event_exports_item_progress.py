from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar

from attrs import define as _attrs_define

T = TypeVar("T", bound="RunEventExportsItemProgress")


@_attrs_define
class RunEventExportsItemProgress:
    """Frames

    Attributes:
        done (int):
        total (int):
    """

    done: int
    total: int

    def to_dict(self) -> dict[str, Any]:
        done = self.done

        total = self.total

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "done": done,
                "total": total,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        done = d.pop("done")

        total = d.pop("total")

        run_event_exports_item_progress = cls(
            done=done,
            total=total,
        )

        return run_event_exports_item_progress
