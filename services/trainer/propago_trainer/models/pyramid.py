"""Convolutional encoder at stride 8 that sees far: context at strides 16 and 32 comes back to the fine cells.

A feature pyramid (Lin et al. 2017): a trunk down to stride 32, and a way back up on which each coarser map, enlarged,
is added to the finer one. With `colour` the colour descriptor is a part of the features, and the encoder says for each
cell how far to trust which of both.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from propago_trainer.data.normalise import denormalise
from propago_trainer.models import colour
from propago_trainer.models.convnet import ConvNorm, Residual

SMALLEST_LENGTH = 1e-6
"""Keeps cells whose learned features are all zero finite."""


@dataclass(frozen=True)
class PyramidConfig:
    """Shape of the encoder. Features are at stride 8."""

    learned: int = 96
    """Channels of the learned features."""
    width: int = 128
    """Channels at stride 8; half of it at stride 4, a quarter at 2, one and a half times it at 16 and twice at 32."""
    blocks: tuple[int, int, int] = (4, 3, 2)
    """Residual blocks at strides 8, 16 and 32."""
    colour: bool = False
    """Whether the colour descriptor is a part of the features."""
    patch: int = 8

    @property
    def dim(self) -> int:
        """Channels of the features."""
        return self.learned + (colour.DIM if self.colour else 0)

    @property
    def widths(self) -> tuple[int, int, int]:
        """Channels at strides 8, 16 and 32."""
        return self.width, 3 * self.width // 2, 2 * self.width


class PyramidEncoder(nn.Module):
    """Images [B, 3, H, W] (sides multiples of 8) -> features [B, (H / 8) * (W / 8), dim], row-major."""

    def __init__(self, config: PyramidConfig) -> None:
        super().__init__()
        self.config = config
        width = config.width
        self.stem = nn.ModuleList([ConvNorm(3, width // 4, 2), ConvNorm(width // 4, width // 2, 2)])
        self.fine = Residual(width // 2, 1)
        inputs = (width // 2, *config.widths[:2])
        self.down = nn.ModuleList(ConvNorm(i, o, 2) for i, o in zip(inputs, config.widths, strict=True))
        self.stages = nn.ModuleList(
            nn.ModuleList(Residual(channels, 1) for _ in range(count))
            for channels, count in zip(config.widths, config.blocks, strict=True)
        )
        # From coarse to fine: what is added to the finer map, and what mixes the sum.
        self.lateral = nn.ModuleList(
            nn.Conv2d(coarse, fine, 1, bias=False)
            for coarse, fine in zip(config.widths[:0:-1], config.widths[-2::-1], strict=True)
        )
        self.mix = nn.ModuleList(Residual(channels, 1) for channels in config.widths[-2::-1])
        self.head = nn.Conv2d(width, config.learned, 1)
        self.gate: nn.Conv2d | None = None
        if config.colour:
            self.colour = colour.ColourDescriptor()
            self.gate = nn.Conv2d(width, 1, 1)
            nn.init.zeros_(self.gate.weight)
            nn.init.constant_(cast(Tensor, self.gate.bias), 0)

    def trunk(self, images: Tensor) -> Tensor:
        """Images [B, 3, H, W] -> [B, width, H / 8, W / 8]."""
        x = images.contiguous(memory_format=torch.channels_last)
        for layer in self.stem:
            x = F.relu(layer(x))
        x = self.fine(x)
        levels = []
        for down, stage in zip(self.down, self.stages, strict=True):
            x = F.relu(down(x))
            for block in stage:  # type: ignore[attr-defined]
                x = block(x)
            levels.append(x)
        for lateral, mix, finer in zip(self.lateral, self.mix, levels[-2::-1], strict=True):
            context = F.interpolate(lateral(x), size=finer.shape[2:], mode="bilinear", align_corners=False)
            x = mix(F.relu(finer + context))
        return x

    def features(self, images: Tensor) -> Tensor:
        """Images [B, 3, H, W] -> feature map [B, dim, H / 8, W / 8]; of unit length where it has colour."""
        x = self.trunk(images)
        learned: Tensor = self.head(x)
        if self.gate is None:
            return learned
        learned = learned.float()
        learned = learned / learned.norm(dim=1, keepdim=True).clamp(min=SMALLEST_LENGTH)
        # The shares of both parts in the square of the length.
        trust = torch.sigmoid(self.gate(x).float())
        described = self.colour(denormalise(images))
        return torch.cat([described * torch.sqrt(1 - trust), learned * torch.sqrt(trust)], dim=1)

    def forward(self, images: Tensor) -> Tensor:
        return self.features(images).flatten(2).transpose(1, 2)
