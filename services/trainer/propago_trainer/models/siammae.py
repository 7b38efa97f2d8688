"""Siamese masked autoencoder (Gupta et al. 2023, section 3), with the variants of its Tables 2 and 3.

f1 and f2 are two frames of a clip. f1 stays whole, most of f2 is masked; the decoder predicts the masked patches of f2
from its few visible ones and from f1, so it must find where the patches of f1 went.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from propago_trainer.config import TrainConfig
from propago_trainer.models.decoder import Decoder
from propago_trainer.models.masking import Mask, take
from propago_trainer.models.vit import VisionTransformer, initialise, sincos_positions


@dataclass(frozen=True)
class SiamMaeConfig:
    """What the paper varies. `past` False is FrameMAE: f1 is not used."""

    encoder: str = "siamese"
    decoder: str = "cross-self"
    dim: int = 256
    depth: int = 4
    heads: int = 8
    past: bool = True


def siammae_config(config: TrainConfig) -> SiamMaeConfig:
    """The part of a training configuration that shapes the model."""
    return SiamMaeConfig(
        encoder=config.encoder,
        decoder=config.decoder,
        dim=config.decoder_dim,
        depth=config.decoder_depth,
        heads=config.decoder_heads,
        past=config.future_only,
    )


def patchify(images: Tensor, patch: int) -> Tensor:
    """Images [B, 3, H, W] -> [B, N, patch * patch * 3], patches row-major, within a patch (row, column, channel)."""
    b, c, h, w = images.shape
    blocks = images.view(b, c, h // patch, patch, w // patch, patch)
    return blocks.permute(0, 2, 4, 3, 5, 1).reshape(b, -1, patch * patch * c)


def unpatchify(patches: Tensor, patch: int, grid: tuple[int, int]) -> Tensor:
    """The inverse of `patchify`; grid = (rows, cols)."""
    rows, cols = grid
    blocks = patches.view(len(patches), rows, cols, patch, patch, 3)
    return blocks.permute(0, 5, 1, 3, 2, 4).reshape(len(patches), 3, rows * patch, cols * patch)


class SiamMae(nn.Module):
    """Prediction of every patch of f2; only masked ones count in the loss."""

    def __init__(self, encoder: VisionTransformer, config: SiamMaeConfig) -> None:
        super().__init__()
        self.encoder = encoder
        self.config = config
        patch = encoder.config.patch
        # One projection serves both frames, as one encoder does.
        self.project = nn.Linear(encoder.config.dim, config.dim)
        self.mask_token = nn.Parameter(torch.zeros(1, 1, config.dim))
        self.decoder = Decoder(config.decoder, config.dim, config.depth, config.heads)
        self.predict = nn.Linear(config.dim, patch * patch * 3)
        for part in (self.decoder, self.project, self.predict):
            initialise(part)
        nn.init.normal_(self.mask_token, std=0.02)

    def forward(self, past: Tensor, present: Tensor, mask: Mask, past_mask: Mask | None = None) -> Tensor:
        """f1, f2 [B, 3, H, W] and the mask of f2 (and of f1) -> predicted patches of f2 [B, N, patch * patch * 3]."""
        patch = self.encoder.config.patch
        grid = (present.shape[2] // patch, present.shape[3] // patch)
        prefix = self.encoder.prefix
        seen = take(self.encoder.patch_embed(present), mask.visible)
        other = self.encoder.patch_embed(past) if self.config.past else None
        if other is not None and past_mask is not None:
            other = take(other, past_mask.visible)
        if other is None:
            encoded, memory = self.encoder.encode(seen), None
        elif self.config.encoder == "joint":
            both = self.encoder.encode(torch.cat([seen, other], dim=1))
            encoded, memory = both[:, : prefix + seen.shape[1]], both[:, prefix + seen.shape[1] :]
        else:
            encoded, memory = self.encoder.encode(seen), self.encoder.encode(other)

        positions = self.positions(grid, present.device)
        projected = self.project(encoded)
        tokens = self.mask_token.to(projected.dtype).repeat(len(present), grid[0] * grid[1], 1)
        tokens = tokens.scatter(1, mask.visible[..., None].expand(-1, -1, tokens.shape[2]), projected[:, prefix:])
        tokens = torch.cat([projected[:, :prefix], tokens + positions], dim=1)
        if memory is not None:
            memory = self._with_positions(self.project(memory), positions, past_mask)
        out: Tensor = self.predict(self.decoder(tokens, memory)[:, prefix:])
        return out

    def positions(self, grid: tuple[int, int], device: torch.device) -> Tensor:
        """Sin-cos positions of the decoder, [1, N, dim]."""
        rows, cols = (torch.arange(count, device=device) for count in grid)
        return sincos_positions(self.config.dim, rows, cols)[None]

    @staticmethod
    def _with_positions(memory: Tensor, positions: Tensor, past_mask: Mask | None) -> Tensor:
        """Tokens of f1, with CLS or without, and the positions of the patches among them."""
        if past_mask is not None:
            positions = take(positions.expand(len(memory), -1, -1), past_mask.visible)
        prefix = memory.shape[1] - positions.shape[1]
        return torch.cat([memory[:, :prefix], memory[:, prefix:] + positions], dim=1)
