"""Vision transformer encoder for any image size (Dosovitskiy et al. 2021, with the positions of MAE)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor, nn

Positions = Literal["sincos", "learned", "none"]


@dataclass(frozen=True)
class VitConfig:
    """Shape of an encoder. `grid` is the (rows, cols) of a learned position table; other grids interpolate it."""

    dim: int
    depth: int
    heads: int
    patch: int = 16
    mlp_ratio: float = 4.0
    positions: Positions = "sincos"
    cls: bool = True
    registers: int = 0
    grid: tuple[int, int] = (14, 14)


VIT_SIZES: dict[str, VitConfig] = {
    "tiny": VitConfig(dim=192, depth=12, heads=3),
    "small": VitConfig(dim=384, depth=12, heads=6),
    "base": VitConfig(dim=768, depth=12, heads=12),
    "large": VitConfig(dim=1024, depth=24, heads=16),
}


def sincos_positions(dim: int, rows: Tensor, cols: Tensor) -> Tensor:
    """Two-dimensional sin-cos positions. rows [R], cols [C] in patches (fractions allowed) -> [R * C, dim].

    The first half of the channels encodes the column, the second the row, as in MAE.
    """
    if dim % 4 != 0:
        raise ValueError(f"sin-cos positions need a dimension divisible by 4, not {dim}")
    quarter = dim // 4
    rate = 10000 ** (-torch.arange(quarter, dtype=torch.float32, device=rows.device) / quarter)
    by_col = cols.float()[:, None] * rate
    by_row = rows.float()[:, None] * rate
    col_part = torch.cat([by_col.sin(), by_col.cos()], dim=1)[None].expand(len(rows), -1, -1)
    row_part = torch.cat([by_row.sin(), by_row.cos()], dim=1)[:, None].expand(-1, len(cols), -1)
    return torch.cat([col_part, row_part], dim=2).reshape(-1, dim)


class Attention(nn.Module):
    """Multi-head self-attention, [B, n, D] -> [B, n, D]."""

    def __init__(self, dim: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(dim, 3 * dim)
        self.proj = nn.Linear(dim, dim)

    def forward(self, x: Tensor) -> Tensor:
        b, n, d = x.shape
        q, k, v = self.qkv(x).view(b, n, 3, self.heads, d // self.heads).permute(2, 0, 3, 1, 4)
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

    def __init__(self, dim: int, heads: int, mlp_ratio: float) -> None:
        super().__init__()
        self.norm1 = nn.LayerNorm(dim, eps=1e-6)
        self.attn = Attention(dim, heads)
        self.norm2 = nn.LayerNorm(dim, eps=1e-6)
        self.mlp = Mlp(dim, int(dim * mlp_ratio))

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.attn(self.norm1(x))
        out: Tensor = x + self.mlp(self.norm2(x))
        return out


class VisionTransformer(nn.Module):
    """Encoder whose patches can be encoded in any subset, as masked autoencoders need it."""

    def __init__(self, config: VitConfig) -> None:
        super().__init__()
        self.config = config
        self.patch_proj = nn.Conv2d(3, config.dim, config.patch, config.patch)
        self.cls_token = nn.Parameter(torch.zeros(1, 1, config.dim)) if config.cls else None
        self.register_tokens = (
            nn.Parameter(torch.zeros(1, config.registers, config.dim)) if config.registers else None
        )
        table = 1 + config.grid[0] * config.grid[1] if config.cls else config.grid[0] * config.grid[1]
        self.pos_embed = (
            nn.Parameter(torch.zeros(1, table, config.dim)) if config.positions == "learned" else None
        )
        self.blocks = nn.ModuleList(
            Block(config.dim, config.heads, config.mlp_ratio) for _ in range(config.depth)
        )
        self.norm = nn.LayerNorm(config.dim, eps=1e-6)
        initialise(self)

    def positions(self, rows: int, cols: int) -> Tensor | None:
        """Positions of the patches, [1, rows * cols, D]; None if the encoder has none."""
        if self.config.positions == "none":
            return None
        if self.pos_embed is None:
            device = self.patch_proj.weight.device
            return sincos_positions(
                self.config.dim,
                torch.arange(rows, device=device),
                torch.arange(cols, device=device),
            )[None]
        table = self.pos_embed[:, 1:] if self.cls_token is not None else self.pos_embed
        if (rows, cols) == self.config.grid:
            return table
        square = table.reshape(1, *self.config.grid, -1).permute(0, 3, 1, 2)
        resized = F.interpolate(square, size=(rows, cols), mode="bicubic", align_corners=False)
        return resized.permute(0, 2, 3, 1).reshape(1, rows * cols, -1)

    def patch_embed(self, images: Tensor) -> Tensor:
        """Images [B, 3, H, W] (sides multiples of the patch) -> tokens with positions [B, N, D], row-major."""
        grid = self.patch_proj(images)
        tokens: Tensor = grid.flatten(2).transpose(1, 2)
        positions = self.positions(grid.shape[2], grid.shape[3])
        return tokens if positions is None else tokens + positions

    def encode(self, tokens: Tensor) -> Tensor:
        """Any subset of patch tokens [B, n, D] -> [B, prefix + n, D] after the last norm; CLS first."""
        prefix: Sequence[Tensor] = []
        if self.cls_token is not None:
            cls = self.cls_token
            if self.pos_embed is not None:
                cls = cls + self.pos_embed[:, :1]
            prefix = [cls.expand(len(tokens), -1, -1)]
        if self.register_tokens is not None:
            prefix = [*prefix, self.register_tokens.expand(len(tokens), -1, -1)]
        x = torch.cat([*prefix, tokens], dim=1) if prefix else tokens
        for block in self.blocks:
            x = block(x)
        out: Tensor = self.norm(x)
        return out

    @property
    def prefix(self) -> int:
        """Tokens before the patches: CLS and registers."""
        return (self.cls_token is not None) + self.config.registers

    def forward(self, images: Tensor) -> Tensor:
        """Images [B, 3, H, W] -> patch features [B, N, D] after the last norm, without CLS."""
        return self.encode(self.patch_embed(images))[:, self.prefix :]


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
