"""Reads residual networks under torchvision's names or those of mmcv's ConvModule."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Literal

from torch import Tensor, nn

from propago_trainer.importers.checkpoint import Checkpoint, CheckpointError
from propago_trainer.models.resnet import STAGE_BLOCKS, Depth, ResidualBlock, ResNet, ResNetConfig

#: Names that are certain to be in a network of torchvision, and in one of mmcv.
RESNET_ANCHORS = ("conv1.weight", "layer1.0.conv1.weight")
MMCV_ANCHORS = ("conv1.conv.weight", "layer1.0.conv1.conv.weight")
#: Behind res4 and beside it; res5 is taken where it is asked for.
RESNET_IGNORABLE = (r"layer4\.", r"fc\.")
STAGES: dict[str, Literal[3, 4]] = {"res4": 3, "res5": 4}


def read_resnet(checkpoint: Checkpoint, config: ResNetConfig, inside: str = "", mmcv: bool = False) -> ResNet:
    """A network cut after res4 or res5 with a checkpoint's weights. Depth is found; what else `config` says stays.

    @param inside what stands before the network's names after the checkpoint's prefix
    @raises CheckpointError if its blocks are those of no known depth
    """
    network = ResNet(replace(config, depth=depth_of(checkpoint, inside, mmcv)))
    names = Names(checkpoint, inside, mmcv)
    names.read(network.conv1, network.bn1, "conv1", "bn1")
    for number, stage in enumerate(network.stages(), start=1):
        for index, block in enumerate(stage.children()):
            assert isinstance(block, ResidualBlock)
            place = f"layer{number}.{index}"
            for layer, (conv, norm) in enumerate(block.layers(), start=1):
                names.read(conv, norm, f"{place}.conv{layer}", f"{place}.bn{layer}")
            if block.downsample is not None:
                conv, norm = block.downsample.children()
                names.read(conv, norm, f"{place}.downsample.0", f"{place}.downsample.1")
    return network


class Names:
    """Takes pairs of convolution and batch norm."""

    def __init__(self, checkpoint: Checkpoint, inside: str, mmcv: bool) -> None:
        self.checkpoint = checkpoint
        self.inside = inside
        self.mmcv = mmcv

    def read(self, conv: nn.Module, norm: nn.Module, conv_name: str, norm_name: str) -> None:
        """Fills a pair; the names are torchvision's."""
        if self.mmcv:
            # One module holds both: `layer1.0.conv1` and `layer1.0.downsample`.
            module = conv_name.removesuffix(".0") if conv_name.endswith("downsample.0") else conv_name
            conv_name, norm_name = f"{module}.conv", f"{module}.bn"
        assert isinstance(conv, nn.Conv2d)
        assert isinstance(norm, nn.BatchNorm2d)
        conv.weight.data = flat_kernel(self.checkpoint, f"{self.inside}{conv_name}.weight", conv.weight)
        for part in ("weight", "bias", "running_mean", "running_var"):
            name = f"{self.inside}{norm_name}.{part}"
            getattr(norm, part).data = self.checkpoint.take(name, norm.num_features)


def flat_kernel(checkpoint: Checkpoint, name: str, like: Tensor) -> Tensor:
    """A kernel; one inflated over time is summed over it, which equals repeating a still frame."""
    outside, inner, height, width = like.shape
    if checkpoint.has(name) and len(shape := checkpoint.shape(name)) == 5:
        return checkpoint.take(name, outside, inner, shape[2], height, width).sum(dim=2)
    return checkpoint.take(name, outside, inner, height, width)


def depth_of(checkpoint: Checkpoint, inside: str, mmcv: bool) -> Depth:
    """18, 34, 50, 101 or 152 by the number and kind of blocks."""
    counts = []
    for stage in (1, 2, 3):
        pattern = re.compile(rf"{re.escape(inside)}layer{stage}\.(\d+)\.")
        found = [int(match.group(1)) for name in checkpoint.names() if (match := pattern.match(name))]
        counts.append(1 + max(found, default=-1))
    bottleneck = checkpoint.has(f"{inside}layer1.0.conv3{'.conv' if mmcv else ''}.weight")
    for depth, blocks in STAGE_BLOCKS.items():
        if list(blocks[:3]) == counts and (depth >= 50) == bottleneck:
            return depth
    kind = "bottleneck" if bottleneck else "basic"
    raise CheckpointError(f"No known residual network has {counts} {kind} blocks in its first three stages.")
