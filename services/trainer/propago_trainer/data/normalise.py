"""The colour normalisation of every encoder that is trained here: ImageNet's mean and standard deviation."""

from __future__ import annotations

import torch
from torch import Tensor

MEAN = (0.485, 0.456, 0.406)
STD = (0.229, 0.224, 0.225)


def normalise(frames: Tensor) -> Tensor:
    """RGB [..., 3, H, W] in 0..1 -> zero mean, unit deviation."""
    return (frames - _channels(MEAN, frames)) / _channels(STD, frames)


def denormalise(frames: Tensor) -> Tensor:
    """The inverse of `normalise`."""
    return frames * _channels(STD, frames) + _channels(MEAN, frames)


def _channels(values: tuple[float, ...], like: Tensor) -> Tensor:
    return torch.tensor(values, dtype=like.dtype, device=like.device)[:, None, None]
