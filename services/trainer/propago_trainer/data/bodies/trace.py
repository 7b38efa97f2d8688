"""The nearest surface at every pixel of a grid, or at any points of the image: the inner loop of the renderer.

All of it is elementwise and in place, a primitive at a time, without a shape that depends on the data.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from propago_trainer.data.bodies.surfaces import NEAREST, Forms, Primitives


@dataclass(frozen=True)
class Hits:
    """What is seen: inverse depth (float32) and number of the primitive (int32); K stands for the room."""

    depth: Tensor
    which: Tensor


def trace(forms: Forms, x: Tensor, y: Tensor, flat: tuple[int, int], boxes: list[list[int]] | None = None) -> Hits:
    """Forms [B, n, K + 1, ...], the room last, and points (x, y) that are broadcast against [B, n, Y, X].

    The first `flat[0]` primitives are cut by slabs in three directions, the next `flat[1]` in one.
    `boxes` are the pixels that each primitive can reach as (left, right, top, bottom), on a grid.
    """
    count = forms.line.shape[2] - 1
    shape = torch.broadcast_shapes(x.shape, y.shape, (*forms.line.shape[:2], 1, 1))
    best = _room(forms, count, x, y).expand(shape).contiguous()
    which = torch.full(shape, count, dtype=torch.int32, device=x.device)
    if x.device.type == "cuda":
        _trace_at_once(forms, x.expand(shape), y.expand(shape), best, which, flat)
        return Hits(best, which)
    for k in range(count):
        axes = 3 if k < flat[0] else int(k < sum(flat))
        if boxes is None:
            _meet(forms, k, axes, x, y, best, which)
        else:
            left, right, top, bottom = boxes[k]
            if left < right and top < bottom:
                part = (..., slice(top, bottom), slice(left, right))
                _meet(forms, k, axes, x[..., left:right], y[..., top:bottom, :], best[part], which[part])
    return Hits(best, which)


def _trace_at_once(
    forms: Forms, x: Tensor, y: Tensor, best: Tensor, which: Tensor, flat: tuple[int, int]
) -> None:
    # Triton is there where PyTorch was built for a GPU.
    from propago_trainer.data.bodies.kernels import nearest

    values = (forms.middle, forms.line, forms.square, forms.front, forms.back)
    table = torch.cat([value.flatten(3) for value in values], dim=-1).flatten(0, 1)
    points = (value.flatten(0, 1).flatten(1) for value in (x.contiguous(), y.contiguous(), best, which))
    nearest(table, *points, flat)


def _coefficients(value: Tensor) -> tuple[Tensor, ...]:
    """[B, n, ..., C] -> C tensors [B, n, 1, 1]."""
    return value[..., None, None, :].unbind(-1)


def _plane(form: Tensor, x: Tensor, y: Tensor) -> Tensor:
    one, across, down = _coefficients(form)
    return (one + across * x) + down * y


def _room(forms: Forms, room: int, x: Tensor, y: Tensor) -> Tensor:
    """The walls are the farthest planes of all: what the camera is inside of ends at the first of them."""
    middle_x, middle_y = _coefficients(forms.middle[:, :, room])
    x, y = x - middle_x, y - middle_y
    best = None
    for axis in range(3):
        for side in range(2):
            plane = _plane(forms.back[:, :, room, axis, side], x, y)
            best = plane if best is None else torch.maximum(best, plane)
    assert best is not None
    return best


def _meet(forms: Forms, k: int, axes: int, x: Tensor, y: Tensor, best: Tensor, which: Tensor) -> None:
    """Puts primitive k in front of what is behind it."""
    middle_x, middle_y = _coefficients(forms.middle[:, :, k])
    x, y = x - middle_x, y - middle_y
    one, across, down, xx, xy, yy = _coefficients(forms.square[:, :, k])
    root = torch.addcmul(one + x * (across + xx * x), xy * x, y).add_(y * (down + yy * y))
    # Beside the ellipsoid the root is not a number, which is not larger than any.
    root.sqrt_()
    line = _plane(forms.line[:, :, k], x, y)
    near = line + root
    seen = None
    if axes:
        far = line.sub_(root)
        for axis in range(axes):
            near = torch.minimum(near, _plane(forms.front[:, :, k, axis], x, y))
            for side in range(2):
                far = torch.maximum(far, _plane(forms.back[:, :, k, axis, side], x, y))
        seen = near >= far
    closer = near > best
    if seen is not None:
        closer &= seen
    best.copy_(torch.where(closer, near, best))
    which.masked_fill_(closer, k)


def reach(shapes: Primitives, focal: Tensor, height: int, width: int) -> list[list[int]]:
    """Pixels that each primitive can be seen at in any frame of any clip: (left, right, top, bottom).

    It waits for the device, so it is for a processor.
    """
    corner = torch.minimum(shapes.bulge.sqrt()[..., None], torch.maximum(-shapes.low, shapes.high).clamp(max=3))
    # An ellipsoid reaches as far as the rows are long, a box as far as their sums.
    round_reach = shapes.to_camera.norm(dim=-1) * shapes.bulge.sqrt()[..., None]
    extent = torch.minimum(round_reach, (shapes.to_camera.abs() * corner[..., None, :]).sum(-1))
    near, far = (shapes.centre[..., 2] + sign * extent[..., 2] for sign in (-1, 1))
    behind, crossing = far <= NEAREST, near <= NEAREST
    sides = []
    for axis, size in ((0, width), (1, height)):
        low, high = (shapes.centre[..., axis] + sign * extent[..., axis] for sign in (-1, 1))
        ends = focal[:, :, None, None] * torch.stack(
            [bound / depth.clamp(min=NEAREST) for bound in (low, high) for depth in (near, far)], -1
        )
        first, last = ends.amin(-1), ends.amax(-1)
        first, last = torch.where(crossing, -1, first), torch.where(crossing, 1, last)
        first, last = torch.where(behind, 2, first).amin((0, 1)), torch.where(behind, -2, last).amax((0, 1))
        sides += [
            ((first.clamp(-1, 1) + 1) * size / 2 - 1).floor().clamp(0, size),
            ((last.clamp(-1, 1) + 1) * size / 2 + 1).ceil().clamp(0, size),
        ]
    return torch.stack(sides, -1).long().tolist()
