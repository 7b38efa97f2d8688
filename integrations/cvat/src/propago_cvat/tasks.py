"""Tasks of CVAT to runs and back."""

from __future__ import annotations

import tempfile
import zipfile
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from cvat_sdk import models
from cvat_sdk.core.proxies.annotations import AnnotationUpdateAction
from numpy.typing import NDArray
from PIL import Image
from propago import Client, Run

from .shapes import SHAPE_TYPES, bitmap_of, points_of

# Frames of one request to CVAT.
FRAMES_AT_ONCE = 50


@dataclass
class Drawn:
    """What is drawn in a task.

    Attributes:
        names: of the objects, by their ids from 1.
        masks: by frame, height x width, ids of objects.
        absent: by frame, ids of objects that have ended there.
    """

    names: dict[int, str] = field(default_factory=dict)
    masks: dict[int, NDArray[np.uint8]] = field(default_factory=dict)
    absent: dict[int, list[int]] = field(default_factory=dict)


def drawn_in(data: Any, labels: dict[int, str], width: int, height: int) -> Drawn:
    """The masks, polygons and rectangles of a task's annotations.

    A track is one object; shapes of a group and label are one, and so are those of a label that have no group.

    Args:
        data: as `task.get_annotations()` gives it.
        labels: names by id.
        width, height: of the frames, px.
    """
    drawn, ids = Drawn(), dict[Any, int]()

    def add(key: Any, shape: Any, name: str) -> None:
        kind = str(shape.type)
        if kind not in SHAPE_TYPES:
            return
        number = ids.setdefault(key, len(ids) + 1)
        drawn.names[number] = name
        if shape.outside:
            drawn.absent.setdefault(shape.frame, []).append(number)
            return
        mask = drawn.masks.setdefault(shape.frame, np.zeros((height, width), np.uint8))
        mask[bitmap_of(kind, shape.points, width, height)] = number

    for index, track in enumerate(data.tracks):
        for shape in track.shapes:
            add(("track", index), shape, labels[track.label_id])
    for shape in data.shapes:
        add((shape.group or 0, shape.label_id), shape, labels[shape.label_id])
    return drawn


def pull(client: Client, task: Any, **options: Any) -> Run:
    """Starts a run on the frames of a task with what is drawn in it. Raises ValueError where nothing is drawn.

    Args:
        task: of `cvat_sdk`.
        options: of the run, for example a preset.
    """
    frames = task.get_frames_info()
    names = {label.id: label.name for label in task.get_labels()}
    drawn = drawn_in(task.get_annotations(), names, frames[0].width, frames[0].height)
    if not drawn.masks:
        raise ValueError("nothing is drawn in the task: a mask, a polygon or a rectangle on any frame")
    with tempfile.TemporaryFile() as file:
        with zipfile.ZipFile(file, "w") as archive:
            for index in range(len(frames)):
                content = task.get_frame(index, quality="original")
                with Image.open(content) as picture:
                    ending = "png" if picture.format == "PNG" else "jpg"
                archive.writestr(f"{index:06d}.{ending}", content.getvalue())
        file.seek(0)
        video = client.videos.create(file, name=f"cvat-task-{task.id}.zip")
    objects = [{"id": number, "name": name} for number, name in drawn.names.items()]
    run = client.runs.create(video, drawn.masks, objects=objects, name=f"CVAT task {task.id}", **options)
    for frame, gone in drawn.absent.items():
        mask = drawn.masks.get(frame)
        run.correct(frame, mask, absent=gone) if mask is not None else run.correct(
            frame, [{"id": number, "absent": True} for number in gone]
        )
    return run


def push(run: Run, task: Any, kind: str = "mask") -> int:
    """Adds the masks of a run to a task, and says how many shapes these are.

    Every shape stands on its frame alone: CVAT keeps of a track of masks the first one only. Shapes of one object have
    its id as their group.

    Args:
        run: one that has succeeded.
        task: of `cvat_sdk`, whose labels are called as the objects are.
        kind: `mask`, `polygon` or `rectangle`.

    Raises:
        ValueError: there is no label for an object.
    """
    labels = {label.name: label.id for label in task.get_labels()}
    names = {each.id: each.name or f"object {each.id}" for each in run.objects()}
    missing = sorted(set(names.values()) - labels.keys())
    if missing:
        raise ValueError(f"the task has no label {', '.join(missing)}, but {', '.join(labels)}")
    count, waiting = 0, list[Any]()
    for index, mask in run.masks():
        for number, name in names.items():
            points = points_of(kind, mask == number)
            if points is not None:
                about = {"frame": index, "label_id": labels[name], "group": number, "source": "auto"}
                waiting.append(models.LabeledShapeRequest(type=models.ShapeType(kind), points=points, **about))
                count += 1
        if index % FRAMES_AT_ONCE == FRAMES_AT_ONCE - 1:
            _send(task, waiting)
    _send(task, waiting)
    return count


def _send(task: Any, shapes: list[Any]) -> None:
    if shapes:
        request = models.PatchedLabeledDataRequest(shapes=list(shapes))
        task.update_annotations(request, action=AnnotationUpdateAction.CREATE)
        shapes.clear()
