"""Files for other programs."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any
from uuid import UUID

from . import files, generated
from .errors import PropagoError, accepted, good
from .generated import models
from .generated.api.runs import get_export


class Export:
    """A file that was made of a run.

    Attributes:
        info: what the server says of it, as it was last asked: `info.loss`, `info.cannot_hold`, `info.file.bytes`.
    """

    def __init__(self, api: generated.AuthenticatedClient, info: models.Export) -> None:
        self._api = api
        self.info = info

    @property
    def _address(self) -> str:
        return f"/v1/runs/{self.info.run_id}/exports/{self.info.id}/file"

    def read(self) -> bytes:
        """The whole file."""
        return files.read(self._api, self._address)

    def save(self, path: str | Path) -> Path:
        """Saves the file, and says where."""
        return files.save(self._api, self._address, path)


def make_export(api: generated.AuthenticatedClient, run_id: UUID, file_format: str, options: dict[str, Any]) -> Export:
    """Has a file made, and waits for it. Raises PropagoError where it is refused or fails."""
    body = {"format": file_format, "options": options}
    answer = accepted(api.get_httpx_client().post(f"/v1/runs/{run_id}/exports", json=body))
    made = models.Export.from_dict(answer.json())
    wait = 0.1
    while made.state in ("queued", "running"):
        time.sleep(wait)
        wait = min(2.0, 1.5 * wait)
        made = good(get_export.sync_detailed(run_id, made.id, client=api))
    if made.error:
        raise PropagoError.of_failure(made.error)
    return Export(api, made)
