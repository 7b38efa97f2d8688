"""Runs: labels of some frames in, labels of every frame out."""

from __future__ import annotations

import json
import tempfile
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO
from uuid import UUID

import httpx

from . import files, generated
from .errors import PropagoError, accepted, good
from .events import ENDED, run_events
from .exports import Export, make_export
from .generated import models
from .generated.api.runs import (
    cancel_run,
    delete_prompt,
    delete_run,
    get_run,
    list_frames,
    list_objects,
    list_prompts,
    list_runs,
    list_suggestions,
)
from .labels import Labels, Mask, mask_of, sendable
from .paging import all_items
from .videos import Video, Videos

Frame = models.FramePageItemsItem
Suggestion = models.SuggestionListItemsItem
# Of an archive of masks, bytes in memory; the rest waits on the disk.
ARCHIVE_IN_MEMORY = 64 * 2**20


class Run:
    """A run on the server.

    Attributes:
        info: what the server says of it, as it was last asked; `refresh` asks again.
    """

    def __init__(self, api: generated.AuthenticatedClient, info: models.Run) -> None:
        self._api = api
        self.info = info

    @property
    def id(self) -> UUID:
        return self.info.id

    @property
    def state(self) -> str:
        """queued, running, cancelling, succeeded, failed or cancelled, as it was last asked."""
        return self.info.state.value

    @property
    def _address(self) -> str:
        return f"/v1/runs/{self.id}"

    def refresh(self) -> Run:
        """Asks the server what is known of the run."""
        self.info = good(get_run.sync_detailed(self.id, client=self._api))
        return self

    def events(self) -> Iterator[models.RunEvent]:
        """What happens to the run: state, progress of each stage, estimate; the last one is that of its end."""
        return run_events(self._api, self.id)

    def wait(self) -> Run:
        """Waits until it has ended. Raises PropagoError with the run's code where it has failed."""
        for event in self.events():
            if event.state in ENDED:
                break
        self.refresh()
        if self.info.error:
            raise PropagoError.of_failure(self.info.error)
        return self

    def frames(self) -> Iterator[Frame]:
        """Index, time stamp, and what is known of each object: area, confidence, run lengths, key points.

        Of a run that goes on, the frames that are done.
        """
        return all_items(
            lambda cursor: good(list_frames.sync_detailed(self.id, client=self._api, limit=500, cursor=cursor))
        )

    def mask(self, frame: int) -> Mask:
        """The mask of a frame, height x width, values are ids of objects; there as soon as the frame is done."""
        return mask_of(files.read(self._api, f"{self._address}/frames/{frame}/mask.png"))

    def masks(self) -> Iterator[tuple[int, Mask]]:
        """Index and mask of each frame, one at a time, of a run that has succeeded: height x width, ids of objects."""
        with tempfile.SpooledTemporaryFile(ARCHIVE_IN_MEMORY) as file:
            with files.opened(self._api, f"{self._address}/masks.zip") as answer:
                for chunk in answer.iter_bytes():
                    file.write(chunk)
            file.seek(0)
            with zipfile.ZipFile(file) as archive:
                for index, name in enumerate(archive.namelist()):
                    yield index, mask_of(archive.read(name))

    def objects(self) -> list[models.RunObject]:
        """Id, name, colour and key points of each object."""
        return good(list_objects.sync_detailed(self.id, client=self._api)).items

    def prompts(self) -> list[models.PromptListItemsItem]:
        """What has been said about frames."""
        return good(list_prompts.sync_detailed(self.id, client=self._api)).items

    def correct(
        self, frame: int, labels: Labels, *, absent: Sequence[int] = (), fit: str = "exact", revision: int | None = None
    ) -> Run:
        """Says how a frame is; masks around it are made again. `wait` waits for them.

        Args:
            labels: a mask (array, or PNG as path or bytes) whose values are ids of objects, or objects as the API takes
                them, for example `[{"id": 2, "absent": True}]`. Objects that are not in it are not spoken of.
            absent: ids of objects that are not on the frame, beside a mask.
            fit: `nearest` scales a mask of another size.
            revision: of the run, that it is based on; PropagoError REVISION_CONFLICT where it is another one.
        """
        sent = sendable(labels)
        query = {"fit": fit} | ({"absent": ",".join(map(str, absent))} if absent else {})
        headers = {"If-Match": f'"{revision}"'} if revision is not None else {}
        body: dict[str, Any]
        if isinstance(sent, bytes):
            body = {"content": sent}
            headers["Content-Type"] = "image/png"
        else:
            body = {"json": {"objects": sent}}
        address = f"{self._address}/prompts/{frame}"
        return self._changed(self._api.get_httpx_client().put(address, params=query, headers=headers, **body))

    def retract(self, frame: int) -> Run:
        """Takes back what was said about a frame."""
        self.info = good(delete_prompt.sync_detailed(self.id, frame, client=self._api))
        return self

    def suggestions(self, count: int = 5) -> list[Suggestion]:
        """The frames that are worth a look, the best first, with objects, expected gain and reason."""
        return good(list_suggestions.sync_detailed(self.id, client=self._api, count=count)).items

    def export(self, file_format: str, **options: Any) -> Export:
        """A file for other programs, once it is made: `run.export("coco", segmentation="polygon").save("masks.json")`.

        Args:
            file_format: one of docs/formats.md.
            options: of the format, named as the API names them.
        """
        return make_export(self._api, self.id, file_format, options)

    def overlay(self, path: str | Path) -> Path:
        """Saves the video with its labels painted over it, as an mp4."""
        return files.save(self._api, f"{self._address}/overlay.mp4", path)

    def cancel(self) -> Run:
        """Stops it. Raises PropagoError RUN_FINISHED where it has ended."""
        self.info = good(cancel_run.sync_detailed(self.id, client=self._api))
        return self

    def delete(self) -> None:
        """Stops it, and removes everything of it; its video stays."""
        answer = delete_run.sync_detailed(self.id, client=self._api)
        if answer.status_code != 204:
            good(answer)

    def _changed(self, answer: httpx.Response) -> Run:
        self.info = models.Run.from_dict(accepted(answer).json())
        return self


class Runs:
    """The runs of the tenant."""

    def __init__(self, api: generated.AuthenticatedClient, videos: Videos) -> None:
        self._api = api
        self._videos = videos

    def create(
        self,
        video: Video | UUID | str | Path | bytes | BinaryIO,
        prompts: Labels | Mapping[int, Labels] | None = None,
        *,
        keypoints: str | Mapping[str, Any] | None = None,
        objects: Sequence[Mapping[str, Any]] = (),
        fit: str = "exact",
        idempotency_key: str | None = None,
        **options: Any,
    ) -> Run:
        """Starts a run.

        Args:
            video: one on the server, or its id; or a file, as its path, its bytes or opened, which is sent first and
                stays on the server for more runs.
            prompts: labels of the first frame, or of each of some: `{0: "first.png", 57: mask}`. Labels are a mask
                (array, or PNG as path or bytes) or objects as the API takes them.
            keypoints: key points as JSON, or as the text of a file of COCO or DeepLabCut.
            objects: names and colours: `[{"id": 1, "name": "cyclist"}]`.
            fit: `nearest` scales masks of another size.
            idempotency_key: the same request with the same key starts one run.
            options: `name`, `tags`, `preset`, `parameters`, `encoder`, as the API names them.

        Raises:
            PropagoError: what is refused, for example MASK_SIZE_MISMATCH.
        """
        by_frame = prompts if isinstance(prompts, Mapping) else {} if prompts is None else {0: prompts}
        parts: list[tuple[str, tuple[str | None, bytes | str, str]]] = []
        said = []
        for frame, labels in by_frame.items():
            sent = sendable(labels)
            if isinstance(sent, bytes):
                parts.append((f"mask@{frame}", (f"{frame}.png", sent, "image/png")))
            else:
                said.append({"frame": frame, "objects": sent})
        fields: dict[str, Any] = {"options": options, "prompts": said, "objects": list(objects)}
        parts += [(name, (None, json.dumps(value), "application/json")) for name, value in fields.items() if value]
        if keypoints is not None:
            text = keypoints if isinstance(keypoints, str) else json.dumps(keypoints)
            parts.append(("keypoints", (None, text, "text/plain")))
        parts += [("fit", (None, fit, "text/plain")), ("videoId", (None, str(self._video_id(video)), "text/plain"))]
        headers = {"Idempotency-Key": idempotency_key} if idempotency_key else {}
        answer = self._api.get_httpx_client().post("/v1/runs", files=parts, headers=headers)
        return Run(self._api, models.Run.from_dict(accepted(answer).json()))

    def _video_id(self, video: Video | UUID | str | Path | bytes | BinaryIO) -> UUID:
        if isinstance(video, UUID):
            return video
        return (video if isinstance(video, Video) else self._videos.create(video)).id

    def get(self, run_id: UUID | str) -> Run:
        return Run(self._api, good(get_run.sync_detailed(UUID(str(run_id)), client=self._api)))

    def list(self, *, state: Sequence[str] = (), **filters: Any) -> Iterator[Run]:
        """Runs, the newest first. Filters: `name`, `tag` (a list), `created_after`, `created_before`."""
        if state:
            filters["state"] = [models.ListRunsStateItem(each) for each in state]
        pages = all_items(
            lambda cursor: good(list_runs.sync_detailed(client=self._api, limit=200, cursor=cursor, **filters))
        )
        return (Run(self._api, info) for info in pages)
