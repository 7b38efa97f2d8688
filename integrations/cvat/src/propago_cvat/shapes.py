"""Shapes as CVAT says them, and as masks."""

from __future__ import annotations

import math
from collections.abc import Sequence

import cv2
import numpy as np
from cvat_sdk.masks import decode_mask, encode_mask
from numpy.typing import NDArray
from PIL import Image, ImageDraw

Bitmap = NDArray[np.bool_]

SHAPE_TYPES = frozenset({"mask", "polygon", "rectangle"})
# Pixels by which a polygon may differ from the outline of its mask.
TOLERANCE = 0.75


def bitmap_of(kind: str, points: Sequence[float], width: int, height: int) -> Bitmap:
    """The pixels of a shape, height x width.

    Args:
        kind: one of SHAPE_TYPES. A rectangle stands for the ellipse in it.
        points: as CVAT has them: of a mask its run lengths and box, else x, y, x, y, … in px.

    Raises:
        ValueError: a shape of another kind, or without a pixel in the picture.
    """
    if kind == "mask":
        bitmap: Bitmap = np.asarray(decode_mask(points, image_width=width, image_height=height), dtype=bool)
    elif kind in SHAPE_TYPES:
        canvas = Image.new("1", (width, height))
        outline = _ellipse(points) if kind == "rectangle" else list(points)
        # Pillow counts from the centre of the first pixel.
        ImageDraw.Draw(canvas).polygon([value - 0.5 for value in outline], fill=1)
        bitmap = np.array(canvas, dtype=bool)
    else:
        raise ValueError(f"a {kind} cannot be tracked, but {', '.join(sorted(SHAPE_TYPES))}")
    if not bitmap.any():
        raise ValueError(f"the {kind} has no pixel in the picture")
    return bitmap


def points_of(kind: str, bitmap: Bitmap) -> list[float] | None:
    """A mask (height x width) as the points of a shape; None where it is empty. A polygon is round the largest part."""
    if not bitmap.any():
        return None
    if kind == "mask":
        return [float(value) for value in encode_mask(bitmap)]
    if kind == "rectangle":
        rows, columns = np.flatnonzero(bitmap.any(axis=1)), np.flatnonzero(bitmap.any(axis=0))
        return [float(columns[0]), float(rows[0]), float(columns[-1] + 1), float(rows[-1] + 1)]
    contours, _ = cv2.findContours(bitmap.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    outline = cv2.approxPolyDP(max(contours, key=cv2.contourArea), TOLERANCE, True).reshape(-1, 2) + 0.5
    if len(outline) < 3:
        # A line of pixels has no area: CVAT wants three points.
        return _ellipse(points_of("rectangle", bitmap) or [])
    return [float(value) for value in outline.ravel()]


def _ellipse(box: Sequence[float]) -> list[float]:
    left, top, right, bottom = box
    turns = [2 * math.pi * i / 48 for i in range(48)]
    return [
        value
        for turn in turns
        for value in (
            (left + right + (right - left) * math.cos(turn)) / 2,
            (top + bottom + (bottom - top) * math.sin(turn)) / 2,
        )
    ]
