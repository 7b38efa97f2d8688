"""Light, highlights and cast shadows."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from propago_trainer.data.bodies.points import Points, dot
from propago_trainer.data.bodies.scene import Choices
from propago_trainer.data.bodies.stage import Stage
from propago_trainer.data.bodies.trace import Hits

SHADOW_STEP = 2
"""Shadows are cast on every so many-th pixel: they are soft."""
SOFT = 4.0
"""How sharp the edges of shadows are."""


def light_up(
    colour: Tensor, gloss: Tensor, choices: Choices, stage: Stage, hits: Hits, points: Points, count: int
) -> Tensor:
    """Colours [B, 3, n, Y, X] in the light, in place: Lambert, a highlight, and shadows of `count` primitives."""
    light = stage.light[..., None, None].unbind(2)
    facing = sum((n * towards for n, towards in zip(points.normal, light, strict=True)), torch.zeros_like(gloss)).clamp(
        min=0
    )
    bright = 1 - choices.room.shadow[:, None, None, None] * shadows(stage, points, count)
    ambient = choices.room.ambient[:, None, None, None]
    room = hits.which == stage.shapes.bulge.shape[2] - 1
    # Walls are far away or in a light of their own.
    backdrop = room & ((points.axis != 1) | (points.material[1] > 0.5 * stage.shapes.high[:, :, -1, 1, None, None]))
    diffuse = torch.where(backdrop, 1.0, ambient + 1.2 * (1 - ambient) * facing * bright)
    length = hits.depth * torch.rsqrt(1 + (points.place[0] * hits.depth) ** 2 + (points.place[1] * hits.depth) ** 2)
    half = (
        light[0] - points.place[0] * length,
        light[1] - points.place[1] * length,
        light[2] - points.place[2] * length,
    )
    shine = dot(points.normal, half).clamp(min=0) * torch.rsqrt(dot(half, half) + 1e-12)
    for _ in range(5):
        shine = shine * shine
    shine = gloss * shine * bright * (1 - ambient)
    return colour.mul_(diffuse[:, None]).add_(shine[:, None]).clamp_(0, 1)


def shadows(stage: Stage, points: Points, count: int) -> Tensor:
    """How much of the light something nearer to it takes away, 0..1, [B, n, Y, X].

    Along the light each ellipsoid is a disc in its own middle plane; boxes are taken as ellipsoids.
    """
    y_size, x_size = points.axis.shape[-2:]
    place = torch.stack([value[..., ::SHADOW_STEP, ::SHADOW_STEP] for value in points.place], -1)
    axes = torch.stack(_across(stage.light), -1)
    across, down, height = (place @ axes[:, :, None]).unbind(-1)
    square, plane = _discs(stage, axes, count)
    if across.is_cuda:
        from propago_trainer.data.bodies.kernels import darkest

        x, y, z = (value.contiguous().flatten(0, 1).flatten(1) for value in (across, down, height))
        dark = darkest(torch.cat([square, plane], -1).flatten(0, 1), x, y, z, SOFT).view_as(across)
        return F.interpolate(dark, size=(y_size, x_size), mode="bilinear", align_corners=False)
    dark = torch.zeros_like(across)
    for k in range(count):
        one, a, b, aa, ab, bb = (value[..., None, None] for value in square[:, :, k].unbind(-1))
        covered = torch.addcmul(one + across * (a + aa * across), down, b + ab * across + bb * down)
        mid_one, mid_a, mid_b = (value[..., None, None] for value in plane[:, :, k].unbind(-1))
        behind = height < mid_one + mid_a * across + mid_b * down
        dark = torch.maximum(dark, covered.mul_(SOFT).clamp_(max=1).mul_(behind))
    return F.interpolate(dark, size=(y_size, x_size), mode="bilinear", align_corners=False)


def _across(light: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Two directions across the light [..., 3], and the light's."""
    # The axis that the light is least along.
    least = (light.abs().argmin(-1)[..., None] == torch.arange(3, device=light.device)).to(light.dtype)
    first = torch.linalg.cross(light, least)
    first = first / first.norm(dim=-1, keepdim=True)
    return first, torch.linalg.cross(light, first), light


def _discs(stage: Stage, axes: Tensor, count: int) -> tuple[Tensor, Tensor]:
    """Of each primitive, as functions of the place across the light: 1 in its middle and 0 on its outline (1, a, b, aa,
    ab, bb), and the height of its middle plane (1, a, b)."""
    shapes = stage.shapes
    low, high = (value[:, :, :count].clamp(-1, 1) for value in (shapes.low, shapes.high))
    middle, half = (low + high) / 2, (high - low) / 2
    matrix = shapes.to_material[:, :, :count] / half[..., None] @ axes[:, :, None]
    shift = (shapes.shift[:, :, :count] + middle) / half
    bulge = torch.where(shapes.bulge[:, :, :count] > 1, 1.6, 1.0)
    # u = matrix (a, b, z) - shift
    planes = torch.cat([-shift[..., None], matrix], -1)
    gram = planes.transpose(-1, -2) @ planes
    along_light = gram[..., 3, 3]
    scale = 1 / bulge

    def flat(i: int, j: int) -> Tensor:
        return gram[..., i, j] - gram[..., i, 3] * gram[..., j, 3] / along_light

    square = -torch.stack(
        [flat(0, 0) - bulge, 2 * flat(0, 1), 2 * flat(0, 2), flat(1, 1), 2 * flat(1, 2), flat(2, 2)], -1
    ) * scale[..., None]  # fmt: skip
    plane = -gram[..., :3, 3] / along_light[..., None]
    return square, plane
