"""PNG files that a person looks at: reconstructions, attention of CLS, features as colours, training curves."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import matplotlib as mpl

mpl.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor

from propago_trainer.config import TrainConfig
from propago_trainer.data.batch import Batch
from propago_trainer.data.normalise import denormalise
from propago_trainer.metrics import read_events
from propago_trainer.models.siammae import SiamMae, patchify, unpatchify
from propago_trainer.models.vit import Block, VisionTransformer
from propago_trainer.objectives.siammae import draw_masks

MARGIN = 4
SMOOTHING = 0.05
"""Share of the range of steps that a smoothed curve averages over."""


def tile(rows: list[list[Tensor]]) -> Tensor:
    """Images [3, H, W] in 0..1, row by row -> one image [3, H', W'] on white."""
    lines = [torch.cat([F.pad(image.clamp(0, 1), [MARGIN] * 4, value=1.0) for image in row], dim=2) for row in rows]
    return torch.cat(lines, dim=1)


def save_png(image: Tensor, path: Path) -> None:
    """Writes an image [3, H, W] in 0..1."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray((image * 255).round().byte().permute(1, 2, 0).contiguous().numpy()).save(path)


@torch.no_grad()
def reconstructions(model: SiamMae, batch: Batch, config: TrainConfig) -> Tensor:
    """Rows of f1, f2, f2 as the encoder sees it, prediction (visible patches pasted in), as in Figure 2."""
    past, present = batch.frames[:, 0], batch.frames[:, -1]
    mask, past_mask = draw_masks(batch, config)
    patch = config.patch
    grid = (present.shape[2] // patch, present.shape[3] // patch)
    patches = patchify(present, patch)
    mean, deviation = patches.mean(-1, keepdim=True), patches.var(-1, keepdim=True).add(1e-6).sqrt()
    # The model predicts normalised patches; the truth's mean and deviation make them visible.
    predicted = model(past, present, mask, past_mask) * deviation + mean
    hidden = mask.hidden[..., None]
    shown = unpatchify(patches * ~hidden, patch, grid)
    filled = unpatchify(torch.where(hidden, predicted, patches), patch, grid)
    columns = [denormalise(images) for images in (past, present, shown, filled)]
    return tile([list(row) for row in zip(*columns, strict=True)])


@torch.no_grad()
def cls_attention(encoder: VisionTransformer, images: Tensor) -> Tensor:
    """Attention of CLS in the last block, [B, heads, rows, cols], each head scaled to a maximum of 1 (Figure 5)."""
    kept: list[Tensor] = []
    last = cast(Block, encoder.blocks[-1])
    handle = last.register_forward_pre_hook(lambda _module, inputs: kept.append(inputs[0]))
    try:
        encoder(images)
    finally:
        handle.remove()
    x = kept[0]
    b, n, d = x.shape
    attention = last.attn
    heads = int(encoder.config.heads)
    q, k, _ = attention.qkv(last.norm1(x)).view(b, n, 3, heads, d // heads).permute(2, 0, 3, 1, 4)
    weights = ((q[:, :, :1] @ k.transpose(2, 3)) / (d // heads) ** 0.5).softmax(dim=-1)[:, :, 0, encoder.prefix :]
    patch = encoder.config.patch
    maps = weights.reshape(b, heads, images.shape[2] // patch, images.shape[3] // patch)
    return maps / maps.amax(dim=(2, 3), keepdim=True)


def attention_figure(encoder: VisionTransformer, images: Tensor) -> Tensor:
    """Each image beside its heads' attention maps."""
    maps = F.interpolate(cls_attention(encoder, images), size=images.shape[2:], mode="nearest")
    pictures = denormalise(images)
    return tile(
        [[picture, *(m.expand(3, -1, -1) for m in heads)] for picture, heads in zip(pictures, maps, strict=True)]
    )


@torch.no_grad()
def feature_colours(features: Tensor, grid: tuple[int, int]) -> Tensor:
    """First three principal components of features [T, N, D] over all frames as RGB, [T, 3, rows, cols] in 0..1."""
    flat = F.normalize(features.float(), dim=-1).flatten(0, 1)
    centred = flat - flat.mean(dim=0)
    _, _, axes = torch.linalg.svd(centred.T @ centred)
    parts = centred @ axes[:3].T
    low, high = torch.quantile(parts, 0.01, dim=0), torch.quantile(parts, 0.99, dim=0)
    scaled = ((parts - low) / (high - low).clamp(min=1e-9)).clamp(0, 1)
    return scaled.view(len(features), *grid, 3).permute(0, 3, 1, 2)


def colour_figure(frames: Tensor, features: Tensor, grid: tuple[int, int]) -> Tensor:
    """Frames [T, 3, H, W] in 0..1 above their features as colours: the same part keeps its colour over time."""
    colours = F.interpolate(feature_colours(features, grid), size=frames.shape[2:], mode="nearest")
    return tile([list(frames), list(colours)])


def training_curves(metrics: Path, path: Path) -> None:
    """Loss, its parts and the learning rate of a run's `metrics.jsonl` as one picture."""
    steps = [event for event in read_events(metrics) if event["event"] == "step"]
    if not steps:
        raise ValueError(f"{metrics} has no step")
    x = np.array([line["step"] for line in steps])
    figure, (above, below) = plt.subplots(2, 1, figsize=(8, 7), sharex=True, height_ratios=(3, 1))
    for name in steps[0]["parts"]:
        above.plot(x, _smooth(np.array([line["parts"].get(name, np.nan) for line in steps])), label=name)
    above.plot(x, _smooth(np.array([line["loss"] for line in steps])), label="loss", color="black", linewidth=2)
    above.set_ylabel("loss")
    above.legend()
    above.grid(alpha=0.3)
    below.plot(x, [line["lr"] for line in steps])
    below.set_ylabel("learning rate")
    below.set_xlabel("step")
    figure.tight_layout()
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=110)
    plt.close(figure)


def _smooth(values: np.ndarray) -> np.ndarray:
    width = max(1, int(len(values) * SMOOTHING))
    padded = np.pad(values, (width // 2, width - 1 - width // 2), mode="edge")
    return np.convolve(padded, np.ones(width) / width, mode="valid")
