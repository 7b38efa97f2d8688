"""k-NN label propagation score: the labels of the first frame follow the features through a sequence.

A plain PyTorch version of the protocol (preset `dino` of the platform): the platform's own evaluation is the one to
report, this one is for choosing between checkpoints where a trainer runs alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor

from propago_trainer.data.generated import Clips
from propago_trainer.data.normalise import normalise


@dataclass(frozen=True)
class Protocol:
    """How labels are propagated; `radius` in cells."""

    context: int = 7
    top_k: int = 5
    radius: int = 12
    temperature: float = 0.1


@dataclass(frozen=True)
class Sequence:
    """Frames [T, 3, H, W] in 0..1 and labels [T, H, W] int64; frames without ground truth have -1 everywhere."""

    name: str
    frames: Tensor
    labels: Tensor


Encode = Callable[[Tensor], Tensor]
"""Normalised images [B, 3, H, W] -> features [B, N, D]."""


def propagate(features: Tensor, grid: tuple[int, int], first: Tensor, protocol: Protocol) -> Tensor:
    """features [T, N, D], soft labels of frame 0 [N, C] -> soft labels of all frames [T, N, C]."""
    unit = F.normalize(features.float(), dim=-1)
    allowed = neighbourhood(grid, protocol.radius)
    labels = [first]
    for frame in range(1, len(unit)):
        # The first frame always, then the latest ones.
        context = sorted({0, *range(max(0, frame - protocol.context), frame)})
        best, value = [], []
        for key in context:
            similarity = (unit[frame] @ unit[key].T).masked_fill(~allowed, -torch.inf)
            score, index = similarity.topk(min(protocol.top_k, similarity.shape[1]), dim=1)
            best.append(score)
            value.append(labels[key][index])
        candidates = torch.cat(best, dim=1)
        scores, kept = candidates.topk(min(protocol.top_k, candidates.shape[1]), dim=1)
        values = torch.cat(value, dim=1).gather(1, kept[..., None].expand(-1, -1, first.shape[1]))
        labels.append(((scores / protocol.temperature).softmax(dim=1)[..., None] * values).sum(dim=1))
    return torch.stack(labels)


def neighbourhood(grid: tuple[int, int], radius: int) -> Tensor:
    """Which cells a cell may read: square of half-side `radius`, [N, N] bool."""
    row = torch.arange(grid[0]).repeat_interleave(grid[1])
    col = torch.arange(grid[1]).repeat(grid[0])
    return ((row[:, None] - row).abs() <= radius) & ((col[:, None] - col).abs() <= radius)


@torch.no_grad()
def score_sequence(encode: Encode, patch: int, sequence: Sequence, protocol: Protocol) -> float:
    """Mean IoU of the objects of frame 0 over all later frames with ground truth but the last, in percent."""
    frames = sequence.frames
    height, width = (side // patch * patch for side in frames.shape[2:])
    grid = (height // patch, width // patch)
    resized = F.interpolate(frames, size=(height, width), mode="bilinear", align_corners=False)
    features = torch.cat([encode(normalise(frame[None])) for frame in resized])
    objects = [label for label in sequence.labels[0].unique().tolist() if 0 < label < 255]
    classes = torch.stack([(sequence.labels[0] == label).float() for label in [0, *objects]])
    first = F.adaptive_avg_pool2d(classes[None], grid)[0].flatten(1).T
    soft = propagate(features, grid, first, protocol)
    scores = []
    for frame in range(1, len(frames) - 1):
        truth = sequence.labels[frame]
        if bool((truth < 0).all()):
            continue
        maps = soft[frame].T.reshape(1, len(classes), *grid)
        predicted = F.interpolate(maps, size=truth.shape, mode="bilinear", align_corners=False)[0].argmax(dim=0)
        scores += [_iou(predicted == index, truth == label) for index, label in enumerate(objects, 1)]
    return 100 * float(np.mean(scores))


def _iou(predicted: Tensor, truth: Tensor) -> float:
    union = (predicted | truth).sum()
    return 1.0 if union == 0 else float((predicted & truth).sum() / union)


class NoSequences(ValueError):
    """Nothing to score on."""


def score(encode: Encode, patch: int, sequences: Iterable[Sequence], protocol: Protocol) -> dict[str, float]:
    """Score of every sequence and, as `mean`, of all.

    Raises NoSequences when there is none.
    """
    scores = {sequence.name: score_sequence(encode, patch, sequence, protocol) for sequence in sequences}
    if not scores:
        raise NoSequences("there is no sequence with a label in its first frame")
    return {**scores, "mean": float(np.mean(list(scores.values())))}


def generated_sequences(clips: Clips) -> list[Sequence]:
    """Every generated clip that shows an object in its first frame, as a sequence."""
    return [
        Sequence(f"generated-{index:02d}", frames, labels)
        for index, (frames, labels) in enumerate(zip(clips.frames, clips.labels, strict=True))
        if bool((labels[0] > 0).any())
    ]


def folder_sequences(root: Path, *, short_side: int = 480, limit: int | None = None) -> Iterable[Sequence]:
    """Sequences of a DAVIS-layout folder: JPEGImages/[RES/]NAME/*.jpg and Annotations/[RES/]NAME/*.png."""
    for folder in sorted({path.parent for path in (root / "Annotations").rglob("*.png")}):
        images = root / "JPEGImages" / folder.relative_to(root / "Annotations")
        files = sorted(images.glob("*.jpg"))[:limit]
        if not files:
            continue
        frames = torch.stack([_read_image(file, short_side) for file in files])
        labels = torch.stack([_read_labels(folder / f"{file.stem}.png", frames.shape[2:]) for file in files])
        yield Sequence(folder.name, frames, labels)


def _read_image(path: Path, short_side: int) -> Tensor:
    with Image.open(path) as image:
        scale = short_side / min(image.size)
        size = (round(image.width * scale), round(image.height * scale))
        array = np.asarray(image.convert("RGB").resize(size, Image.Resampling.BILINEAR))
    return torch.from_numpy(array.copy()).permute(2, 0, 1).float() / 255


def _read_labels(path: Path, size: torch.Size) -> Tensor:
    if not path.exists():
        return torch.full(tuple(size), -1, dtype=torch.int64)
    with Image.open(path) as image:
        # Grey masks hold 0 and 255, palette masks hold object numbers.
        grey = image.mode == "L"
        array = np.asarray(image.resize((size[1], size[0]), Image.Resampling.NEAREST)).astype(np.int64)
    return torch.from_numpy((array > 127).astype(np.int64) if grey else array.copy())
