"""Small residual convolutional encoder at stride 8: cheap on a CPU and the same at every image size."""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn


@dataclass(frozen=True)
class ConvConfig:
    """Shape of the encoder. Features are at stride 8."""

    dim: int = 96
    """Channels of the features."""
    width: int = 128
    """Channels at stride 8; half of it at stride 4, a quarter at stride 2."""
    dilations: tuple[int, ...] = (1, 2, 1, 2)
    """Dilation of each residual block at stride 8: context without losing the stride."""
    patch: int = 8


class ConvNorm(nn.Module):
    """3 x 3 convolution without bias, batch norm."""

    def __init__(self, inside: int, outside: int, stride: int = 1, dilation: int = 1) -> None:
        super().__init__()
        self.conv = nn.Conv2d(inside, outside, 3, stride, dilation, dilation, bias=False)
        self.norm = nn.BatchNorm2d(outside)

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.norm(self.conv(x))
        return out


class Residual(nn.Module):
    """Two convolutions round a shortcut, [B, C, h, w] -> the same."""

    def __init__(self, channels: int, dilation: int) -> None:
        super().__init__()
        self.first = ConvNorm(channels, channels, dilation=dilation)
        self.second = ConvNorm(channels, channels, dilation=dilation)
        # Every block starts as the identity (Goyal et al. 2017).
        nn.init.zeros_(self.second.norm.weight)

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(x + self.second(F.relu(self.first(x))))


class ConvEncoder(nn.Module):
    """Images [B, 3, H, W] (sides multiples of 8) -> features [B, (H / 8) * (W / 8), dim], row-major."""

    def __init__(self, config: ConvConfig) -> None:
        super().__init__()
        self.config = config
        width = config.width
        self.stem = nn.ModuleList([ConvNorm(3, width // 4, 2), ConvNorm(width // 4, width // 2, 2)])
        self.fine = Residual(width // 2, 1)
        self.down = ConvNorm(width // 2, width, 2)
        self.blocks = nn.ModuleList(Residual(width, dilation) for dilation in config.dilations)
        self.head = nn.Conv2d(width, config.dim, 1)

    def features(self, images: Tensor) -> Tensor:
        """Images [B, 3, H, W] -> feature map [B, dim, H / 8, W / 8]."""
        x = images.contiguous(memory_format=torch.channels_last)
        for layer in self.stem:
            x = F.relu(layer(x))
        x = F.relu(self.down(self.fine(x)))
        for block in self.blocks:
            x = block(x)
        out: Tensor = self.head(x)
        return out

    def forward(self, images: Tensor) -> Tensor:
        return self.features(images).flatten(2).transpose(1, 2)
