"""The weighted sum of the objectives as one module, which is what DistributedDataParallel wraps."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from propago_trainer.config import TrainConfig
from propago_trainer.data.batch import Batch, mix_seed, on_device
from propago_trainer.data.normalise import denormalise
from propago_trainer.models.build import build_encoder, stride
from propago_trainer.models.colour import ColourDescriptor
from propago_trainer.models.siammae import SiamMae, siammae_config
from propago_trainer.models.vit import VisionTransformer
from propago_trainer.objectives.correspondence import CorrespondenceWeights, Pairs, dense_loss
from propago_trainer.objectives.siammae import siammae_loss

QUERY_SEED = 4


class Objective(nn.Module):
    """Encoder, what is trained on top of it, and the loss of a batch."""

    def __init__(self, config: TrainConfig) -> None:
        super().__init__()
        self.config = config
        encoder = build_encoder(config)
        self.encoder = encoder
        self.siammae = None
        if config.siammae > 0:
            assert isinstance(encoder, VisionTransformer)
            self.siammae = SiamMae(encoder, siammae_config(config))
        self.beside = ColourDescriptor() if config.beside_colour > 0 else None
        self.weights = CorrespondenceWeights(
            same_object=config.same_object, walk=config.walk, temperature=config.temperature, margin=config.margin
        )
        self._dense_loss = dense_loss

    def compile_parts(self) -> None:
        """Compiles what is called with tensors alone; names of weights stay."""
        if self.siammae is not None:
            self.siammae.compile()
        if self.config.correspondence > 0:
            self.encoder.compile()
            self._dense_loss = torch.compile(dense_loss)
        if self.beside is not None:
            self.beside.compile()

    def forward(self, batch: Batch) -> tuple[Tensor, dict[str, Tensor]]:
        """Loss (scalar) and its parts before weighting."""
        loss = batch.frames.new_zeros(())
        parts: dict[str, Tensor] = {}
        if self.siammae is not None:
            value = siammae_loss(self.siammae, batch, self.config)
            loss = loss + self.config.siammae * value
            parts["siammae"] = value.detach()
        if self.config.correspondence > 0:
            h, w = batch.frames.shape[-2:]
            cell = stride(self.encoder)
            pairs = Pairs.of(batch, self._queries(batch, h // cell * (w // cell)))
            value, more = self._dense_loss(
                self._features(batch.frames), pairs, batch.labels, (h // cell, w // cell), self.weights
            )
            loss = loss + self.config.correspondence * value
            parts.update(more)
        return loss, parts

    def _features(self, frames: Tensor) -> Tensor:
        """Frames [B, T, 3, H, W] -> what is compared, [B, T, N, D]."""
        images = frames.flatten(0, 1)
        features = self.encoder(images)
        if self.beside is not None:
            # As `join` puts them together, so that what is learned is what colour does not know.
            colour = self.beside(denormalise(images)).flatten(2).transpose(1, 2)
            learned = F.normalize(features.float(), dim=-1)
            features = torch.cat([colour, self.config.beside_colour * learned], dim=-1)
        return features.unflatten(0, frames.shape[:2])

    def _queries(self, batch: Batch, cells: int) -> Tensor | None:
        """The cells of this batch that are queries; None are all."""
        if not 0 < self.config.queries < cells:
            return None
        generator = torch.Generator().manual_seed(mix_seed(batch.seed, QUERY_SEED))
        chosen = torch.randperm(cells, generator=generator)[: self.config.queries].sort().values
        return on_device(chosen, batch.frames.device)
