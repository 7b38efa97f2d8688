"""The weighted sum of the objectives as one module, which is what DistributedDataParallel wraps."""

from __future__ import annotations

from torch import Tensor, nn

from propago_trainer.config import TrainConfig
from propago_trainer.data.batch import Batch
from propago_trainer.models.build import build_encoder, stride
from propago_trainer.models.siammae import SiamMae, siammae_config
from propago_trainer.models.vit import VisionTransformer
from propago_trainer.objectives.correspondence import CorrespondenceWeights, correspondence_loss
from propago_trainer.objectives.siammae import siammae_loss


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
        self.weights = CorrespondenceWeights(
            same_object=config.same_object, walk=config.walk, temperature=config.temperature
        )

    def forward(self, batch: Batch) -> tuple[Tensor, dict[str, Tensor]]:
        """Loss (scalar) and its parts before weighting."""
        loss = batch.frames.new_zeros(())
        parts: dict[str, Tensor] = {}
        if self.siammae is not None:
            value = siammae_loss(self.siammae, batch, self.config)
            loss = loss + self.config.siammae * value
            parts["siammae"] = value.detach()
        if self.config.correspondence > 0:
            b, t, _, h, w = batch.frames.shape
            features = self.encoder(batch.frames.flatten(0, 1)).unflatten(0, (b, t))
            cell = stride(self.encoder)
            value, more = correspondence_loss(features, batch, (h // cell, w // cell), self.weights)
            loss = loss + self.config.correspondence * value
            parts.update(more)
        return loss, parts
