"""The encoder that a configuration asks for."""

from __future__ import annotations

import dataclasses
from typing import cast

from torch import nn

from propago_trainer.config import TrainConfig
from propago_trainer.models.convnet import ConvConfig, ConvEncoder
from propago_trainer.models.pyramid import PyramidConfig, PyramidEncoder
from propago_trainer.models.vit import VIT_SIZES, Positions, VisionTransformer, VitConfig

Encoder = ConvEncoder | PyramidEncoder | VisionTransformer


def build_encoder(config: TrainConfig) -> Encoder:
    """A freshly initialised encoder; draws from PyTorch's global generator."""
    if config.arch == "conv":
        return ConvEncoder(ConvConfig(dim=config.conv_dim, width=config.conv_width))
    if config.arch == "pyramid":
        return PyramidEncoder(PyramidConfig(config.conv_dim, config.conv_width, colour=config.conv_colour))
    return VisionTransformer(vit_config(config))


def vit_config(config: TrainConfig) -> VitConfig:
    """The named size with the configuration's changes."""
    grid = config.image // config.patch
    shape = dataclasses.replace(
        VIT_SIZES[config.size],
        patch=config.patch,
        positions=cast(Positions, config.positions),
        grid=(grid, grid),
    )
    changes = {key: getattr(config, key) for key in ("dim", "depth", "heads") if getattr(config, key)}
    return dataclasses.replace(shape, **changes)


def stride(encoder: nn.Module) -> int:
    """Pixels per feature cell."""
    return int(cast(Encoder, encoder).config.patch)
