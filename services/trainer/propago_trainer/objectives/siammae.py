"""The paper's loss: squared error of the masked patches of f2, each normalised by its own mean and deviation."""

from __future__ import annotations

import torch
from torch import Tensor

from propago_trainer.config import TrainConfig
from propago_trainer.data.batch import Batch, mix_seed
from propago_trainer.models.masking import Mask, MaskKind, draw_mask
from propago_trainer.models.siammae import SiamMae, patchify


def siammae_loss(model: SiamMae, batch: Batch, config: TrainConfig) -> Tensor:
    """Loss of a batch whose first frame is f1 and whose last is f2."""
    past, present = batch.frames[:, 0], batch.frames[:, -1]
    mask, past_mask = draw_masks(batch, config)
    predicted = model(past, present, mask, past_mask)
    return masked_patch_loss(predicted, normalised_patches(present, config.patch), mask)


def draw_masks(batch: Batch, config: TrainConfig) -> tuple[Mask, Mask | None]:
    """Masks of f2 and, if the past is masked too, of f1; they follow from the batch's seed."""
    generator = torch.Generator().manual_seed(mix_seed(batch.seed, 2))
    b, _, _, h, w = batch.frames.shape
    grid = (h // config.patch, w // config.patch)
    kind: MaskKind = "grid" if config.mask_kind == "grid" else "random"
    mask = draw_mask(generator, b, grid, config.mask_ratio, kind).to(batch.frames.device)
    if config.mask_ratio_past <= 0:
        return mask, None
    return mask, draw_mask(generator, b, grid, config.mask_ratio_past, kind).to(batch.frames.device)


def normalised_patches(images: Tensor, patch: int) -> Tensor:
    """Patches [B, N, P] of images [B, 3, H, W], each with mean 0 and deviation 1."""
    patches = patchify(images, patch)
    mean = patches.mean(dim=-1, keepdim=True)
    deviation = patches.var(dim=-1, keepdim=True).add(1e-6).sqrt()
    return (patches - mean) / deviation


def masked_patch_loss(predicted: Tensor, target: Tensor, mask: Mask) -> Tensor:
    """Mean squared error [B, N, P] over the masked patches alone."""
    error = (predicted.float() - target.float()).square().mean(dim=-1)
    return (error * mask.hidden).sum() / mask.hidden.sum()
