from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast
from uuid import UUID

from attrs import define as _attrs_define

from ..models.export_format import ExportFormat
from ..models.export_state import ExportState

if TYPE_CHECKING:
    from ..models.export_error_type_0 import ExportErrorType0
    from ..models.export_file_type_0 import ExportFileType0
    from ..models.export_loss_type_0 import ExportLossType0
    from ..models.export_options import ExportOptions
    from ..models.export_progress import ExportProgress


T = TypeVar("T", bound="Export")


@_attrs_define
class Export:
    """
    Attributes:
        id (UUID):
        run_id (UUID):
        state (ExportState):
        format_ (ExportFormat):
        options (ExportOptions): Complete, with what is assumed of absent ones
        revision (int): Of the run: the file holds what was true then
        is_current (bool): Whether the run is still at this revision
        progress (ExportProgress): Frames
        file (ExportFileType0 | None): Null until it is ready
        is_exact (bool): Whether the file gives every pixel of the masks back, or every place of the points
        cannot_hold (list[str]): What the format has no place for, in sentences
        loss (ExportLossType0 | None): Measured between the masks and what the file says of them; null where nothing is
            lost, or read back
        error (ExportErrorType0 | None):
        created_at (datetime.datetime):
        started_at (datetime.datetime | None):
        finished_at (datetime.datetime | None):
    """

    id: UUID
    run_id: UUID
    state: ExportState
    format_: ExportFormat
    options: ExportOptions
    revision: int
    is_current: bool
    progress: ExportProgress
    file: ExportFileType0 | None
    is_exact: bool
    cannot_hold: list[str]
    loss: ExportLossType0 | None
    error: ExportErrorType0 | None
    created_at: datetime.datetime
    started_at: datetime.datetime | None
    finished_at: datetime.datetime | None

    def to_dict(self) -> dict[str, Any]:
        from ..models.export_error_type_0 import ExportErrorType0
        from ..models.export_file_type_0 import ExportFileType0
        from ..models.export_loss_type_0 import ExportLossType0

        id = str(self.id)

        run_id = str(self.run_id)

        state = self.state.value

        format_ = self.format_.value

        options = self.options.to_dict()

        revision = self.revision

        is_current = self.is_current

        progress = self.progress.to_dict()

        file: dict[str, Any] | None
        if isinstance(self.file, ExportFileType0):
            file = self.file.to_dict()
        else:
            file = self.file

        is_exact = self.is_exact

        cannot_hold = self.cannot_hold

        loss: dict[str, Any] | None
        if isinstance(self.loss, ExportLossType0):
            loss = self.loss.to_dict()
        else:
            loss = self.loss

        error: dict[str, Any] | None
        if isinstance(self.error, ExportErrorType0):
            error = self.error.to_dict()
        else:
            error = self.error

        created_at = self.created_at.isoformat()

        started_at: None | str
        if isinstance(self.started_at, datetime.datetime):
            started_at = self.started_at.isoformat()
        else:
            started_at = self.started_at

        finished_at: None | str
        if isinstance(self.finished_at, datetime.datetime):
            finished_at = self.finished_at.isoformat()
        else:
            finished_at = self.finished_at

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "id": id,
                "runId": run_id,
                "state": state,
                "format": format_,
                "options": options,
                "revision": revision,
                "isCurrent": is_current,
                "progress": progress,
                "file": file,
                "isExact": is_exact,
                "cannotHold": cannot_hold,
                "loss": loss,
                "error": error,
                "createdAt": created_at,
                "startedAt": started_at,
                "finishedAt": finished_at,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.export_error_type_0 import ExportErrorType0
        from ..models.export_file_type_0 import ExportFileType0
        from ..models.export_loss_type_0 import ExportLossType0
        from ..models.export_options import ExportOptions
        from ..models.export_progress import ExportProgress

        d = dict(src_dict)
        id = UUID(d.pop("id"))

        run_id = UUID(d.pop("runId"))

        state = ExportState(d.pop("state"))

        format_ = ExportFormat(d.pop("format"))

        options = ExportOptions.from_dict(d.pop("options"))

        revision = d.pop("revision")

        is_current = d.pop("isCurrent")

        progress = ExportProgress.from_dict(d.pop("progress"))

        def _parse_file(data: object) -> ExportFileType0 | None:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                file_type_0 = ExportFileType0.from_dict(data)

                return file_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(ExportFileType0 | None, data)

        file = _parse_file(d.pop("file"))

        is_exact = d.pop("isExact")

        cannot_hold = cast(list[str], d.pop("cannotHold"))

        def _parse_loss(data: object) -> ExportLossType0 | None:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                loss_type_0 = ExportLossType0.from_dict(data)

                return loss_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(ExportLossType0 | None, data)

        loss = _parse_loss(d.pop("loss"))

        def _parse_error(data: object) -> ExportErrorType0 | None:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                error_type_0 = ExportErrorType0.from_dict(data)

                return error_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(ExportErrorType0 | None, data)

        error = _parse_error(d.pop("error"))

        created_at = datetime.datetime.fromisoformat(d.pop("createdAt"))

        def _parse_started_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                started_at_type_0 = datetime.datetime.fromisoformat(data)

                return started_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        started_at = _parse_started_at(d.pop("startedAt"))

        def _parse_finished_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                finished_at_type_0 = datetime.datetime.fromisoformat(data)

                return finished_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        finished_at = _parse_finished_at(d.pop("finishedAt"))

        export = cls(
            id=id,
            run_id=run_id,
            state=state,
            format_=format_,
            options=options,
            revision=revision,
            is_current=is_current,
            progress=progress,
            file=file,
            is_exact=is_exact,
            cannot_hold=cannot_hold,
            loss=loss,
            error=error,
            created_at=created_at,
            started_at=started_at,
            finished_at=finished_at,
        )

        return export
