"""track.py VIDEO TRUTH: tracks the objects of a clip by the worker of CVAT's own agent, as masks and as polygons.

VIDEO is the id of the clip, TRUTH a file of its ids, frames x height x width bytes. Prints as JSON, for each kind of
shape, the mean IoU with the truth after the first frame, and how many frames the function has held at most.
"""

import json
import sys

import cvat_sdk.auto_annotation as cvataa
import numpy as np
from cvat_cli._internal import agent_driver_tracking as agent
from cvat_cli._internal.agent_driver import set_worker_current_function
from PIL import Image
from propago import Client
from propago_cvat import function
from propago_cvat.shapes import bitmap_of, points_of

FRAMES = 8


def tracked(pictures: list[Image.Image], truth: np.ndarray, kind: str) -> dict[str, float]:
    tracker = function.create()
    set_worker_current_function(tracker)
    names = iter(range(100))
    agent.AgentTrackingFunctionDriver.init_worker(lambda: f"state {next(names)}")
    driver = agent.AgentTrackingFunctionDriver(None, None, tracker.spec)
    driver.validate_function_compatibility({"supported_shape_types": ["mask", "polygon", "rectangle"]})

    ids = [each for each in np.unique(truth[0]) if each not in (0, 255)]
    shapes = [cvataa.TrackableShape(type=kind, points=points_of(kind, truth[0] == each)) for each in ids]
    states = agent._worker_job_init_tracking(1, pictures[0], shapes)
    scores, held = [], 0
    for index, picture in enumerate(pictures[1:], start=1):
        for each, shape in zip(ids, agent._worker_job_track(1, picture, states), strict=True):
            wanted = truth[index] == each
            found = bitmap_of(kind, shape.points, *picture.size) if shape else np.zeros_like(wanted)
            assert shape is None or shape.type == kind
            scores.append((wanted & found).sum() / (wanted | found).sum())
        kept = {id(state.inner_state.session): state.inner_state.session for state in container().values()}
        held = max(held, *(len(session._frames) for session in kept.values()))
        assert len(kept) == 1, "all objects of a frame are tracked together"
    return {"iou": float(np.mean(scores)), "held": held}


def container() -> dict:
    return agent._tracking_states._id_to_ext_state


with Client() as client:
    video = client.videos.get(sys.argv[1])
    pictures = [Image.fromarray(video.image(index)) for index in range(FRAMES)]
width, height = pictures[0].size
truth = np.fromfile(sys.argv[2], np.uint8).reshape(-1, height, width)
print(json.dumps({kind: tracked(pictures, truth, kind) for kind in ("mask", "polygon")}))
