"""Convex primitives as a camera sees them: each ray meets one where a few short formulas say.

A primitive is an ellipsoid cut by slabs: |u|^2 <= bulge and low <= u <= high, with u = M p - m for camera
coordinates p. A ray through the image point (x, y) is p = d / w with d = (x / f, y / f, 1), so w is the inverse depth.
With a = |M d|^2, b = M d . m and c = |m|^2 - bulge the ray is inside the ellipsoid while w lies within
b / c +- sqrt(b^2 - a c) / c: a linear function of (x, y) and the root of a quadratic one. A half-space bounds w by a
linear function. So the nearest surface is that of the largest w, and no ray needs a division.

The formulas are about each primitive's own centre in the image: there they lose no digits to cancellation.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from propago_trainer.data.bodies.kinematics import View
from propago_trainer.data.bodies.scene import SHARP

NEVER = 1e4
"""An inverse depth beyond all others, 1 / metres."""
NEAREST = 0.05
"""Depth of what is taken as behind the camera, metres."""


@dataclass(frozen=True)
class Primitives:
    """K convex primitives at n times in camera coordinates, [B, n, K, ...]. float64 until `float` is called."""

    to_material: Tensor
    """M, [..., 3, 3]."""
    shift: Tensor
    """m, [..., 3]."""
    to_camera: Tensor
    """The inverse of M."""
    centre: Tensor
    """[..., 3]: p = to_camera u + centre."""
    low: Tensor
    high: Tensor
    bulge: Tensor
    """[...]."""


def inverse_3x3(matrix: Tensor) -> Tensor:
    """The inverse of matrices [..., 3, 3] in closed form."""
    rows = matrix.unbind(-2)
    crosses = [torch.linalg.cross(rows[(i + 1) % 3], rows[(i + 2) % 3]) for i in range(3)]
    return torch.stack(crosses, -1) / (rows[0] * crosses[0]).sum(-1)[..., None, None]


def seen_from(view: View, matrix: Tensor, centre: Tensor, low: Tensor, high: Tensor, bulge: Tensor) -> Primitives:
    """Primitives of the world [B, n, K, ...] in the axes of the camera."""
    turn = view.turn[:, :, None]
    to_camera = turn @ matrix
    place = (turn @ (centre - view.place[:, :, None])[..., None])[..., 0]
    to_material = inverse_3x3(to_camera)
    shift = (to_material @ place[..., None])[..., 0]
    return Primitives(to_material, shift, to_camera, place, low, high, bulge)


@dataclass(frozen=True)
class Forms:
    """What `trace` evaluates, float32 [B, n, K, ...]; x and y count from `middle`."""

    middle: Tensor
    """[..., 2]."""
    line: Tensor
    """Of the ellipsoid's inverse depth: 1, x, y."""
    square: Tensor
    """Of what its root is added to and taken from: 1, x, y, xx, xy, yy."""
    front: Tensor
    """The plane of each slab that is an upper bound of the inverse depth, [..., 3 axes, 3]."""
    back: Tensor
    """Those that are lower bounds, [..., 3 axes, 2, 3]."""


def forms(shapes: Primitives, focal: Tensor) -> Forms:
    """Formulas of primitives for a camera of focal length [B, n]."""
    depth = shapes.centre[..., 2]
    ahead = depth > NEAREST
    middle = focal[:, :, None, None] * shapes.centre[..., :2] / depth.clamp(min=NEAREST)[..., None]
    middle = torch.where(ahead[..., None], middle, 0).clamp(-20, 20)
    x, y = (shapes.to_material[..., axis] / focal[:, :, None, None] for axis in range(2))
    one = shapes.to_material[..., 2] + x * middle[..., :1] + y * middle[..., 1:]
    planes = torch.stack([one, x, y], -1)
    line, square = _ellipsoid(planes, shapes)
    front, back = _slabs(planes, shapes.shift, shapes.low, shapes.high)
    return Forms(*(value.float() for value in (middle, line, square, front, back)))


def _ellipsoid(planes: Tensor, shapes: Primitives) -> tuple[Tensor, Tensor]:
    """`line` and `square` of `Forms`, of planes [..., 3 axes, 3] whose values at (1, x, y) are M d."""
    b = (planes * shapes.shift[..., None]).sum(-2)
    c = shapes.shift.square().sum(-1) - shapes.bulge
    gram = planes.transpose(-1, -2) @ planes
    disc = b[..., :, None] * b[..., None, :] - c[..., None, None] * gram
    outside = (c > 1e-3)[..., None]
    safe = torch.where(outside, c[..., None], 1)
    square = torch.stack(
        [disc[..., 0, 0], 2 * disc[..., 0, 1], 2 * disc[..., 0, 2], disc[..., 1, 1], 2 * disc[..., 1, 2],
         disc[..., 2, 2]], -1,
    ) / safe.square()  # fmt: skip
    # The camera is at u = -m. A box has no ellipsoid that bounds it; what the camera is inside of is not seen.
    beside = ((-shapes.shift < shapes.low) | (-shapes.shift > shapes.high)).any(-1)
    unbounded = (beside & (shapes.bulge == SHARP))[..., None]
    first = torch.zeros(6, dtype=c.dtype, device=c.device)
    first[0] = 1
    square = torch.where(outside, square, first * torch.where(unbounded, NEVER**2, 0))
    line = torch.where(outside, b / safe, first[:3] * torch.where(unbounded, 0, -NEVER))
    return line, square


def _slabs(planes: Tensor, shift: Tensor, low: Tensor, high: Tensor) -> tuple[Tensor, Tensor]:
    """`front` and `back` of `Forms`."""
    above, below = high + shift, low + shift
    above, below = (torch.where(value.abs() < 1e-6, 1e-6, value)[..., None] for value in (above, below))
    never = torch.zeros_like(planes)
    never[..., 0] = NEVER
    front = torch.where(above < 0, planes / above, torch.where(below > 0, planes / below, never))
    back = torch.stack(
        [torch.where(above > 0, planes / above, -never), torch.where(below < 0, planes / below, -never)], -2
    )
    return front, back
