"""The colour normalisation of every encoder that is trained here: ImageNet's mean and standard deviation."""

from __future__ import annotations

import functools

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
    return _constant(values, like.dtype, like.device)


@functools.lru_cache
def _constant(values: tuple[float, ...], dtype: torch.dtype, device: torch.device) -> Tensor:
    """Made once: a copy to a GPU waits for all that the GPU has to do."""
    return torch.tensor(values, dtype=dtype, device=device)[:, None, None]
