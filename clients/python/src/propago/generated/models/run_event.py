from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from attrs import define as _attrs_define

from ..models.run_event_state import RunEventState

if TYPE_CHECKING:
    from ..models.run_event_error_type_0 import RunEventErrorType0
    from ..models.run_event_estimate_type_0 import RunEventEstimateType0
    from ..models.run_event_exports_item import RunEventExportsItem
    from ..models.run_event_passes_item import RunEventPassesItem
    from ..models.run_event_progress import RunEventProgress


T = TypeVar("T", bound="RunEvent")


@_attrs_define
class RunEvent:
    """
    Attributes:
        state (RunEventState):
        revision (int): Grows with every change of the prompts
        progress (RunEventProgress): Frames that each stage has done; totals are null until the video has been decoded
            to its end
        passes (list[RunEventPassesItem]): Propagations in one direction from one prompt each, whose labels are blended
            where they meet
        error (None | RunEventErrorType0):
        estimate (None | RunEventEstimateType0): Null before the first mask, and after the end
        exports (list[RunEventExportsItem]): The newest 20, newest first
    """

    state: RunEventState
    revision: int
    progress: RunEventProgress
    passes: list[RunEventPassesItem]
    error: None | RunEventErrorType0
    estimate: None | RunEventEstimateType0
    exports: list[RunEventExportsItem]

    def to_dict(self) -> dict[str, Any]:
        from ..models.run_event_error_type_0 import RunEventErrorType0
        from ..models.run_event_estimate_type_0 import RunEventEstimateType0

        state = self.state.value

        revision = self.revision

        progress = self.progress.to_dict()

        passes = []
        for passes_item_data in self.passes:
            passes_item = passes_item_data.to_dict()
            passes.append(passes_item)

        error: dict[str, Any] | None
        if isinstance(self.error, RunEventErrorType0):
            error = self.error.to_dict()
        else:
            error = self.error

        estimate: dict[str, Any] | None
        if isinstance(self.estimate, RunEventEstimateType0):
            estimate = self.estimate.to_dict()
        else:
            estimate = self.estimate

        exports = []
        for exports_item_data in self.exports:
            exports_item = exports_item_data.to_dict()
            exports.append(exports_item)

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "state": state,
                "revision": revision,
                "progress": progress,
                "passes": passes,
                "error": error,
                "estimate": estimate,
                "exports": exports,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.run_event_error_type_0 import RunEventErrorType0
        from ..models.run_event_estimate_type_0 import RunEventEstimateType0
        from ..models.run_event_exports_item import RunEventExportsItem
        from ..models.run_event_passes_item import RunEventPassesItem
        from ..models.run_event_progress import RunEventProgress

        d = dict(src_dict)
        state = RunEventState(d.pop("state"))

        revision = d.pop("revision")

        progress = RunEventProgress.from_dict(d.pop("progress"))

        passes = []
        _passes = d.pop("passes")
        for passes_item_data in _passes:
            passes_item = RunEventPassesItem.from_dict(passes_item_data)

            passes.append(passes_item)

        def _parse_error(data: object) -> None | RunEventErrorType0:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                error_type_0 = RunEventErrorType0.from_dict(data)

                return error_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | RunEventErrorType0, data)

        error = _parse_error(d.pop("error"))

        def _parse_estimate(data: object) -> None | RunEventEstimateType0:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                estimate_type_0 = RunEventEstimateType0.from_dict(data)

                return estimate_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | RunEventEstimateType0, data)

        estimate = _parse_estimate(d.pop("estimate"))

        exports = []
        _exports = d.pop("exports")
        for exports_item_data in _exports:
            exports_item = RunEventExportsItem.from_dict(exports_item_data)

            exports.append(exports_item)

        run_event = cls(
            state=state,
            revision=revision,
            progress=progress,
            passes=passes,
            error=error,
            estimate=estimate,
            exports=exports,
        )

        return run_event
