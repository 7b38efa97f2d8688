"""Residual networks as dense encoders: cut after res4 ("layer3"), every stride after res3 removed, so stride 8.

He et al. 2016 with the names of torchvision. The dense form (the last stage kept at the resolution of the one before,
no dilation) is that of TimeCycle, UVC, CRW and VFS; UVC's evaluation goes on through res5 ("layer4") likewise.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import torch.nn.functional as F
from torch import Tensor, nn

from propago_trainer.models.lightness import Lightness

Depth = Literal[18, 34, 50, 101, 152]

STAGE_BLOCKS: dict[Depth, tuple[int, int, int, int]] = {
    18: (2, 2, 2, 2),
    34: (3, 4, 6, 3),
    50: (3, 4, 6, 3),
    101: (3, 4, 23, 3),
    152: (3, 8, 36, 3),
}


@dataclass(frozen=True)
class ResNetConfig:
    """`padding` is that of every convolution; max pooling ignores what lies outside.

    `projection`: channels of a 1x1 convolution without bias, then ReLU, after res4 (TimeCycle); 0 for none.
    `lightness`: the network sees CIE lightness three times instead of RGB (UVC).
    `stages`: 3 ends after res4, 4 after res5.
    """

    depth: Depth
    padding: Literal["zeros", "reflect"] = "zeros"
    projection: int = 0
    lightness: bool = False
    stages: Literal[3, 4] = 3

    @property
    def bottleneck(self) -> bool:
        return self.depth >= 50

    @property
    def dim(self) -> int:
        """Channels of the output."""
        widest = 64 * 2 ** (self.stages - 1)
        return self.projection or (4 * widest if self.bottleneck else widest)


class ResidualBlock(nn.Module):
    """Two 3x3 convolutions, or 1x1, 3x3, 1x1 with four times the width at the end (bottleneck)."""

    def __init__(self, config: ResNetConfig, inside: int, width: int, stride: int) -> None:
        super().__init__()
        outside = 4 * width if config.bottleneck else width
        if config.bottleneck:
            self.conv1 = nn.Conv2d(inside, width, 1, bias=False)
            self.conv2 = conv3x3(config, width, width, stride)
            self.bn2 = nn.BatchNorm2d(width)
            self.conv3 = nn.Conv2d(width, outside, 1, bias=False)
            self.bn3 = nn.BatchNorm2d(outside)
        else:
            self.conv1 = conv3x3(config, inside, width, stride)
            self.conv2 = conv3x3(config, width, width, 1)
            self.bn2 = nn.BatchNorm2d(width)
        self.bn1 = nn.BatchNorm2d(width)
        self.downsample = (
            nn.Sequential(nn.Conv2d(inside, outside, 1, stride, bias=False), nn.BatchNorm2d(outside))
            if stride != 1 or inside != outside
            else None
        )

    def layers(self) -> list[tuple[nn.Module, nn.Module]]:
        """Convolutions with their normalisations, in order; ReLU stands between them and after the sum."""
        pairs: list[tuple[nn.Module, nn.Module]] = [(self.conv1, self.bn1), (self.conv2, self.bn2)]
        return [*pairs, (self.conv3, self.bn3)] if hasattr(self, "conv3") else pairs

    def forward(self, x: Tensor) -> Tensor:
        shortcut = x if self.downsample is None else self.downsample(x)
        *inner, (conv, norm) = self.layers()
        for inner_conv, inner_norm in inner:
            x = F.relu(inner_norm(inner_conv(x)))
        return F.relu(norm(conv(x)) + shortcut)


def conv3x3(config: ResNetConfig, inside: int, outside: int, stride: int) -> nn.Conv2d:
    return nn.Conv2d(inside, outside, 3, stride, 1, bias=False, padding_mode=config.padding)


class ResNet(nn.Module):
    """Images [B, 3, H, W] -> features [B, dim, ceil(H / 8), ceil(W / 8)]."""

    def __init__(self, config: ResNetConfig) -> None:
        super().__init__()
        self.config = config
        self.lightness = Lightness() if config.lightness else nn.Identity()
        self.conv1 = nn.Conv2d(3, 64, 7, 2, 3, bias=False, padding_mode=config.padding)
        self.bn1 = nn.BatchNorm2d(64)
        self.maxpool = nn.MaxPool2d(3, 2, 1)
        expansion = 4 if config.bottleneck else 1
        inside = 64
        for stage, blocks in enumerate(STAGE_BLOCKS[config.depth][: config.stages]):
            width = 64 * 2**stage
            layers: list[nn.Module] = []
            for block in range(blocks):
                stride = 2 if stage == 1 and block == 0 else 1
                layers.append(ResidualBlock(config, inside, width, stride))
                inside = width * expansion
            self.add_module(f"layer{stage + 1}", nn.Sequential(*layers))
        self.projection = nn.Conv2d(inside, config.projection, 1, bias=False) if config.projection else None

    def stages(self) -> list[nn.Module]:
        """The residual stages, first to last."""
        return [self.get_submodule(f"layer{stage + 1}") for stage in range(self.config.stages)]

    def forward(self, images: Tensor) -> Tensor:
        x = self.maxpool(F.relu(self.bn1(self.conv1(self.lightness(images)))))
        for stage in self.stages():
            x = stage(x)
        return x if self.projection is None else F.relu(self.projection(x))
