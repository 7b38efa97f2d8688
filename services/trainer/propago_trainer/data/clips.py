"""What generated clips give a batch, whatever drew them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor


class LabelledClips(Protocol):
    """B clips whose every surface point is known in every frame. Points are (x, y) in -1..1 over the frame."""

    @property
    def frames(self) -> Tensor:
        """[B, T, 3, H, W], 0..1."""

    def label_at(self, points: Tensor, frames: Tensor) -> Tensor:
        """The object seen at points [B, Q, P, 2], the q-th of them of frame frames[q] -> int64 [B, Q, P].

        0 is background.
        """

    def correspond(self, points: Tensor, pairs: Tensor) -> tuple[Tensor, Tensor]:
        """Where the surface points seen at `points` of one frame are in another, for Q pairs (source, target).

        points [B, P, 2], pairs [Q, 2] -> (points [B, Q, P, 2], visible [B, Q, P]): visible means inside the frame and
        not covered.
        """


@dataclass(frozen=True)
class MixedClips:
    """Clips of several kinds, one after the other."""

    parts: Sequence[LabelledClips]
    frames: Tensor

    def label_at(self, points: Tensor, frames: Tensor) -> Tensor:
        """See `LabelledClips`."""
        return torch.cat([part.label_at(own, frames) for part, own in self._split(points)])

    def correspond(self, points: Tensor, pairs: Tensor) -> tuple[Tensor, Tensor]:
        """See `LabelledClips`."""
        found = [part.correspond(own, pairs) for part, own in self._split(points)]
        return torch.cat([moved for moved, _ in found]), torch.cat([visible for _, visible in found])

    def _split(self, points: Tensor) -> list[tuple[LabelledClips, Tensor]]:
        counts = [len(part.frames) for part in self.parts]
        return list(zip(self.parts, points.split(counts), strict=True))


def mixed(parts: Sequence[LabelledClips]) -> LabelledClips:
    """The clips of all parts; of one part itself."""
    return parts[0] if len(parts) == 1 else MixedClips(parts, torch.cat([part.frames for part in parts]))
