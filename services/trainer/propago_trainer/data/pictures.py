"""Photographs, as a source of textures beside videos."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageOps
from torch import Tensor

from propago_trainer.data.videos import BrokenVideo

PICTURE_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp"})


def is_picture(path: Path) -> bool:
    """Whether its name is that of a picture."""
    return path.suffix.lower() in PICTURE_SUFFIXES


def read_picture(path: Path, short_side: int) -> Tensor:
    """A picture, upright, scaled down to `short_side` px where it is larger, uint8 [3, H, W] RGB.

    Raises:
        BrokenVideo: it cannot be decoded.
    """
    try:
        return torch.from_numpy(np.array(open_upright(path, short_side))).permute(2, 0, 1)
    # Pillow's decoders raise whatever their format's library does.
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise BrokenVideo(f"not a picture: {error}") from error


def open_upright(path: Path, short_side: int) -> Image.Image:
    """The picture in RGB, turned as its EXIF entry says, at most `short_side` px on its short side."""
    with Image.open(path) as picture, warnings.catch_warnings():
        # What lies behind transparent pixels may be anything; that is no reason to say so for each.
        warnings.simplefilter("ignore", UserWarning)
        # JPEG decodes at an eighth, a quarter or a half of its size at a fraction of the time.
        picture.draft("RGB", (short_side, short_side))
        upright = ImageOps.exif_transpose(picture).convert("RGB")
    scale = short_side / min(upright.size)
    if scale >= 1:
        return upright
    return upright.resize((round(upright.width * scale), round(upright.height * scale)), Image.Resampling.BOX)
