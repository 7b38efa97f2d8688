"""The tracking function, as CVAT's agent loads it: `cvat-cli function run-agent ID --function-file …/function.py`."""

from __future__ import annotations

import contextlib
import hashlib
import io
import zipfile
from collections import deque
from dataclasses import dataclass
from typing import Any

import cvat_sdk.auto_annotation as cvataa
import numpy as np
import PIL.Image
from numpy.typing import NDArray
from propago import Client, PropagoError

from propago_cvat.shapes import SHAPE_TYPES, bitmap_of, points_of

# Pictures that a track is continued from; each frame is made by a run on these and itself.
WINDOW = 4
# Objects of one run.
MOST_OBJECTS = 254


@dataclass(frozen=True)
class Picture:
    """A frame as it is sent.

    Attributes:
        jpeg: its bytes.
        digest: the same for the same pixels.
        sessions: of the shapes that were first drawn on it.
    """

    jpeg: bytes
    digest: str
    width: int
    height: int
    sessions: list[Session]


class Session:
    """Objects that were drawn on one frame and are tracked together; it holds WINDOW frames at most."""

    def __init__(self, client: Client, picture: Picture, options: dict[str, Any]) -> None:
        self._client = client
        self._options = options
        first = np.zeros((picture.height, picture.width), np.uint8)
        self._frames: deque[tuple[Picture, NDArray[np.uint8]]] = deque([(picture, first)], WINDOW)
        self._count = 0

    @property
    def is_full(self) -> bool:
        return self._count == MOST_OBJECTS

    def add(self, bitmap: NDArray[np.bool_]) -> int:
        """Adds an object on the first frame, over those before it, and gives its id."""
        self._count += 1
        self._frames[0][1][bitmap] = self._count
        return self._count

    def labels_on(self, picture: Picture) -> NDArray[np.uint8]:
        """Ids of the objects, height x width. On a frame that is new all are found at once."""
        for known, labels in self._frames:
            if known.digest == picture.digest:
                return labels
        labels = self._followed(picture)
        self._frames.append((picture, labels))
        return labels

    def _followed(self, picture: Picture) -> NDArray[np.uint8]:
        start = self._frames[0][1]
        if not start.any():
            return np.zeros_like(start)
        pictures = [*(known for known, _ in self._frames), picture]
        video = self._client.videos.create(_zip_of(pictures), name="cvat.zip")
        try:
            run = self._client.runs.create(video, start, tags=["cvat"], **self._options)
            try:
                return run.wait().mask(len(pictures) - 1)
            finally:
                with contextlib.suppress(PropagoError):
                    run.delete()
        finally:
            # What stays where the server is away goes with its retention.
            with contextlib.suppress(PropagoError):
                video.delete()


@dataclass(frozen=True)
class State:
    """What is tracked of one shape."""

    session: Session
    id: int


class PropagoTracker:
    """A tracking function of CVAT: it is told of one frame after the other, and of no frame in advance.

    Args:
        client: the platform.
        options: of its runs, for example a preset.
    """

    spec = cvataa.TrackingFunctionSpec(supported_shape_types=SHAPE_TYPES)

    def __init__(self, client: Client, **options: Any) -> None:
        self._client = client
        self._options = options

    def preprocess_image(self, context: cvataa.TrackingFunctionContext, image: PIL.Image.Image) -> Picture:
        picture = image.convert("RGB")
        file = io.BytesIO()
        picture.save(file, "JPEG", quality=95, subsampling=0)
        return Picture(file.getvalue(), hashlib.sha256(picture.tobytes()).hexdigest(), *picture.size, sessions=[])

    def init_tracking_state(
        self, context: cvataa.TrackingFunctionShapeContext, pp_image: Picture, shape: cvataa.TrackableShape
    ) -> State:
        bitmap = bitmap_of(shape.type, shape.points, pp_image.width, pp_image.height)
        if not pp_image.sessions or pp_image.sessions[-1].is_full:
            pp_image.sessions.append(Session(self._client, pp_image, self._options))
        session = pp_image.sessions[-1]
        return State(session, session.add(bitmap))

    def track(
        self, context: cvataa.TrackingFunctionShapeContext, pp_image: Picture, state: State
    ) -> cvataa.TrackableShape | None:
        labels = state.session.labels_on(pp_image)
        points = points_of(context.original_shape_type, labels == state.id)
        return None if points is None else cvataa.TrackableShape(type=context.original_shape_type, points=points)


def _zip_of(pictures: list[Picture]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for index, picture in enumerate(pictures):
            archive.writestr(f"{index:05d}.jpg", picture.jpeg)
    return file.getvalue()


def create(url: str | None = None, key: str | None = None, preset: str | None = None) -> PropagoTracker:
    """What CVAT's agent calls, with what stands after `-p`, such as `-p preset=str:dino`.

    Args:
        url, key: of the platform; by default PROPAGO_URL and PROPAGO_API_KEY.
        preset: of the runs; by default the platform's.
    """
    return PropagoTracker(Client(url, key), **({"preset": preset} if preset else {}))
