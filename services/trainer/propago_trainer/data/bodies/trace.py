"""The nearest surface at every pixel of a grid, or at any points of the image: the inner loop of the renderer.

All of it is elementwise and in place, a primitive at a time, without a shape that depends on the data.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from propago_trainer.data.bodies.surfaces import NEAREST, Forms, Primitives


@dataclass(frozen=True)
class Hits:
    """What is seen: inverse depth (float32) and number of the primitive (int32); K stands for the room."""

    depth: Tensor
    which: Tensor


@dataclass(frozen=True)
class _Terms:
    """Of some primitives [B, n, K, ...]: what depends on x alone, on y alone, and on the product of both."""

    x: Tensor
    y: Tensor
    root: tuple[Tensor, Tensor, Tensor]
    line: tuple[Tensor, Tensor]
    front: tuple[Tensor, Tensor]
    back: tuple[Tensor, Tensor]


def _terms(forms: Forms, some: slice, x: Tensor, y: Tensor, axes: int = 3) -> _Terms:
    """x and y are broadcast against [B, n, K, Y, X]; of slabs there are those across the first `axes`."""
    middle = forms.middle[:, :, some, :, None, None]
    x, y = x - middle[:, :, :, 0], y - middle[:, :, :, 1]
    one, across, down, xx, xy, yy = forms.square[:, :, some, :, None, None].unbind(3)

    def plane(form: Tensor) -> tuple[Tensor, Tensor]:
        """Planes [B, n, K, ..., 3]: 1 and x, then y; the last axes are Y, X."""
        between = form.dim() - 4
        shaped = form[:, :, some, ..., None, None]
        of_x = x.view(*x.shape[:3], *[1] * between, *x.shape[3:])
        of_y = y.view(*y.shape[:3], *[1] * between, *y.shape[3:])
        return shaped[..., 0, :, :] + shaped[..., 1, :, :] * of_x, shaped[..., 2, :, :] * of_y

    root = (one + x * (across + xx * x), xy * x, y * (down + yy * y))
    slabs = (value[:, :, :, :axes] for value in (forms.front, forms.back))
    return _Terms(x, y, root, plane(forms.line), *(plane(slab) for slab in slabs))


def trace(
    forms: Forms,
    x: Tensor,
    y: Tensor,
    flat: tuple[int, int],
    used: int,
    windows: Sequence[Sequence[int]] | None = None,
) -> Hits:
    """Forms [B, n, K + 1, ...], the room last, and points (x, y) that are broadcast against [B, n, Y, X].

    The first `used` of the K primitives are there; the first `flat[0]` are cut by slabs in three directions, the next
    `flat[1]` in one.
    On a grid (x [X], y [Y, 1]) `windows` may say which pixels each primitive can reach: left, right, top, bottom.
    """
    count = forms.line.shape[2] - 1
    grid = x.dim() == 1
    x, y = (value.expand(1, 1, 1, *value.shape[-2:]) if value.dim() <= 2 else value[:, :, None] for value in (x, y))
    shape = (*forms.line.shape[:2], y.shape[-2], x.shape[-1])
    best = _room(_terms(forms, slice(count, count + 1), x, y), shape)
    which = torch.full(shape, count, dtype=torch.int32, device=x.device)
    if best.is_cuda:
        _trace_at_once(forms, (x[:, :, 0].expand(shape), y[:, :, 0].expand(shape)), best, which, flat, used)
        return Hits(best, which)
    # On a grid the terms are rows and columns, few numbers; for other points they are made when they are needed.
    terms = _terms(forms, slice(0, used), x, y) if grid else None
    for k in range(used):
        axes = 3 if k < flat[0] else int(k < sum(flat))
        mine = terms or _terms(forms, slice(k, k + 1), x, y, axes)
        index = k if terms else 0
        left, right, top, bottom = windows[k] if windows else (0, shape[-1], 0, shape[-2])
        if left < right and top < bottom:
            part = (slice(None), slice(None), slice(top, bottom), slice(left, right))
            _meet(_Window(mine, index, part[2:]), k, axes, best[part], which[part])
    return Hits(best, which)


def _trace_at_once(
    forms: Forms, points: tuple[Tensor, Tensor], best: Tensor, which: Tensor, flat: tuple[int, int], used: int
) -> None:
    # Triton is where PyTorch was built for a GPU.
    from propago_trainer.data.bodies.kernels import nearest

    values = (forms.middle, forms.line, forms.square, forms.front, forms.back)
    table = torch.cat([value[:, :, :used].flatten(3) for value in values], dim=-1).flatten(0, 1)
    x, y, depth, found = (value.contiguous().flatten(0, 1).flatten(1) for value in (*points, best, which))
    nearest(table, x, y, depth, found, flat)


@dataclass(frozen=True)
class _Window:
    """The terms of one primitive within some rows and columns."""

    terms: _Terms
    index: int
    part: tuple[slice, slice]

    def at(self, value: Tensor, *axes: int) -> Tensor:
        """One of its tensors, [B, n, Y or 1, X or 1]."""
        for axis in (self.index, *axes):
            value = value[:, :, axis]
        rows, cols = self.part
        # What does not depend on an axis has one entry along it.
        if value.shape[-2] > 1:
            value = value[..., rows, :]
        return value[..., cols] if value.shape[-1] > 1 else value


def _room(terms: _Terms, shape: tuple[int, ...]) -> Tensor:
    """The walls are the farthest planes of all: what the camera is inside of ends at the first of them."""
    best = torch.zeros(shape, device=terms.x.device)
    for axis in range(3):
        for side in range(2):
            torch.maximum(best, terms.back[0][:, :, 0, axis, side] + terms.back[1][:, :, 0, axis, side], out=best)
    return best


def _meet(window: _Window, k: int, axes: int, best: Tensor, which: Tensor) -> None:
    """Puts primitive k in front of what is behind it."""
    terms, at = window.terms, window.at
    root = torch.addcmul(at(terms.root[0]), at(terms.root[1]), at(terms.y)).add_(at(terms.root[2]))
    # Beside the ellipsoid the root is not a number, which is not larger than any.
    root.sqrt_()
    line = at(terms.line[0]) + at(terms.line[1])
    near = line + root
    if axes:
        far = line.sub_(root)
        for axis in range(axes):
            near = torch.minimum(near, at(terms.front[0], axis) + at(terms.front[1], axis))
            for side in range(2):
                far = torch.maximum(far, at(terms.back[0], axis, side) + at(terms.back[1], axis, side))
        closer = (near > best).logical_and_(near >= far)
    else:
        closer = near > best
    torch.where(closer, near, best, out=best)
    which.masked_fill_(closer, k)


def reach(shapes: Primitives, focal: Tensor, height: int, width: int) -> list[tuple[int, ...]]:
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
    return [tuple(found) for found in torch.stack(sides, -1).long().tolist()]
