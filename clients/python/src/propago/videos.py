"""Videos: sent once, used by any number of runs."""

from __future__ import annotations

import io
import time
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from . import files, generated
from .errors import PropagoError, accepted, good
from .generated import models
from .generated.api.videos import delete_video, get_video, list_video_frames, list_videos
from .generated.types import UNSET, Unset
from .paging import all_items
from .uploads import send_resumably, size_of

VideoFrame = models.VideoFramePageItemsItem


class Video:
    """A video on the server.

    Attributes:
        info: what the server says of it, as it was last asked.
    """

    def __init__(self, api: generated.AuthenticatedClient, info: models.Video) -> None:
        self._api = api
        self.info = info

    @property
    def id(self) -> UUID:
        return self.info.id

    def frames(self) -> Iterator[VideoFrame]:
        """Index, time stamp and key frames, as they become known: the first request has the video decoded.

        Raises PropagoError where it cannot be decoded.
        """
        cursor: str | Unset = UNSET
        while True:
            page = good(list_video_frames.sync_detailed(self.id, client=self._api, limit=1000, cursor=cursor))
            yield from page.items
            if page.items:
                cursor = str(page.items[-1].index)
            if page.next_ is not None:
                continue
            if page.decoding.error:
                raise PropagoError.of_failure(page.decoding.error)
            if page.frames is not None:
                return
            time.sleep(0.2)

    def image(self, frame: int, *, width: int | None = None) -> NDArray[np.uint8]:
        """The picture of a frame, height x width x 3, RGB, upright.

        Args:
            width: pixels to scale it to; the video's own by default.
        """
        query = f"?width={width}" if width else ""
        content = files.read(self._api, f"/v1/videos/{self.id}/frames/{frame}/image.jpg{query}")
        with Image.open(io.BytesIO(content)) as picture:
            return np.array(picture.convert("RGB"))

    def delete(self) -> None:
        """Removes it. Raises PropagoError VIDEO_IN_USE while there are runs on it."""
        answer = delete_video.sync_detailed(self.id, client=self._api)
        if answer.status_code != 204:
            good(answer)


class Videos:
    """The videos of the tenant."""

    def __init__(self, api: generated.AuthenticatedClient, resumable_bytes: int) -> None:
        self._api = api
        self._resumable_bytes = resumable_bytes

    def create(self, video: str | Path | bytes | BinaryIO, *, name: str | None = None) -> Video:
        """Sends a video, or a zip of JPEG or PNG frames.

        A large one is sent in pieces: after an interruption of either side the same call goes on with what is missing.

        Args:
            video: its path, its bytes, or a file that is open for reading bytes.
            name: what it is called; by default the name of its file.

        Raises:
            PropagoError: VIDEO_NOT_RECOGNISED and others where it cannot be used.
        """
        if isinstance(video, str | Path):
            path = Path(video)
            with path.open("rb") as file:
                return self._send(file, name or path.name)
        return self._send(io.BytesIO(video) if isinstance(video, bytes) else video, name or "video")

    def _send(self, file: BinaryIO, name: str) -> Video:
        http = self._api.get_httpx_client()
        size = size_of(file)
        if size is not None and size > self._resumable_bytes:
            sent = send_resumably(self._api, file, name, size)
            answer = accepted(http.post("/v1/videos", json={"uploadId": sent.upload_id}))
            sent.forget()
        else:
            answer = accepted(http.post("/v1/videos", files={"video": (name, file)}))
        return Video(self._api, models.Video.from_dict(answer.json()))

    def get(self, video_id: UUID | str) -> Video:
        return Video(self._api, good(get_video.sync_detailed(UUID(str(video_id)), client=self._api)))

    def list(self) -> Iterator[Video]:
        """All of them, the newest first."""
        pages = all_items(lambda cursor: good(list_videos.sync_detailed(client=self._api, limit=200, cursor=cursor)))
        return (Video(self._api, info) for info in pages)
