"""Masks as arrays and as PNG files."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image

# height x width, values are ids of objects: 0 background, 255 void
Mask: TypeAlias = NDArray[np.uint8]

# An array as above or of bools; a PNG as its path or its bytes; or objects as the API takes them:
# {"id": 1, "polygons": [...]}, {"id": 2, "absent": True}
Labels: TypeAlias = NDArray[Any] | str | Path | bytes | Sequence[Mapping[str, Any]]


def sendable(labels: Labels) -> bytes | list[Mapping[str, Any]]:
    """Labels as they are sent: a PNG, or objects.

    Raises ValueError for an array that is no mask.
    """
    if isinstance(labels, bytes):
        return labels
    if isinstance(labels, str | Path):
        return Path(labels).read_bytes()
    if not isinstance(labels, np.ndarray):
        return list(labels)
    if labels.ndim != 2 or labels.dtype.kind not in "bui":
        raise ValueError(
            f"a mask is height x width whole numbers or bools; this one is {labels.dtype} of shape {labels.shape}"
        )
    if labels.size and (labels.min() < 0 or labels.max() > 255):
        raise ValueError(f"the ids in a mask are 0 to 255; this one has {labels.min()} to {labels.max()}")
    file = io.BytesIO()
    Image.fromarray(labels.astype(np.uint8)).save(file, "PNG")
    return file.getvalue()


def mask_of(png: bytes) -> Mask:
    """An indexed PNG as height x width ids."""
    with Image.open(io.BytesIO(png)) as image:
        return np.array(image, dtype=np.uint8)
