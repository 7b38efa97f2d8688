"""Which videos, which frames and which part of them a step sees; all of it follows from a seed."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

GAP_RATE = 30.0
"""Frames per second that gaps are stated at."""


def epoch_item(seed: int, count: int, position: int) -> int:
    """The item at a position of an endless sequence of shuffled epochs of `count` items."""
    epoch, index = divmod(position, count)
    return int(_shuffled(seed + epoch, count)[index])


@functools.lru_cache(maxsize=2)
def _shuffled(seed: int, count: int) -> Tensor:
    return torch.randperm(count, generator=torch.Generator().manual_seed(seed))


def draw_gap(generator: torch.Generator, low: int, high: int, rate: float) -> int:
    """A gap in frames of a video with `rate` frames per second: uniform in [low, high] at 30 per second, scaled."""
    gap = int(torch.randint(low, high + 1, (), generator=generator))
    return max(1, round(gap * rate / GAP_RATE))


@dataclass(frozen=True)
class Crop:
    """A box in px and whether it is mirrored."""

    top: int
    left: int
    height: int
    width: int
    mirror: bool


def draw_crop(generator: torch.Generator, height: int, width: int, smallest: float, *, flip: bool) -> Crop:
    """A box of `smallest` to all of the area, sides in a ratio of 3:4 to 4:3; clipped to the frame."""
    area, aspect, down, across, mirror = torch.rand(5, generator=generator).tolist()
    ratio = (3 / 4) * (16 / 9) ** aspect
    target = height * width * (smallest + (1 - smallest) * area)
    box_width = min(width, max(1, round((target * ratio) ** 0.5)))
    box_height = min(height, max(1, round((target / ratio) ** 0.5)))
    top, left = int(down * (height - box_height + 1)), int(across * (width - box_width + 1))
    return Crop(top, left, box_height, box_width, flip and mirror < 0.5)


def apply_crop(frames: Tensor, crop: Crop, side: int) -> Tensor:
    """uint8 frames [T, 3, H, W] -> the box of all of them at side x side, [T, 3, side, side] in 0..1."""
    box = frames[..., crop.top : crop.top + crop.height, crop.left : crop.left + crop.width].float() / 255
    box = F.interpolate(box, size=(side, side), mode="bicubic", antialias=True, align_corners=False).clamp(0, 1)
    return box.flip(-1) if crop.mirror else box


def colour_jitter(generator: torch.Generator, frames: Tensor, strength: float) -> Tensor:
    """Brightness, contrast and saturation of a clip changed by up to `strength`, alike in all frames [..., 3, H, W]."""
    brightness, contrast, saturation = (1 + strength * (2 * torch.rand(3, generator=generator) - 1)).tolist()
    frames = frames * brightness
    mean = frames.mean()
    frames = (frames - mean) * contrast + mean
    grey = frames.mean(dim=-3, keepdim=True)
    return ((frames - grey) * saturation + grey).clamp(0, 1)
