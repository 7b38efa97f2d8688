"""Positions of patches on a grid of any size: sin-cos (MAE) and rotary (DINOv3)."""

from __future__ import annotations

import math

import torch
from torch import Tensor


def position_rates(dim: int) -> Tensor:
    """Radians per patch of the sin-cos positions, [dim / 4]."""
    if dim % 4 != 0:
        raise ValueError(f"sin-cos positions need a dimension divisible by 4, not {dim}")
    quarter = dim // 4
    rates: Tensor = 10000 ** (-torch.arange(quarter, dtype=torch.float32) / quarter)
    return rates


def sincos_positions(dim: int, rows: Tensor, cols: Tensor) -> Tensor:
    """Two-dimensional sin-cos positions. rows [R], cols [C] in patches (fractions allowed) -> [R * C, dim].

    The first half of the channels encodes the column, the second the row, as in MAE.
    """
    rate = position_rates(dim).to(rows.device)
    by_col = cols.float()[:, None] * rate
    by_row = rows.float()[:, None] * rate
    col_part = torch.cat([by_col.sin(), by_col.cos()], dim=1)[None].expand(len(rows), -1, -1)
    row_part = torch.cat([by_row.sin(), by_row.cos()], dim=1)[:, None].expand(-1, len(cols), -1)
    return torch.cat([col_part, row_part], dim=2).reshape(-1, dim)


def rotary_angles(periods: Tensor, rows: int, cols: int) -> Tensor:
    """Angles of the rotary positions of DINOv3, [rows * cols, 4 * len(periods)], row-major.

    Patch centres are scaled to -1..1 along each side; a quarter of a head's channels turns by row, the next by column,
    and both repeat, because a rotation pairs channel i with channel i + half.
    """
    row = (torch.arange(rows, device=periods.device) + 0.5) / rows * 2 - 1
    col = (torch.arange(cols, device=periods.device) + 0.5) / cols * 2 - 1
    centres = torch.stack(torch.meshgrid(row, col, indexing="ij"), dim=-1).reshape(-1, 2, 1)
    return (2 * math.pi * centres / periods).flatten(1).repeat(1, 2)


def rotate(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """Turns channel pairs (i, i + half). x [..., n, d], cos and sin [n, d]."""
    first, second = x.chunk(2, dim=-1)
    return x * cos + torch.cat([-second, first], dim=-1) * sin
