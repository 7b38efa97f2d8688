"""Dense contrastive loss on exact correspondences of generated clips.

A cell of one frame must find its own surface point among all cells of another frame: cross-entropy of the softmax of
similarities against the bilinear weights of the exact position (visible cells only). Two more terms train what label
propagation does with such a softmax: the share that falls on the right object (`same object`), and the products of the
softmaxes along the chain of frames, back from the last one, which must still arrive at the right place (`walk`):
against drift.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import torch
import torch.nn.functional as F
from torch import Tensor

from propago_trainer.data.batch import Batch

# Keeps the logarithm of an empty share finite; its gradient then pushes all keys of the right place.
SMALLEST_SHARE = 1e-6


@dataclass(frozen=True)
class CorrespondenceWeights:
    """Weights of the three terms, the temperature of every softmax, and how far other objects are pushed away."""

    position: float = 1.0
    same_object: float = 0.5
    walk: float = 0.5
    temperature: float = 0.07
    margin: float = 0.0
    """Added to the cosine of cells of other objects while training, so that they must be further away by it."""


@dataclass(frozen=True)
class Pairs:
    """Correspondences of Q pairs of frames for the same n query cells of each, as whole tensors."""

    frames: tuple[tuple[int, int], ...]
    """(query, key) of each pair."""
    points: Tensor
    """[B, Q, n, 2]."""
    visible: Tensor
    """[B, Q, n] bool."""
    cells: Tensor | None
    """The n query cells of N, int64; None are all."""

    @staticmethod
    def of(batch: Batch, cells: Tensor | None) -> Pairs:
        """Those of a batch."""
        frames = tuple((pair.query, pair.key) for pair in batch.correspondences)
        points = torch.stack([pair.points for pair in batch.correspondences], dim=1)
        visible = torch.stack([pair.visible for pair in batch.correspondences], dim=1)
        if cells is not None:
            points, visible = points[:, :, cells], visible[:, :, cells]
        return Pairs(frames, points, visible, cells)

    def part(self, first: int, count: int) -> Pairs:
        """Some of the pairs."""
        some = slice(first, first + count)
        return replace(self, frames=self.frames[some], points=self.points[:, some], visible=self.visible[:, some])

    def queries(self, values: Tensor) -> Tensor:
        """The query cells of values [B, T, N, ...] of every pair, [B, Q, n, ...]."""
        values = values if self.cells is None else values[:, :, self.cells]
        return torch.stack([values[:, query] for query, _ in self.frames], dim=1)

    def keys(self, values: Tensor) -> Tensor:
        """All cells of values [B, T, N, ...] of every pair's key frame, [B, Q, N, ...]."""
        return torch.stack([values[:, key] for _, key in self.frames], dim=1)


def correspondence_loss(
    features: Tensor,
    batch: Batch,
    grid: tuple[int, int],
    weights: CorrespondenceWeights,
    cells: Tensor | None = None,
) -> tuple[Tensor, dict[str, Tensor]]:
    """features [B, T, N, D] of a batch with correspondences, `grid` = (rows, cols), N = rows * cols -> loss, parts.

    `cells`: numbers of the cells that are queries, int64 [n]; without it all are.
    """
    return dense_loss(features, Pairs.of(batch, cells), batch.labels, grid, weights)


def dense_loss(
    features: Tensor, pairs: Pairs, labels: Tensor | None, grid: tuple[int, int], weights: CorrespondenceWeights
) -> tuple[Tensor, dict[str, Tensor]]:
    """The same of tensors alone. labels [B, T, N]."""
    unit = F.normalize(features.float(), dim=-1)
    position, same, found, alike = (unit.new_zeros(()) for _ in range(4))
    steps: dict[int, Tensor] = {}
    # A GPU takes all pairs at once, a processor those that fit its caches.
    count = len(pairs.frames) if unit.is_cuda else 1
    for first in range(0, len(pairs.frames), count):
        some = pairs.part(first, count)
        logits = (some.queries(unit) @ some.keys(unit).transpose(2, 3)).float() / weights.temperature
        own = None
        if labels is not None and weights.same_object > 0:
            # [B, Q, n, N]
            own = some.queries(labels)[..., None] == some.keys(labels)[..., None, :]
            if weights.margin:
                logits = logits + ~own * (weights.margin / weights.temperature)
        log_share = F.log_softmax(logits, dim=-1)
        position = position - (at_points(log_share, some.points, grid) * some.visible).sum()
        found = found + some.visible.sum()
        share = log_share.exp()
        if own is not None:
            there = own.any(-1)
            same = same - (torch.log((share * own).sum(-1) + SMALLEST_SHARE) * there).sum()
            alike = alike + there.sum()
        if pairs.cells is None and not weights.margin:
            steps |= {query: share[:, i] for i, (query, key) in enumerate(some.frames) if query == key + 1}
    position, same = position / found.clamp(min=1), same / alike.clamp(min=1)
    walk = walk_loss(unit, pairs, grid, weights.temperature, steps) if weights.walk > 0 else unit.new_zeros(())
    loss = weights.position * position + weights.same_object * same + weights.walk * walk
    return loss, {"position": position.detach(), "sameObject": same.detach(), "walk": walk.detach()}


def walk_loss(
    unit: Tensor, pairs: Pairs, grid: tuple[int, int], temperature: float, steps: Mapping[int, Tensor]
) -> Tensor:
    """Walks step by step from the last frame back to the key of every pair that is two steps or more long.

    unit [B, T, N, D] of unit length; `steps` are softmaxes from all cells of a frame to the one before it, those that
    there are already. 0 where there is no such pair.
    """
    last = unit.shape[1] - 1
    ends = {key: index for index, (query, key) in enumerate(pairs.frames) if query == last and key < last - 1}
    if not ends:
        return unit.new_zeros(())

    def step(frame: int, queries: Tensor) -> Tensor:
        if frame in steps:
            return steps[frame]
        return F.softmax(queries @ unit[:, frame - 1].transpose(1, 2) / temperature, dim=-1)

    arrived = step(last, unit[:, last] if pairs.cells is None else unit[:, last, pairs.cells])
    losses = []
    for frame in range(last - 1, min(ends), -1):
        arrived = arrived @ step(frame, unit[:, frame])
        if frame - 1 in ends:
            index = ends[frame - 1]
            log_arrived = torch.log(at_points(arrived.float(), pairs.points[:, index], grid) + SMALLEST_SHARE)
            losses.append(masked_mean(-log_arrived, pairs.visible[:, index]))
    return torch.stack(losses).mean()


def at_points(values: Tensor, points: Tensor, grid: tuple[int, int]) -> Tensor:
    """Mean of values [..., P, N] of the cells round each point [..., P, 2], weighted by its distances -> [..., P]."""
    cells, weights = bilinear_cells(points, grid)
    return (values.gather(-1, cells) * weights).sum(-1)


def bilinear_cells(points: Tensor, grid: tuple[int, int]) -> tuple[Tensor, Tensor]:
    """The four cells round each point [..., P, 2] and their weights, both [..., P, 4]; weights sum to 1."""
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


def masked_mean(values: Tensor, mask: Tensor) -> Tensor:
    """Mean of the values whose mask is set; 0 if none is."""
    return (values * mask).sum() / mask.sum().clamp(min=1)
