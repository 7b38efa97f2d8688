"""Decoders of SiamMAE (paper section 3 and Table 2): how the tokens of f2 read those of f1."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from propago_trainer.models.vit import Block, Mlp


class CrossAttention(nn.Module):
    """Queries [B, n, D] read keys [B, m, D] -> [B, n, D]."""

    def __init__(self, dim: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.query = nn.Linear(dim, dim)
        self.key_value = nn.Linear(dim, 2 * dim)
        self.proj = nn.Linear(dim, dim)

    def forward(self, x: Tensor, memory: Tensor) -> Tensor:
        b, n, d = x.shape
        q = self.query(x).view(b, n, self.heads, -1).transpose(1, 2)
        k, v = self.key_value(memory).view(b, memory.shape[1], 2, self.heads, -1).permute(2, 0, 3, 1, 4)
        out: Tensor = self.proj(F.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(b, n, d))
        return out


class CrossBlock(nn.Module):
    """Cross-attention to f1, then (cross-self only) self-attention within f2, then an MLP; pre-norm."""

    def __init__(self, dim: int, heads: int, *, with_self: bool, mlp_ratio: float = 4.0) -> None:
        super().__init__()
        self.norm_cross = nn.LayerNorm(dim, eps=1e-6)
        self.cross = CrossAttention(dim, heads)
        self.own = Block(dim, heads, mlp_ratio) if with_self else None
        self.norm_mlp = None if with_self else nn.LayerNorm(dim, eps=1e-6)
        self.mlp = None if with_self else Mlp(dim, int(dim * mlp_ratio))

    def forward(self, x: Tensor, memory: Tensor) -> Tensor:
        x = x + self.cross(self.norm_cross(x), memory)
        if self.own is not None:
            out: Tensor = self.own(x)
            return out
        assert self.mlp is not None
        assert self.norm_mlp is not None
        return x + self.mlp(self.norm_mlp(x))


class Decoder(nn.Module):
    """Tokens of f2 [B, n, D] and f1 [B, m, D] (None: FrameMAE) -> tokens of f2 [B, n, D] after the last norm."""

    def __init__(self, kind: str, dim: int, depth: int, heads: int) -> None:
        super().__init__()
        self.kind = kind
        blocks = (
            Block(dim, heads, 4.0) if kind == "joint" else CrossBlock(dim, heads, with_self=kind == "cross-self")
            for _ in range(depth)
        )
        self.blocks = nn.ModuleList(blocks)
        self.norm = nn.LayerNorm(dim, eps=1e-6)

    def forward(self, present: Tensor, past: Tensor | None) -> Tensor:
        x = present
        if self.kind == "joint":
            if past is not None:
                x = torch.cat([present, past], dim=1)
            for block in self.blocks:
                x = block(x)
            x = x[:, : present.shape[1]]
        else:
            # Without another frame the blocks read the frame itself.
            memory = present if past is None else past
            for block in self.blocks:
                x = block(x, memory)
        out: Tensor = self.norm(x)
        return out
