"""Reads vision transformers under the names that timm gave them and those that others made of these."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

import torch
from torch import Tensor

from propago_trainer.importers.checkpoint import Checkpoint, CheckpointError
from propago_trainer.models.vit import VisionTransformer, VitConfig

#: Heads of published models whose heads are not 64 channels wide (ViT-H of MAE, VideoMAE and timm; SO400M).
USUAL_HEADS: Mapping[int, int] = {1280: 16, 1152: 16, 1408: 16, 1664: 16}
#: Names that are certain to be in a vision transformer.
VIT_ANCHORS = ("patch_embed.proj.weight", "blocks.0.norm1.weight")


@dataclass(frozen=True)
class VitParts:
    """What the families name or do differently; the rest is found by the names that are there."""

    registers: str = "register_tokens"
    eps: float = 1e-6
    grid_offset: float = 0.0
    antialias: bool = False
    rope_base: float | None = None
    """Base of rotary periods that are not stored."""
    heads: Mapping[int, int] = field(default_factory=lambda: USUAL_HEADS)


def read_vit(
    checkpoint: Checkpoint,
    parts: VitParts,
    *,
    heads: int | None,
    positions: Tensor | Literal["rotary"],
    cls_position: bool,
) -> VisionTransformer:
    """A vision transformer with a checkpoint's weights.

    @param positions learned or fixed table [1, p + n * n, dim], p = 1 if it begins with CLS; or "rotary"
    @raises CheckpointError if the shapes contradict each other
    """
    dim, patch = patch_shape(checkpoint)
    blocks = 1 + max(
        (int(found.group(1)) for name in checkpoint.names() if (found := re.match(r"blocks\.(\d+)\.", name))),
        default=-1,
    )
    registers = checkpoint.shape(parts.registers)[1] if checkpoint.has(parts.registers) else 0
    config = VitConfig(
        dim=dim,
        depth=blocks,
        heads=heads or heads_of(checkpoint, parts, dim),
        patch=patch,
        positions="learned" if isinstance(positions, Tensor) else "rotary",
        cls=checkpoint.has("cls_token"),
        cls_position=cls_position,
        grid_offset=parts.grid_offset,
        antialias=parts.antialias,
        registers=registers,
        layer_scale=any(checkpoint.has(f"blocks.0.{name}") for name in ("ls1.gamma", "gamma_1")),
        qkv_bias=any(checkpoint.has(f"blocks.0.attn.{name}") for name in ("qkv.bias", "q.bias", "q_bias")),
        eps=parts.eps,
    )
    config = with_feed_forward(checkpoint, config)
    if dim % config.heads != 0:
        raise CheckpointError(f"Width {dim} cannot be divided into {config.heads} heads.")
    weights: dict[str, Tensor] = {
        "patch_proj.weight": still_kernel(checkpoint, "patch_embed.proj.weight", dim, patch),
        "patch_proj.bias": checkpoint.take("patch_embed.proj.bias", dim),
    }
    if config.cls:
        weights["cls_token"] = checkpoint.take("cls_token", 1, 1, dim)
    if registers:
        weights["register_tokens"] = checkpoint.take(parts.registers, 1, registers, dim)
    if isinstance(positions, Tensor):
        side = math.isqrt(positions.shape[1] - int(config.cls and cls_position))
        config = replace(config, grid=(side, side))
        weights["pos_embed"] = positions
    else:
        weights["periods"] = periods_of(checkpoint, parts, dim // config.heads)
    for index in range(blocks):
        weights |= read_block(checkpoint, config, f"blocks.{index}")
    norm = "norm" if checkpoint.has("norm.weight") or not checkpoint.has("fc_norm.weight") else "fc_norm"
    for part in ("weight", "bias"):
        weights[f"norm.{part}"] = checkpoint.take(f"{norm}.{part}", dim)
    # Nothing is drawn or copied: the encoder takes the tensors of the file.
    with torch.device("meta"):
        encoder = VisionTransformer(config)
    encoder.load_state_dict(weights, assign=True)
    return encoder


def periods_of(checkpoint: Checkpoint, parts: VitParts, width: int) -> Tensor:
    """Rotary periods of a head of `width` channels, [width / 4], stored or computed as DINOv3 initialises them."""
    if parts.rope_base is None:
        return checkpoint.take("rope_embed.periods", width // 4)
    exponents = 2 * torch.arange(width // 4, dtype=torch.float32) / (width // 2)
    periods: Tensor = parts.rope_base**exponents
    return periods


def patch_shape(checkpoint: Checkpoint) -> tuple[int, int]:
    """Width of the tokens and side of a patch (px)."""
    shape = checkpoint.shape("patch_embed.proj.weight")
    if len(shape) not in (4, 5) or shape[1] != 3 or shape[-1] != shape[-2]:
        raise CheckpointError(f"patch_embed.proj.weight of shape {list(shape)} is no projection of square RGB patches.")
    return shape[0], shape[-1]


def still_kernel(checkpoint: Checkpoint, name: str, dim: int, patch: int) -> Tensor:
    """The projection of patches; one of tubelets is summed over time, which equals repeating a still frame."""
    shape = checkpoint.shape(name)
    if len(shape) == 5:
        return checkpoint.take(name, dim, 3, shape[2], patch, patch).sum(dim=2)
    return checkpoint.take(name, dim, 3, patch, patch)


def heads_of(checkpoint: Checkpoint, parts: VitParts, dim: int) -> int:
    """Heads by the rotary periods (a quarter of a head's width), the family's table, or 64 channels each."""
    if checkpoint.has("rope_embed.periods"):
        return dim // (4 * checkpoint.shape("rope_embed.periods")[0])
    return parts.heads.get(dim, max(1, dim // 64))


def with_feed_forward(checkpoint: Checkpoint, config: VitConfig) -> VitConfig:
    """Kind and width of the feed-forward of the first block; the others must agree."""
    for name, halves in (("w12", 2), ("w1", 1)):
        if checkpoint.has(f"blocks.0.mlp.{name}.weight"):
            hidden = checkpoint.shape(f"blocks.0.mlp.{name}.weight")[0] // halves
            return replace(config, feed_forward="swiglu", mlp_ratio=hidden / config.dim)
    return replace(
        config, mlp_ratio=checkpoint.shape("blocks.0.mlp.fc1.weight", 4 * config.dim, config.dim)[0] / config.dim
    )


def read_block(checkpoint: Checkpoint, config: VitConfig, block: str) -> dict[str, Tensor]:
    dim = config.dim
    weights = {f"{block}.attn.qkv.weight": query_key_value(checkpoint, f"{block}.attn", dim)}
    if config.qkv_bias:
        weights[f"{block}.attn.qkv.bias"] = query_key_value_bias(checkpoint, f"{block}.attn", dim)
    same = {"attn.proj.weight": (dim, dim), "attn.proj.bias": (dim,)}
    for norm in ("norm1", "norm2"):
        same |= {f"{norm}.weight": (dim,), f"{norm}.bias": (dim,)}
    for name, shape in same.items():
        weights[f"{block}.{name}"] = checkpoint.take(f"{block}.{name}", *shape)
    for name, value in feed_forward(checkpoint, config, f"{block}.mlp").items():
        weights[f"{block}.mlp.{name}"] = value
    if config.layer_scale:
        for number in (1, 2):
            short = f"{block}.gamma_{number}"
            name = short if checkpoint.has(short) else f"{block}.ls{number}.gamma"
            weights[f"{block}.ls{number}.gamma"] = checkpoint.take(name, dim)
    return weights


def query_key_value(checkpoint: Checkpoint, name: str, dim: int) -> Tensor:
    if checkpoint.has(f"{name}.q.weight"):
        return torch.cat([checkpoint.take(f"{name}.{part}.weight", dim, dim) for part in "qkv"])
    return checkpoint.take(f"{name}.qkv.weight", 3 * dim, dim)


def query_key_value_bias(checkpoint: Checkpoint, name: str, dim: int) -> Tensor:
    """One bias for all three; BEiT, VideoMAE and DINOv3 have none for the keys (softmax cancels it)."""
    if checkpoint.has(f"{name}.q.bias"):
        # Hugging Face's DINOv3 has none for the keys.
        stored = [part for part in "qkv" if part != "k" or checkpoint.has(f"{name}.k.bias")]
        biases = {part: checkpoint.take(f"{name}.{part}.bias", dim) for part in stored}
        return torch.cat([biases.get(part, torch.zeros(dim)) for part in "qkv"])
    if checkpoint.has(f"{name}.q_bias"):
        query, value = (checkpoint.take(f"{name}.{part}_bias", dim) for part in "qv")
        return torch.cat([query, torch.zeros(dim), value])
    bias = checkpoint.take(f"{name}.qkv.bias", 3 * dim)
    if checkpoint.has(f"{name}.qkv.bias_mask"):
        # Where the mask was never filled it is NaN; the meaning is fixed: no bias for the keys.
        checkpoint.take(f"{name}.qkv.bias_mask", 3 * dim)
        bias = torch.cat([bias[:dim], torch.zeros(dim), bias[2 * dim :]])
    return bias


def feed_forward(checkpoint: Checkpoint, config: VitConfig, name: str) -> dict[str, Tensor]:
    """Weights of `fc1` and `fc2`; a SwiGLU's gate and value projections are one `fc1`."""
    dim, hidden = config.dim, round(config.dim * config.mlp_ratio)
    shapes: dict[str, tuple[int, ...]]
    if config.feed_forward == "gelu":
        shapes = {"fc1.weight": (hidden, dim), "fc1.bias": (hidden,), "fc2.weight": (dim, hidden), "fc2.bias": (dim,)}
        return {part: checkpoint.take(f"{name}.{part}", *shape) for part, shape in shapes.items()}
    weights = {
        "fc2.weight": checkpoint.take(f"{name}.w3.weight", dim, hidden),
        "fc2.bias": checkpoint.take(f"{name}.w3.bias", dim),
    }
    for part, inner in (("weight", (dim,)), ("bias", ())):
        if checkpoint.has(f"{name}.w12.{part}"):
            weights[f"fc1.{part}"] = checkpoint.take(f"{name}.w12.{part}", 2 * hidden, *inner)
        else:
            both = [checkpoint.take(f"{name}.{gate}.{part}", hidden, *inner) for gate in ("w1", "w2")]
            weights[f"fc1.{part}"] = torch.cat(both)
    return weights


def table_of(checkpoint: Checkpoint, name: str) -> tuple[Tensor, bool]:
    """A table with a row per patch of a square grid, and whether a row for CLS stands before them.

    @raises CheckpointError if the rows are those of no square
    """
    shape = checkpoint.shape(name, 1, 1, patch_shape(checkpoint)[0])
    rows = shape[1] if len(shape) == 3 else 0
    for before in (0, 1):
        if rows > before and math.isqrt(rows - before) ** 2 == rows - before:
            return checkpoint.take(name, 1, rows, shape[2]), before == 1
    raise CheckpointError(f"{name} of shape {list(shape)} is no table of a square grid, with or without CLS.")
