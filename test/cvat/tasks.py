"""tasks.py: a task that is pulled and pushed, with the models of cvat-sdk and a stand-in for its proxy of a task.

Prints the run as JSON.
"""

import io
import json
import sys
from types import SimpleNamespace

import numpy as np
from cvat_sdk import models
from cvat_sdk.masks import decode_mask
from PIL import Image
from propago import Client
from propago_cvat.shapes import bitmap_of
from propago_cvat.tasks import pull, push

FRAMES, WIDTH, HEIGHT = 6, 96, 64


class Task:
    """What the two directions ask of a task."""

    id = 7

    def __init__(self) -> None:
        self.requests: list[models.PatchedLabeledDataRequest] = []

    def get_frames_info(self):
        return [SimpleNamespace(width=WIDTH, height=HEIGHT)] * FRAMES

    def get_labels(self):
        return [SimpleNamespace(id=3, name="car"), SimpleNamespace(id=4, name="dog")]

    def get_frame(self, index, *, quality):
        assert quality == "original"
        picture = np.full((HEIGHT, WIDTH, 3), 40, np.uint8)
        picture[10:30, 10 + 4 * index : 40 + 4 * index] = (200, 60, 60)
        picture[40:60, 50:80] = (60, 200, 60)
        file = io.BytesIO()
        Image.fromarray(picture).save(file, "PNG")
        file.seek(0)
        return file

    def get_annotations(self):
        box = [50.0, 40.0, 80.0, 40.0, 80.0, 60.0, 50.0, 60.0]
        shape = models.LabeledShapeRequest(type=models.ShapeType("polygon"), points=box, frame=0, label_id=4)
        about = {"type": models.ShapeType("polygon"), "occluded": False, "z_order": 0}
        car = [10.0, 10.0, 40.0, 10.0, 40.0, 30.0, 10.0, 30.0]
        track = models.LabeledTrackRequest(
            frame=0,
            label_id=3,
            shapes=[
                models.TrackedShapeRequest(points=car, frame=0, outside=False, **about),
                models.TrackedShapeRequest(points=car, frame=4, outside=True, **about),
            ],
        )
        return SimpleNamespace(shapes=[_with(shape, outside=False, group=0)], tracks=[track])

    def update_annotations(self, request, *, action):
        assert action.value == "create"
        self.requests.append(request)


def _with(shape, **values):
    return SimpleNamespace(type=shape.type, points=shape.points, frame=shape.frame, label_id=shape.label_id, **values)


with Client() as client:
    task = Task()
    run = pull(client, task).wait()
    pushed = push(run, task)
    masks = dict(run.masks())
    shapes = [shape for request in task.requests for shape in request.shapes]
    assert len(shapes) == pushed, (len(shapes), pushed)
    seen = {(shape.frame, shape.group) for shape in shapes}
    for shape in shapes:
        mask = decode_mask(shape.points, image_width=WIDTH, image_height=HEIGHT)
        assert (mask == (masks[shape.frame] == shape.group)).all()
        assert shape.label_id == {1: 3, 2: 4}[shape.group]
    # The car is there on the first frame, and has ended on the fifth.
    assert (0, 1) in seen
    assert (4, 1) not in seen
    assert {frame for frame, group in seen if group == 2} == set(range(FRAMES))
    try:
        bitmap_of("points", [1.0, 2.0], WIDTH, HEIGHT)
    except ValueError as error:
        assert "points" in str(error)
    else:
        sys.exit("a ValueError was expected")
    print(json.dumps({"id": str(run.id), "shapes": pushed}))
