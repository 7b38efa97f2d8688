"""Vision transformer encoder for any image size (Dosovitskiy et al. 2021), with the variants of public checkpoints.

Variants: positions (computed sin-cos as in MAE, a learned table, rotary as in DINOv3), CLS and register tokens,
LayerScale, GELU or SwiGLU feed-forward.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from propago_trainer.config import VIT_SHAPES
from propago_trainer.models.gating import LayerScale, SwiGlu
from propago_trainer.models.positions import rotary_angles, rotate
from propago_trainer.models.positions import sincos_positions as sincos_positions

Positions = Literal["sincos", "learned", "rotary", "none"]
FeedForward = Literal["gelu", "swiglu"]
#: What sin-cos positions become at other sizes than the trained one: the trained table interpolated, or computed on.
OtherSizes = Literal["stretch", "extend"]


@dataclass(frozen=True)
class VitConfig:
    """Shape of an encoder.

    `grid` is the (rows, cols) of a learned position table; other grids interpolate it (bicubic). `cls_position`: the
    table begins with a row for CLS; `grid_offset`: added to the sides of another grid where only the scale counts, 0.1
    in DINO's code and what follows it; `antialias`: the interpolation is antialiased, which excludes an offset.
    `mlp_ratio` is the hidden width of the feed-forward over `dim`; SwiGLU has two
    projections of that width. `eps` is that of every LayerNorm.
    """

    dim: int
    depth: int
    heads: int
    patch: int = 16
    mlp_ratio: float = 4.0
    positions: Positions = "sincos"
    cls: bool = True
    registers: int = 0
    grid: tuple[int, int] = (14, 14)
    cls_position: bool = True
    grid_offset: float = 0.0
    antialias: bool = False
    feed_forward: FeedForward = "gelu"
    layer_scale: bool = False
    qkv_bias: bool = True
    eps: float = 1e-6


VIT_SIZES = {name: VitConfig(*shape) for name, shape in VIT_SHAPES.items()}


class Attention(nn.Module):
    """Multi-head self-attention, [B, n, D] -> [B, n, D]."""

    def __init__(self, dim: int, heads: int, qkv_bias: bool = True) -> None:
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(dim, 3 * dim, bias=qkv_bias)
        self.proj = nn.Linear(dim, dim)

    def forward(self, x: Tensor, rotation: tuple[Tensor, Tensor] | None = None) -> Tensor:
        """`rotation`: cosines and sines [n, D / heads] that turn queries and keys."""
        b, n, d = x.shape
        q, k, v = self.qkv(x).view(b, n, 3, self.heads, d // self.heads).permute(2, 0, 3, 1, 4)
        if rotation is not None:
            q, k = rotate(q, *rotation), rotate(k, *rotation)
        mixed = F.scaled_dot_product_attention(q, k, v)
        out: Tensor = self.proj(mixed.transpose(1, 2).reshape(b, n, d))
        return out


class Mlp(nn.Module):
    """Two linear layers with GELU between, on the last dimension."""

    def __init__(self, dim: int, hidden: int) -> None:
        super().__init__()
        self.fc1 = nn.Linear(dim, hidden)
        self.fc2 = nn.Linear(hidden, dim)

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.fc2(F.gelu(self.fc1(x)))
        return out


class Block(nn.Module):
    """Pre-norm transformer block, [B, n, D] -> [B, n, D]."""

    def __init__(
        self,
        dim: int,
        heads: int,
        mlp_ratio: float,
        *,
        feed_forward: FeedForward = "gelu",
        layer_scale: bool = False,
        qkv_bias: bool = True,
        eps: float = 1e-6,
    ) -> None:
        super().__init__()
        self.norm1 = nn.LayerNorm(dim, eps=eps)
        self.attn = Attention(dim, heads, qkv_bias)
        self.ls1 = LayerScale(dim) if layer_scale else nn.Identity()
        self.norm2 = nn.LayerNorm(dim, eps=eps)
        hidden = round(dim * mlp_ratio)
        self.mlp = SwiGlu(dim, hidden) if feed_forward == "swiglu" else Mlp(dim, hidden)
        self.ls2 = LayerScale(dim) if layer_scale else nn.Identity()

    def forward(self, x: Tensor, rotation: tuple[Tensor, Tensor] | None = None) -> Tensor:
        x = x + self.ls1(self.attn(self.norm1(x), rotation))
        out: Tensor = x + self.ls2(self.mlp(self.norm2(x)))
        return out


class VisionTransformer(nn.Module):
    """Encoder whose patches can be encoded in any subset, as masked autoencoders need it."""

    def __init__(self, config: VitConfig) -> None:
        super().__init__()
        self.config = config
        self.patch_proj = nn.Conv2d(3, config.dim, config.patch, config.patch)
        self.cls_token = nn.Parameter(torch.zeros(1, 1, config.dim)) if config.cls else None
        self.register_tokens = nn.Parameter(torch.zeros(1, config.registers, config.dim)) if config.registers else None
        table = int(self.has_cls_position) + config.grid[0] * config.grid[1]
        self.pos_embed = nn.Parameter(torch.zeros(1, table, config.dim)) if config.positions == "learned" else None
        quarter = config.dim // config.heads // 4
        self.periods: Tensor | None
        self.register_buffer(
            "periods",
            100.0 ** (torch.arange(quarter) / quarter) if config.positions == "rotary" else None,
        )
        self.blocks = nn.ModuleList(
            Block(
                config.dim,
                config.heads,
                config.mlp_ratio,
                feed_forward=config.feed_forward,
                layer_scale=config.layer_scale,
                qkv_bias=config.qkv_bias,
                eps=config.eps,
            )
            for _ in range(config.depth)
        )
        self.norm = nn.LayerNorm(config.dim, eps=config.eps)
        initialise(self)

    @property
    def has_cls_position(self) -> bool:
        """Whether the first row of a learned position table belongs to CLS."""
        return self.config.cls and self.config.cls_position

    def positions(self, rows: int, cols: int) -> Tensor | None:
        """What is added to the patch tokens, [1, rows * cols, D]; None if nothing is."""
        if self.config.positions in ("none", "rotary"):
            return None
        if self.pos_embed is None:
            device = self.patch_proj.weight.device
            return sincos_positions(
                self.config.dim,
                torch.arange(rows, device=device),
                torch.arange(cols, device=device),
            )[None]
        table = self.pos_embed[:, 1:] if self.has_cls_position else self.pos_embed
        if (rows, cols) == self.config.grid:
            return table
        square = table.reshape(1, *self.config.grid, -1).permute(0, 3, 1, 2)
        if self.config.grid_offset:
            offset = self.config.grid_offset
            scale = ((rows + offset) / square.shape[2], (cols + offset) / square.shape[3])
            resized = F.interpolate(square, scale_factor=scale, mode="bicubic", align_corners=False)
        else:
            antialias = self.config.antialias
            resized = F.interpolate(square, size=(rows, cols), mode="bicubic", align_corners=False, antialias=antialias)
        return resized.permute(0, 2, 3, 1).reshape(1, rows * cols, -1)

    def patch_embed(self, images: Tensor) -> Tensor:
        """Images [B, 3, H, W] (sides multiples of the patch) -> tokens with positions [B, N, D], row-major."""
        grid = self.patch_proj(images)
        tokens: Tensor = grid.flatten(2).transpose(1, 2)
        positions = self.positions(grid.shape[2], grid.shape[3])
        return tokens if positions is None else tokens + positions

    def rotation(self, rows: int, cols: int) -> tuple[Tensor, Tensor] | None:
        """Cosines and sines [prefix + rows * cols, D / heads] of rotary positions; the prefix is not turned."""
        if self.periods is None:
            return None
        angles = F.pad(rotary_angles(self.periods, rows, cols), (0, 0, self.prefix, 0))
        return angles.cos(), angles.sin()

    def encode(self, tokens: Tensor, rotation: tuple[Tensor, Tensor] | None = None) -> Tensor:
        """Any subset of patch tokens [B, n, D] -> [B, prefix + n, D] after the last norm; CLS first.

        Rotary positions are no part of the tokens: `rotation` gives those of the prefix and of the same subset.
        """
        prefix: Sequence[Tensor] = []
        if self.cls_token is not None:
            cls: Tensor = self.cls_token
            if self.pos_embed is not None and self.has_cls_position:
                cls = cls + self.pos_embed[:, :1]
            prefix = [cls.expand(len(tokens), -1, -1)]
        if self.register_tokens is not None:
            prefix = [*prefix, self.register_tokens.expand(len(tokens), -1, -1)]
        x = torch.cat([*prefix, tokens], dim=1) if prefix else tokens
        for block in self.blocks:
            x = block(x, rotation)
        out: Tensor = self.norm(x)
        return out

    @property
    def prefix(self) -> int:
        """Tokens before the patches: CLS and registers."""
        return (self.cls_token is not None) + self.config.registers

    def forward(self, images: Tensor) -> Tensor:
        """Images [B, 3, H, W] -> patch features [B, N, D] after the last norm, without CLS."""
        rotation = self.rotation(images.shape[2] // self.config.patch, images.shape[3] // self.config.patch)
        return self.encode(self.patch_embed(images), rotation)[:, self.prefix :]


def stretched(encoder: VisionTransformer) -> VisionTransformer:
    """The same encoder with the sin-cos positions of its training grid as a table, which other grids interpolate.

    At its own grid nothing changes. Elsewhere it sees the positions it was trained with, stretched to the grid plus 0.1
    as the evaluations of MAE, SiamMAE and CropMAE do, instead of places beyond any that it has seen.
    """
    config = replace(encoder.config, positions="learned", cls_position=False, grid_offset=0.1)
    made = VisionTransformer(config)
    table = sincos_positions(config.dim, torch.arange(config.grid[0]), torch.arange(config.grid[1]))[None]
    made.load_state_dict({**encoder.state_dict(), "pos_embed": table})
    return made


def initialise(module: nn.Module) -> None:
    """Xavier weights and zero biases for every linear layer and patch projection; small CLS, registers, positions."""
    for name, part in module.named_modules():
        if isinstance(part, nn.Linear):
            nn.init.xavier_uniform_(part.weight)
            if part.bias is not None:
                nn.init.zeros_(part.bias)
        elif isinstance(part, nn.Conv2d) and name.endswith("patch_proj"):
            nn.init.xavier_uniform_(part.weight.view(part.weight.shape[0], -1))
    for name, parameter in module.named_parameters(recurse=False):
        if name in ("cls_token", "register_tokens", "pos_embed"):
            nn.init.normal_(parameter, std=0.02)
