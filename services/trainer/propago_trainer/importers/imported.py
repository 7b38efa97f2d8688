"""What an importer is given and what it gives."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from torch import nn

from propago_trainer.card import IMAGENET_MEAN, IMAGENET_STD, Triple
from propago_trainer.importers.checkpoint import Tensors


@dataclass(frozen=True)
class ImportOptions:
    """What a checkpoint does not say about itself; None takes the format's usual value."""

    prefix: str | None = None
    """What stands before the encoder's names, where there are several encoders."""
    heads: int | None = None
    """Attention heads of a transformer; the weights of 3 and of 6 heads look the same."""
    image_size: int = 224
    """Side of the training images, px; needed where positions are not stored as one row per patch."""


@dataclass(frozen=True)
class Imported:
    """An encoder with a published checkpoint's weights."""

    encoder: nn.Module
    ignored: list[str]
    """Weights of the file that the encoder does not have, grouped."""
    mean: Triple = IMAGENET_MEAN
    std: Triple = IMAGENET_STD
    notes: tuple[str, ...] = ()
    """Choices that the checkpoint left open, one sentence each; they go into the provenance."""


Importer = Callable[[Tensors, ImportOptions], Imported]
