"""Rotations of bodies and their parts."""

from __future__ import annotations

import torch
from torch import Tensor


def rotation(yaw: Tensor, pitch: Tensor, roll: Tensor) -> Tensor:
    """Roll about x, then pitch about z, then yaw about y, [...] -> [..., 3, 3]."""
    cy, sy, cp, sp, cr, sr = yaw.cos(), yaw.sin(), pitch.cos(), pitch.sin(), roll.cos(), roll.sin()
    zero = torch.zeros_like(sy)
    ahead = torch.stack([cy * cp, sp, -sy * cp], -1)
    up, side = torch.stack([-cy * sp, cp, sy * sp], -1), torch.stack([sy, zero + 0 * sp, cy], -1)
    cr, sr = cr[..., None], sr[..., None]
    return torch.stack(torch.broadcast_tensors(ahead, up * cr + side * sr, side * cr - up * sr), -1)
