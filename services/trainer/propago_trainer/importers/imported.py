"""What an importer is given and what it gives."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from torch import nn

from propago_trainer.card import IMAGENET_MEAN, IMAGENET_STD, Triple
from propago_trainer.importers.checkpoint import Tensors
from propago_trainer.importers.neighbours import Neighbours
from propago_trainer.models.vit import OtherSizes


@dataclass(frozen=True)
class ImportOptions:
    """What a checkpoint does not say about itself; None takes the format's usual value."""

    prefix: str | None = None
    """What stands before the encoder's names, where there are several encoders."""
    heads: int | None = None
    """Attention heads of a transformer; the weights of 3 and of 6 heads look the same."""
    image_size: int = 224
    """Side of the training images, px; needed where positions are not stored as one row per patch."""
    layer: Literal["res4", "res5"] = "res4"
    """The last stage of a residual network."""
    positions: OtherSizes = "stretch"
    """What sin-cos positions of this trainer's own encoders become at other sizes."""
    force: bool = False
    """Reads the file as the stated format although its marks are those of another."""
    beside: Neighbours = field(default_factory=Neighbours)
    """What the files beside the checkpoint say; the options above win over it."""

    @property
    def usual_heads(self) -> int | None:
        """Heads that were stated or stand beside the checkpoint."""
        return self.heads or self.beside.heads


@dataclass(frozen=True)
class Imported:
    """An encoder with a published checkpoint's weights."""

    encoder: nn.Module
    ignored: list[str]
    """Weights of the file that the encoder does not have, grouped."""
    mean: Triple = IMAGENET_MEAN
    std: Triple = IMAGENET_STD
    format: str = ""
    """Name of the format that it was read as."""
    notes: tuple[str, ...] = ()
    """Choices that the checkpoint left open, one sentence each; they go into the provenance."""


Importer = Callable[[Tensors, ImportOptions], Imported]
