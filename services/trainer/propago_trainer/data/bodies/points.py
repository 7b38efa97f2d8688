"""The surface points that pixels show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from propago_trainer.data.bodies.stage import Stage
from propago_trainer.data.bodies.trace import Hits


@dataclass(frozen=True)
class Points:
    """Surface points of pixels [B, n, Y, X]; vectors are tuples of such planes."""

    place: tuple[Tensor, Tensor, Tensor]
    """Camera coordinates."""
    material: tuple[Tensor, Tensor, Tensor]
    normal: tuple[Tensor, Tensor, Tensor]
    """Towards the camera, length 1."""
    axis: Tensor
    """The slab whose plane is nearest."""
    planar: Tensor
    """Whether the point is on a plane or on a box."""


def primitive_rows(value: Tensor, hits_index: Tensor) -> Tensor:
    """Columns of a table [B, n, K + 1, F] for each pixel's index into its first three axes -> [F, pixels]."""
    return value.flatten(0, 2).T.contiguous().index_select(1, hits_index)


def flat_index(which: Tensor, count: int) -> Tensor:
    """Index into tables [B, n, count, ...] flattened, for primitives [B, n, Y, X] -> [B * n * Y * X]."""
    b, n = which.shape[:2]
    base = (torch.arange(b * n, device=which.device) * count).view(b, n, 1, 1)
    return (base + which).flatten()


def surface_points(stage: Stage, hits: Hits, x: Tensor, y: Tensor) -> Points:
    """What the rays through (x, y) meet."""
    shapes = stage.shapes
    table = torch.cat(
        [shapes.to_material.flatten(-2), shapes.shift, shapes.low, shapes.high, shapes.bulge[..., None]], -1
    )
    rows = primitive_rows(table, flat_index(hits.which, table.shape[2])).unflatten(1, hits.which.shape).unbind(0)
    depth = 1 / hits.depth
    focal = stage.focal[..., None, None]
    place = (x / focal * depth, y / focal * depth, depth)
    material = [
        rows[3 * i] * place[0] + rows[3 * i + 1] * place[1] + rows[3 * i + 2] * depth - rows[9 + i] for i in range(3)
    ]
    return _normals(rows, place, material)


def _normals(rows: tuple[Tensor, ...], place: tuple[Tensor, Tensor, Tensor], u: list[Tensor]) -> Points:
    low, high, bulge = rows[12:15], rows[15:18], rows[18]
    # How far inside of each bound, in material units.
    inside = [torch.minimum(high[i] - u[i], u[i] - low[i]) for i in range(3)]
    nearest = torch.minimum(torch.minimum(inside[0], inside[1]), inside[2])
    axis = torch.where(inside[0] <= nearest, 0, torch.where(inside[1] <= nearest, 1, 2))
    square = u[0] * u[0] + u[1] * u[1] + u[2] * u[2]
    flat = nearest < 0.5 * (bulge - square) / bulge.sqrt()
    normal_u = [torch.where(flat, (axis == i).to(value.dtype), value) for i, value in enumerate(u)]
    normal = [rows[i] * normal_u[0] + rows[3 + i] * normal_u[1] + rows[6 + i] * normal_u[2] for i in range(3)]
    scale = -dot(normal, place).sign() * torch.rsqrt(dot(normal, normal) + 1e-20)
    return Points(place, (u[0], u[1], u[2]), (normal[0] * scale, normal[1] * scale, normal[2] * scale), axis, flat)


def dot(a: Sequence[Tensor], b: Sequence[Tensor]) -> Tensor:
    """Of vectors that are three planes each."""
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
