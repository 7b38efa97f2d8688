"""Runs for what is drawn in Label Studio."""

from __future__ import annotations

import hashlib
import json
import logging
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any

from propago import Client, Run, Video

from .config import VideoTags, video_tags
from .label_studio import LabelStudio
from .regions import Drawn, Json, drawn_objects, prompts_of, regions_of

MODEL_VERSION = "propago"
# Runs that are waited for at once; further ones wait for them.
WAITING = 8
# Tasks whose last answer is known; of others, their predictions tell what was not drawn.
REMEMBERED = 200
log = logging.getLogger("propago_label_studio")


@dataclass(frozen=True)
class Job:
    """What one task asks for."""

    task: int
    address: str
    tags: VideoTags
    rate: float
    objects: list[Drawn]

    @property
    def key(self) -> str:
        """The same for the same boxes of the same video."""
        said = [(each.region, each.labels, sorted(each.key_frames.items())) for each in self.objects]
        return hashlib.sha256(json.dumps([self.task, self.address, self.rate, said]).encode()).hexdigest()[:32]


class Backend:
    """Answers what Label Studio asks.

    Args:
        answer_within: seconds after which a prediction is written through the API instead of answered.
        options: of the runs, for example a preset.
    """

    def __init__(self, propago: Client, label_studio: LabelStudio, answer_within: float = 80.0, **options: Any) -> None:
        self._propago = propago
        self._label_studio = label_studio
        self._answer_within = answer_within
        self._options = options
        self._pool = ThreadPoolExecutor(WAITING)
        self._uploading = threading.Lock()
        self._remembering = threading.Lock()
        self._answered: dict[int, list[Json]] = {}

    def predict(self, body: Json) -> list[Json]:
        """The prediction of each task. Raises ValueError for a project or a video that cannot be labelled."""
        tags = video_tags(body.get("label_config") or "")
        context = (body.get("params") or {}).get("context") or {}
        jobs = [self._job(task, tags, context.get("result") or []) for task in body.get("tasks", [])]
        pending = [self._pool.submit(self._boxes, job) if job.objects else None for job in jobs]
        deadline = time.monotonic() + self._answer_within
        return [self._answer(job, future, deadline) for job, future in zip(jobs, pending, strict=True)]

    def _answer(self, job: Job, boxes: Future[Json] | None, deadline: float) -> Json:
        nothing: Json = {"result": [], "score": 0.0, "model_version": MODEL_VERSION}
        if boxes is None:
            return nothing
        try:
            return boxes.result(max(0.0, deadline - time.monotonic()))
        except TimeoutError:
            # The page keeps what was drawn; the rest comes as a prediction.
            boxes.add_done_callback(partial(self._write, job.task))
            return nothing

    def _job(self, task: Json, tags: VideoTags, drawn_now: list[Json]) -> Job:
        annotations = task.get("drafts") or task.get("annotations") or []
        latest = annotations[-1].get("result", []) if annotations else []
        identity = int(task["id"])
        known = [region for each in task.get("predictions") or [] for region in each.get("result", [])]
        known += self._answered.get(identity, [])
        data = task.get("data", {})
        objects = drawn_objects([*latest, *drawn_now], known)
        return Job(identity, str(data.get(tags.field, "")), tags, tags.rate_of(data), objects)

    def _boxes(self, job: Job) -> Json:
        """The prediction of a task, once its run has ended."""
        run = self._run(job)
        run.wait()
        tags = (job.tags.rectangle, job.tags.video)
        confidences = [frame.confidence for frame in run.frames() if frame.confidence is not None]
        regions = regions_of(job.objects, run.masks(), tags, job.rate)
        self._remember(job.task, regions)
        return {
            "result": regions,
            "score": sum(confidences) / max(1, len(confidences)),
            "model_version": f"{MODEL_VERSION}-{job.key[:8]}",
        }

    def _remember(self, task: int, regions: list[Json]) -> None:
        """Keeps what a task was answered: Label Studio does not store what it asks for while somebody draws."""
        with self._remembering:
            self._answered.pop(task, None)
            self._answered[task] = regions
            while len(self._answered) > REMEMBERED:
                self._answered.pop(next(iter(self._answered)))

    def _run(self, job: Job) -> Run:
        tag = f"label-studio-{job.key}"
        for run in self._propago.runs.list(tag=[tag]):
            if run.state not in ("failed", "cancelled"):
                return run
        video = self._video(job.address)
        info = video.info
        if info.frame_rate and abs(job.rate - info.frame_rate) > 0.01 * info.frame_rate:
            raise ValueError(
                f"the video has {info.frame_rate:g} frames per second and the label config {job.rate:g}: "
                f'boxes would drift. Give the Video tag framerate="{info.frame_rate:g}"'
            )
        frames = info.frames or sum(1 for _ in video.frames())
        prompts = {
            frame: said
            for frame, said in prompts_of(job.objects, info.width, info.height).items()
            if 0 <= frame < frames
        }
        # In both directions from wherever a box was drawn.
        objects = [
            {"id": number, "isTracedBack": True, **({"name": drawn.labels[0]} if drawn.labels else {})}
            for number, drawn in enumerate(job.objects, start=1)
        ]
        about: dict[str, Any] = {"tags": ["label-studio", tag], "idempotency_key": tag, **self._options}
        return self._propago.runs.create(video, prompts, objects=objects, **about)

    def _video(self, address: str) -> Video:
        """The video of an address, which is fetched once."""
        name = hashlib.sha256(address.encode()).hexdigest()[:32]
        with self._uploading:
            for video in self._propago.videos.list():
                if video.info.file_name == name:
                    return video
            return self._propago.videos.create(self._label_studio.video(address), name=name)

    def _write(self, task: int, done: Future[Json]) -> None:
        try:
            self._label_studio.add_prediction(task, done.result())
        except Exception:
            log.exception("no prediction for task %d", task)
