"""The colour descriptor of `encoders/colour-descriptor.onnx`, batched on the training device.

Its graph is defined by `libs/encoder/src/colour-descriptor.ts`, which says what it is; a test compares the two. Nothing
in it is learned: an encoder that will be used beside it learns what it does not know.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

STRIDE = 8
WINDOWS = (8, 32)
"""Sides of the averaging windows, px."""
BINS = 12
RANGES = ((5.0, 95.0), (-40.0, 40.0), (-40.0, 40.0))
"""Centres of the outer bins of L, a and b."""
DIM = len(RANGES) * BINS * len(WINDOWS)
GAMMA = 2.2
BLACK = 0.002
EMPTY = 1e-4
XYZ = ((0.4124, 0.3576, 0.1805), (0.2126, 0.7152, 0.0722), (0.0193, 0.1192, 0.9505))
LAB = ((0.0, 116.0, 0.0), (500.0, -500.0, 0.0), (0.0, 200.0, -200.0))
LAB_BIAS = (-16.0, 0.0, 0.0)


class ColourDescriptor(nn.Module):
    """RGB [B, 3, H, W] in 0..1, sides multiples of 8 -> unit descriptors [B, DIM, H / 8, W / 8], in float32."""

    xyz: Tensor
    lab: Tensor
    lab_bias: Tensor
    low: Tensor
    high: Tensor
    spacing: Tensor
    bins: Tensor

    def __init__(self) -> None:
        super().__init__()
        xyz = torch.tensor(XYZ)
        low, high = torch.tensor(RANGES).unbind(1)
        # Not saved: they are no weights.
        for name, value in {
            "xyz": xyz / xyz.sum(dim=1, keepdim=True),
            "lab": torch.tensor(LAB),
            "lab_bias": torch.tensor(LAB_BIAS)[:, None, None],
            "low": low[:, None, None],
            "high": high[:, None, None],
            "spacing": ((high - low) / (BINS - 1))[:, None, None],
            "bins": torch.arange(BINS, dtype=torch.float32)[:, None, None],
        }.items():
            self.register_buffer(name, value, persistent=False)

    @torch.no_grad()
    def forward(self, images: Tensor) -> Tensor:
        with torch.autocast(images.device.type, enabled=False):
            half = F.avg_pool2d(images.float(), 2)
            lab = _mixed(self.lab, (_mixed(self.xyz, half.clamp(min=0) ** GAMMA) + BLACK) ** (1 / 3)) + self.lab_bias
            place = (torch.minimum(torch.maximum(lab, self.low), self.high) - self.low) / self.spacing
            shares = F.relu(1 - (place[:, :, None] - self.bins).abs()).flatten(1, 2)
            quarter = F.avg_pool2d(shares, 2)
            return torch.cat([_window(quarter, window) for window in WINDOWS], dim=1) * len(WINDOWS) ** -0.5


def _mixed(matrix: Tensor, colours: Tensor) -> Tensor:
    """A matrix [3, 3] times the colours [B, 3, h, w] of every pixel, without the rounding of fast matrix products."""
    return (matrix[:, :, None, None] * colours[:, None]).sum(2)


def _window(shares: Tensor, window: int) -> Tensor:
    """Unit roots of the mean shares in windows centred on the cells."""
    margin = (window - STRIDE) // 8
    padded = F.pad(shares, [margin] * 4, mode="replicate") if margin else shares
    mean = F.avg_pool2d(padded, window // 4, STRIDE // 4) + EMPTY
    return mean.sqrt() / mean.sum(dim=1, keepdim=True).sqrt()
