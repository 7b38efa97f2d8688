"""What each point of a drawn scene shows, and where that surface point is in the other frames."""

from __future__ import annotations

from dataclasses import dataclass, fields

import torch
from torch import Tensor

from propago_trainer.data.bodies.scene import FLAT
from propago_trainer.data.bodies.surfaces import NEAREST, Forms, Primitives
from propago_trainer.data.bodies.trace import Hits, trace

TOLERANCE = 2e-3
"""Of inverse depths: what is nearer than a surface point by this share covers it."""


@dataclass(frozen=True)
class SceneClips:
    """Drawn scenes; see `LabelledClips`."""

    frames: Tensor
    """[B, T, 3, H, W], 0..1."""
    shapes: Primitives
    """Of each frame, [B, T, K + 1, ...]."""
    forms: Forms
    focal: Tensor
    """[B, T]."""
    label: Tensor
    """Of each primitive, [B, K + 1] int64."""
    used: int
    """How many of the K are there."""

    def label_at(self, points: Tensor, frames: Tensor) -> Tensor:
        """See `LabelledClips`."""
        return self._label(self._trace(points, frames).which)

    def correspond(self, points: Tensor, pairs: Tensor) -> tuple[Tensor, Tensor]:
        """See `LabelledClips`."""
        sources, targets = pairs.unbind(1)
        times = torch.arange(self.focal.shape[1], device=points.device)
        hits = self._trace(points[:, None].expand(-1, len(times), -1, -1), times)
        which, depth = hits.which[:, sources], hits.depth[:, sources]
        here, there = (self._points_of(which, frames) for frames in (sources, targets))
        focal, focal_there = (self.focal[:, frames, None] for frames in (sources, targets))
        rays = torch.cat([points[:, None] / focal[..., None], torch.ones_like(depth)[..., None]], -1)
        place = rays / depth[..., None]
        u = (here[..., :9].unflatten(-1, (3, 3)) @ place[..., None])[..., 0] - here[..., 9:12]
        moved = (there[..., 12:21].unflatten(-1, (3, 3)) @ u[..., None])[..., 0] + there[..., 21:24]
        ahead = moved[..., 2] > NEAREST
        inverse = 1 / moved[..., 2].clamp(min=NEAREST)
        image = moved[..., :2] * (focal_there * inverse)[..., None]
        seen = self._trace(image, targets)
        covered = (seen.depth - inverse).abs() > TOLERANCE * inverse
        inside = (image.abs() <= 1).all(-1)
        same = seen.which == which
        # The room is seen from inside.
        faces = self._faces(u, there, moved) | (which == self.label.shape[1] - 1)
        return image, ahead & inside & same & ~covered & faces

    def _points_of(self, which: Tensor, frames: Tensor) -> Tensor:
        """Rows of the primitives `which` [B, Q, P] at frames [Q] -> [B, Q, P, 31]."""
        shapes = self.shapes
        table = torch.cat(
            [shapes.to_material.flatten(-2), shapes.shift, shapes.to_camera.flatten(-2), shapes.centre, shapes.low,
             shapes.high, shapes.bulge[..., None]], -1,
        )[:, frames]  # fmt: skip
        index = which.long()[..., None].expand(*which.shape, table.shape[-1])
        return table.gather(2, index)

    def _faces(self, u: Tensor, rows: Tensor, place: Tensor) -> Tensor:
        """Whether surface points look towards the camera."""
        matrix, low, high, bulge = (
            rows[..., :9].unflatten(-1, (3, 3)),
            rows[..., 24:27],
            rows[..., 27:30],
            rows[..., 30],
        )
        inside = torch.minimum(high - u, u - low)
        nearest, axis = inside.min(-1)
        flat = nearest < 0.5 * (bulge - u.square().sum(-1)) / bulge.sqrt()
        side = (axis[..., None] == torch.arange(3, device=axis.device)) * torch.sign(u - (low + high) / 2)
        normal = (torch.where(flat[..., None], side, u)[..., None] * matrix).sum(-2)
        return (normal * place).sum(-1) < 0

    def _trace(self, points: Tensor, frames: Tensor) -> Hits:
        """What is seen at points [B, Q, P, 2] of frames [Q]."""
        some = Forms(*(getattr(self.forms, entry.name)[:, frames] for entry in fields(Forms)))
        x, y = points[:, :, None].unbind(-1)
        hits = trace(some, x, y, FLAT, self.used)
        return Hits(hits.depth[:, :, 0], hits.which[:, :, 0])

    def _label(self, which: Tensor) -> Tensor:
        return self.label.gather(1, which.flatten(1).long()).view(which.shape)
