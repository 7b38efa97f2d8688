"""What a training step gets."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import torch
from torch import Tensor


@dataclass(frozen=True)
class Correspondence:
    """Where the cells of frame `query` are seen in frame `key`."""

    query: int
    key: int
    points: Tensor
    """Position in frame `key` of every cell centre of frame `query`, [B, N, 2] as (x, y) in -1..1."""
    visible: Tensor
    """[B, N] bool."""


@dataclass(frozen=True)
class Batch:
    """One micro-batch. Everything random about it, and about the masks drawn for it, follows from `seed`."""

    frames: Tensor
    """[B, T, 3, H, W], normalised with the encoder's mean and standard deviation."""
    seed: int
    names: tuple[str, ...] = ()
    """Where each clip came from; named when a loss is not finite."""
    correspondences: tuple[Correspondence, ...] = ()
    labels: Tensor | None = None
    """Layer of every cell centre, [B, T, N] int64."""

    def first_clip(self) -> Batch:
        """A batch of its first clip alone."""
        pairs = tuple(replace(pair, points=pair.points[:1], visible=pair.visible[:1]) for pair in self.correspondences)
        labels = None if self.labels is None else self.labels[:1]
        return Batch(self.frames[:1], self.seed, self.names[:1], pairs, labels)

    def to(self, device: torch.device) -> Batch:
        """The same batch in the memory of `device`."""
        pairs = tuple(
            Correspondence(pair.query, pair.key, _moved(pair.points, device), _moved(pair.visible, device))
            for pair in self.correspondences
        )
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        labels = None if self.labels is None else _moved(self.labels, device)
        return Batch(**{**values, "frames": _moved(self.frames, device), "correspondences": pairs, "labels": labels})


def _moved(value: Tensor, device: torch.device) -> Tensor:
    return value if value.device == device else on_device(value, device)


def on_device(value: Tensor, device: torch.device) -> Tensor:
    """A tensor of the CPU's memory on a device; a GPU takes it without making the caller wait."""
    return value.contiguous().pin_memory().to(device, non_blocking=True) if device.type == "cuda" else value.to(device)


def mix_seed(*parts: int) -> int:
    """One 63-bit seed from several integers, well mixed (SplitMix64), the same on every machine."""
    state = 0
    for part in parts:
        state = (state ^ (part & 0xFFFFFFFFFFFFFFFF)) + 0x9E3779B97F4A7C15
        state &= 0xFFFFFFFFFFFFFFFF
        state = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & 0xFFFFFFFFFFFFFFFF
        state = ((state ^ (state >> 27)) * 0x94D049BB133111EB) & 0xFFFFFFFFFFFFFFFF
        state ^= state >> 31
    return state >> 1
