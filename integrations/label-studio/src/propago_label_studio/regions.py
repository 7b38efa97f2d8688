"""Boxes as Label Studio says them, and as Propago takes and gives them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

# Corners of the polygon that an ellipse is.
CORNERS = 48
# Rows and columns of a mask with less than this share of the fullest are left out of its box: mostly a tail of the mask
# that is no part of the object. Of 0, 0.05, 0.1 and 0.2 it is the best for the ellipse that a drawn box becomes, with a
# mean IoU of 0.660 instead of 0.638 (`npm run bench:boxes`).
FAINT_SHARE = 0.05
# Two boxes that differ by less, in percent of the frame, are one.
SAME_PERCENT = 0.05

Json = dict[str, Any]


@dataclass(frozen=True)
class Drawn:
    """An object that a person has drawn.

    Attributes:
        region: its id in Label Studio.
        labels: its labels there.
        key_frames: by index of the frame, from 0: the box as (x, y, width, height) in percent; None where it is gone.
    """

    region: str
    labels: tuple[str, ...]
    key_frames: Mapping[int, tuple[float, float, float, float] | None]


def drawn_objects(results: Iterable[Json], known: Sequence[Json] = ()) -> list[Drawn]:
    """The objects of regions, with those of their key frames that no program has made.

    Args:
        results: regions; of several with one id the last one counts.
        known: regions that came from here. What is in them was not drawn, but for the frames that `meta` names.
    """
    made = {}
    for region in known:
        told = set((region.get("meta") or {}).get("drawn", ()))
        made[region["id"]] = {frame: box for frame, box in _boxes(region).items() if frame not in told}
    regions = {region["id"]: region for region in results if region.get("type") == "videorectangle"}
    drawn = []
    for identity, region in regions.items():
        before = made.get(identity, {})
        said = {frame: box for frame, box in _boxes(region).items() if not _is_same(box, before.get(frame, ()))}
        if any(said.values()):
            drawn.append(Drawn(identity, tuple(region["value"].get("labels", ())), said))
    return sorted(drawn, key=lambda each: each.region)[:254]


def _boxes(region: Json) -> dict[int, tuple[float, float, float, float] | None]:
    """Boxes by index of the frame; key frames that Label Studio has interpolated are left out.

    A key frame that is not enabled is the last one that shows the object.
    """
    boxes: dict[int, tuple[float, float, float, float] | None] = {}
    for key in sorted(region["value"].get("sequence", ()), key=lambda key: key["frame"]):
        if key.get("auto"):
            continue
        boxes[key["frame"] - 1] = (key["x"], key["y"], key["width"], key["height"])
        if not key.get("enabled", True):
            boxes[key["frame"]] = None
    return boxes


def _is_same(box: tuple[float, ...] | None, other: tuple[float, ...] | None) -> bool:
    if not box or not other:
        return box == other
    return all(abs(a - b) < SAME_PERCENT for a, b in zip(box, other, strict=True))


def prompts_of(objects: Sequence[Drawn], width: int, height: int) -> dict[int, list[Json]]:
    """What Propago is told of each frame: an object is the ellipse in its box."""
    prompts: dict[int, list[Json]] = {}
    for number, drawn in enumerate(objects, start=1):
        for frame, box in drawn.key_frames.items():
            said = {"absent": True} if box is None else {"polygons": [_ellipse(box, width, height)]}
            prompts.setdefault(frame, []).append({"id": number, **said})
    return prompts


def _ellipse(box: tuple[float, float, float, float], width: int, height: int) -> list[list[float]]:
    x, y, w, h = box[0] * width / 100, box[1] * height / 100, box[2] * width / 100, box[3] * height / 100
    turns = (2 * math.pi * i / CORNERS for i in range(CORNERS))
    return [[x + w / 2 * (1 + math.cos(turn)), y + h / 2 * (1 + math.sin(turn))] for turn in turns]


def box_of(mask: NDArray[np.bool_]) -> tuple[float, float, float, float] | None:
    """The box round a mask (height x width) in percent, without its faint edges; None where it is empty."""
    if not mask.any():
        return None
    height, width = mask.shape
    (left, right), (top, bottom) = _span(mask.sum(axis=0)), _span(mask.sum(axis=1))
    return (
        round(100 * left / width, 4),
        round(100 * top / height, 4),
        round(100 * (right - left) / width, 4),
        round(100 * (bottom - top) / height, 4),
    )


def _span(counts: NDArray[np.int_]) -> tuple[int, int]:
    """The first row, or column, that is not faint, and the one behind the last, by the pixels of the mask in each."""
    enough = np.flatnonzero(counts >= max(1, FAINT_SHARE * counts.max()))
    return int(enough[0]), int(enough[-1]) + 1


def regions_of(
    objects: Sequence[Drawn], masks: Iterable[tuple[int, NDArray[np.uint8]]], tags: tuple[str, str], rate: float
) -> list[Json]:
    """Regions with a box on every frame that an object is on; what was drawn comes back as it was.

    Args:
        masks: index and mask of each frame, height x width, ids of objects from 1 in their order.
        tags: names of the tags VideoRectangle and Video.
        rate: frames per second.
    """
    sequences: list[list[Json]] = [[] for _ in objects]
    count = 0
    for index, mask in masks:
        count = index + 1
        for number, (drawn, sequence) in enumerate(zip(objects, sequences, strict=True), start=1):
            box = drawn.key_frames[index] if index in drawn.key_frames else box_of(mask == number)
            _add(sequence, index, box, rate)
    return [
        {
            **{"id": drawn.region, "from_name": tags[0], "to_name": tags[1], "type": "videorectangle"},
            **{"origin": "prediction", "meta": {"drawn": sorted(drawn.key_frames)}},
            "value": {
                **{"framesCount": count, "duration": count / rate, "labels": list(drawn.labels)},
                "sequence": sequence,
            },
        }
        for drawn, sequence in zip(objects, sequences, strict=True)
    ]


def _add(sequence: list[Json], index: int, box: tuple[float, float, float, float] | None, rate: float) -> None:
    """A key frame; where the object is gone, the one before is told to be the last, as Label Studio says it."""
    if box is None:
        if sequence and sequence[-1]["frame"] == index:
            sequence[-1]["enabled"] = False
        return
    x, y, width, height = box
    place = {"x": x, "y": y, "width": width, "height": height, "rotation": 0}
    sequence.append({"frame": index + 1, "time": (index + 1) / rate, "enabled": True, **place})
