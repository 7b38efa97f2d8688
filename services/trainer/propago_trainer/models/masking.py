"""Which patches of a frame the encoder sees."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

MaskKind = Literal["random", "grid"]


@dataclass(frozen=True)
class Mask:
    """Visible patches of a batch of frames; every frame has the same number of them."""

    visible: Tensor
    """Indices in row-major order of the grid, [B, n] int64, ascending."""
    hidden: Tensor
    """[B, N] bool, true where masked."""

    def to(self, device: torch.device) -> Mask:
        """The same mask in the memory of `device`."""
        return Mask(self.visible.to(device), self.hidden.to(device))


def draw_mask(
    generator: torch.Generator, frames: int, grid: tuple[int, int], ratio: float, kind: MaskKind = "random"
) -> Mask:
    """Masks `ratio` of the patches; at least one patch stays visible.

    The number of visible ones is rounded down, as in MAE: 9 of 196 at 0.95.
    """
    rows, cols = grid
    count = rows * cols
    if kind == "grid":
        visible = _grid(generator, rows, cols, ratio).expand(frames, -1)
    else:
        keep = max(1, int(count * (1 - ratio)))
        visible = torch.rand(frames, count, generator=generator).argsort(dim=1)[:, :keep].sort(dim=1).values
    hidden = torch.ones(frames, count, dtype=torch.bool)
    hidden.scatter_(1, visible, False)
    return Mask(visible, hidden)


def _grid(generator: torch.Generator, rows: int, cols: int, ratio: float) -> Tensor:
    """One visible patch per square whose side gives the ratio best; the offset is drawn once per batch."""
    side = max(2, round((1 / (1 - ratio)) ** 0.5))
    top, left = torch.randint(side, (2,), generator=generator).tolist()
    row = torch.arange(min(top, rows - 1), rows, side)
    col = torch.arange(min(left, cols - 1), cols, side)
    return (row[:, None] * cols + col).reshape(1, -1)


def take(tokens: Tensor, index: Tensor) -> Tensor:
    """tokens [B, N, D] at index [B, n] -> [B, n, D]."""
    return tokens.gather(1, index[..., None].expand(-1, -1, tokens.shape[-1]))
