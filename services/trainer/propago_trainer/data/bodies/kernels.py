"""The two inner loops of the renderer as one GPU kernel each; the same as the loops of `trace` and `light`.

A program takes one picture and a block of its points and goes through the primitives, whose numbers all its points
share; step by step with PyTorch each primitive would be read and written some forty times.
"""

# The decorated functions are Triton's language, in which nothing has a type.
# mypy: disable-error-code="no-untyped-def, no-untyped-call, untyped-decorator, import-untyped"

from __future__ import annotations

import torch
import triton
import triton.language as tl
from torch import Tensor

BLOCK = 512
FORM = tl.constexpr(38)
"""Numbers of a primitive: middle (2), line (3), square (6), front (9), back (18)."""
DISC = tl.constexpr(9)
"""Numbers of a shadow's disc: square (6), plane (3)."""


def nearest(table: Tensor, x: Tensor, y: Tensor, depth: Tensor, which: Tensor, flat: tuple[int, int]) -> None:
    """Changes inverse depth and primitive [M, P] of points (x, y) [M, P] where something is nearer.

    table [M, K, 38]; the first `flat[0]` are cut in three directions, the next `flat[1]` in one.
    """
    pictures, points = x.shape
    count = table.shape[1]
    grid = (pictures, triton.cdiv(points, BLOCK))
    _nearest[grid](table, x, y, depth, which, points, count, min(flat[0], count), min(sum(flat), count), BLOCK)


def darkest(table: Tensor, across: Tensor, down: Tensor, height: Tensor, soft: float) -> Tensor:
    """How much of the light is taken away at points [M, P] across the light -> [M, P]. table [M, K, 9]."""
    pictures, points = across.shape
    dark = torch.empty_like(across)
    grid = (pictures, triton.cdiv(points, BLOCK))
    _darkest[grid](table, across, down, height, dark, points, table.shape[1], soft, BLOCK)
    return dark


@triton.jit
def _plane(form, x, y):
    return (tl.load(form) + tl.load(form + 1) * x) + tl.load(form + 2) * y


@triton.jit
def _meet(form, k, x, y, best, found, axes: tl.constexpr):
    x = x - tl.load(form)
    y = y - tl.load(form + 1)
    square = form + 5
    root = tl.load(square) + x * (tl.load(square + 1) + tl.load(square + 3) * x) + tl.load(square + 4) * x * y
    root = root + y * (tl.load(square + 2) + tl.load(square + 5) * y)
    hit = root >= 0
    root = tl.sqrt(tl.maximum(root, 0.0))
    line = _plane(form + 2, x, y)
    near = line + root
    far = line - root
    for axis in tl.static_range(axes):
        near = tl.minimum(near, _plane(form + 11 + 3 * axis, x, y))
        for side in tl.static_range(2):
            far = tl.maximum(far, _plane(form + 20 + 6 * axis + 3 * side, x, y))
    closer = hit & (near > best) & (near >= far)
    return tl.where(closer, near, best), tl.where(closer, k, found)


@triton.jit
def _nearest(table, xs, ys, depth, which, points, count, boxes, cut, block: tl.constexpr):
    picture = tl.program_id(0).to(tl.int64)
    place = tl.program_id(1) * block + tl.arange(0, block)
    inside = place < points
    at = picture * points + place
    x = tl.load(xs + at, inside, 0.0)
    y = tl.load(ys + at, inside, 0.0)
    best = tl.load(depth + at, inside, 0.0)
    found = tl.load(which + at, inside, 0)
    rows = table + picture * count * FORM
    for k in range(boxes):
        best, found = _meet(rows + k * FORM, k, x, y, best, found, 3)
    for k in range(boxes, cut):
        best, found = _meet(rows + k * FORM, k, x, y, best, found, 1)
    for k in range(cut, count):
        best, found = _meet(rows + k * FORM, k, x, y, best, found, 0)
    tl.store(depth + at, best, inside)
    tl.store(which + at, found, inside)


@triton.jit
def _darkest(table, across, down, height, dark, points, count, soft, block: tl.constexpr):
    picture = tl.program_id(0).to(tl.int64)
    place = tl.program_id(1) * block + tl.arange(0, block)
    inside = place < points
    at = picture * points + place
    x = tl.load(across + at, inside, 0.0)
    y = tl.load(down + at, inside, 0.0)
    z = tl.load(height + at, inside, 0.0)
    most = tl.zeros([block], tl.float32)
    for k in range(count):
        disc = table + (picture * count + k) * DISC
        covered = tl.load(disc) + x * (tl.load(disc + 1) + tl.load(disc + 3) * x)
        covered = covered + y * (tl.load(disc + 2) + tl.load(disc + 4) * x + tl.load(disc + 5) * y)
        behind = z < tl.load(disc + 6) + tl.load(disc + 7) * x + tl.load(disc + 8) * y
        most = tl.maximum(most, tl.where(behind, tl.minimum(covered * soft, 1.0), 0.0))
    tl.store(dark + at, most, inside)
