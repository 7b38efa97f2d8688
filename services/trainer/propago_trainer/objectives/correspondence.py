"""Dense contrastive loss on exact correspondences of generated clips.

A cell of one frame must find its own surface point among all cells of another frame: cross-entropy of the softmax of
similarities against the bilinear weights of the exact position (visible cells only). Two more terms train what label
propagation does with such a softmax: the share that falls on the right object (`same object`), and the product of the
softmaxes along a chain of frames, which must still arrive at the right place (`walk`): against drift.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from propago_trainer.data.batch import Batch, Correspondence

# Keeps the logarithm of an empty share finite; its gradient then pushes all keys of the right place.
SMALLEST_SHARE = 1e-6


@dataclass(frozen=True)
class CorrespondenceWeights:
    """Weights of the three terms, and the temperature of every softmax."""

    position: float = 1.0
    same_object: float = 0.5
    walk: float = 0.5
    temperature: float = 0.07


def correspondence_loss(
    features: Tensor, batch: Batch, grid: tuple[int, int], weights: CorrespondenceWeights
) -> tuple[Tensor, dict[str, Tensor]]:
    """features [B, T, N, D] of a batch with correspondences, `grid` = (rows, cols), N = rows * cols -> loss, parts."""
    unit = F.normalize(features.float(), dim=-1)
    frames = features.shape[1]
    zero = unit.sum() * 0
    position, same, walk = zero, zero, zero
    steps: dict[tuple[int, int], Tensor] = {}
    pairs = [pair for pair in batch.correspondences if not _is_walk(pair, frames)]
    for pair in pairs:
        logits = unit[:, pair.query] @ unit[:, pair.key].transpose(1, 2) / weights.temperature
        log_share = F.log_softmax(logits, dim=-1)
        position = position + masked_mean(-at_points(log_share, pair.points, grid), pair.visible) / len(pairs)
        share = log_share.exp()
        if pair.query == pair.key + 1:
            steps[pair.query, pair.key] = share
        if batch.labels is not None and weights.same_object > 0:
            same = same + same_object_loss(share, batch.labels[:, pair.query], batch.labels[:, pair.key]) / len(pairs)
    for pair in batch.correspondences:
        if _is_walk(pair, frames) and weights.walk > 0:
            arrived = steps[pair.query, pair.query - 1]
            for frame in range(pair.query - 1, pair.key, -1):
                arrived = arrived @ steps[frame, frame - 1]
            log_arrived = torch.log(arrived + SMALLEST_SHARE)
            walk = walk + masked_mean(-at_points(log_arrived, pair.points, grid), pair.visible)
    loss = weights.position * position + weights.same_object * same + weights.walk * walk
    parts = {"position": position.detach(), "sameObject": same.detach(), "walk": walk.detach()}
    return loss, parts


def _is_walk(pair: Correspondence, frames: int) -> bool:
    """The whole chain is walked step by step; its correspondence serves the walk alone."""
    return frames > 2 and pair.query == frames - 1 and pair.key == 0


def at_points(values: Tensor, points: Tensor, grid: tuple[int, int]) -> Tensor:
    """Mean of the values [B, P, N] of the cells round each point [B, P, 2], weighted by its distances -> [B, P]."""
    cells, weights = bilinear_cells(points, grid)
    return (values.gather(2, cells) * weights).sum(-1)


def bilinear_cells(points: Tensor, grid: tuple[int, int]) -> tuple[Tensor, Tensor]:
    """The four cells round each point [B, P, 2] and their weights, both [B, P, 4]; weights sum to 1."""
    rows, cols = grid
    # Points nearer to the rim than half a cell belong to the outermost cells wholly.
    x = (((points[..., 0] + 1) * cols - 1) / 2).clamp(0, cols - 1)
    y = (((points[..., 1] + 1) * rows - 1) / 2).clamp(0, rows - 1)
    left, top = x.floor().clamp(max=max(cols - 2, 0)), y.floor().clamp(max=max(rows - 2, 0))
    right_share, bottom_share = x - left, y - top
    cells, weights = [], []
    for down in (0, 1):
        for across in (0, 1):
            row, col = (top + down).clamp(max=rows - 1), (left + across).clamp(max=cols - 1)
            share_y = bottom_share if down else 1 - bottom_share
            share_x = right_share if across else 1 - right_share
            cells.append((row * cols + col).long())
            weights.append(share_x * share_y)
    return torch.stack(cells, dim=-1), torch.stack(weights, dim=-1)


def same_object_loss(share: Tensor, query_labels: Tensor, key_labels: Tensor) -> Tensor:
    """-log of the share [B, N, N] that falls on cells of the query's own layer; queries whose layer is seen only."""
    same = query_labels[:, :, None] == key_labels[:, None, :]
    kept = (share * same).sum(-1)
    return masked_mean(-torch.log(kept + SMALLEST_SHARE), same.any(dim=-1))


def masked_mean(values: Tensor, mask: Tensor) -> Tensor:
    """Mean of the values whose mask is set; 0 if none is."""
    return (values * mask).sum() / mask.sum().clamp(min=1)
