"""Colours of what is seen: texture in material coordinates, light, highlight, cast shadows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from propago_trainer.data.bodies.scene import GROUND, SKY, WALL, Choices
from propago_trainer.data.bodies.stage import Stage
from propago_trainer.data.bodies.trace import Hits
from propago_trainer.data.textures import Atlas

LEVELS = 4
"""Sizes of each texture, each half of the one before."""
SHADOW_STEP = 2
"""Shadows are cast on every so many-th pixel: they are soft."""
SOFT = 4.0
"""How sharp the edges of shadows are."""


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
    scale = -_dot(normal, place).sign() * torch.rsqrt(_dot(normal, normal) + 1e-20)
    return Points(place, (u[0], u[1], u[2]), (normal[0] * scale, normal[1] * scale, normal[2] * scale), axis, flat)


@dataclass(frozen=True)
class Dress:
    """Textures and skins of the scenes of B clips."""

    strip: Tensor
    """The textures of a clip below each other, then all of them at half the size, ...; [B, 3, rows, S], 0..1."""
    count: int
    """Textures of a clip."""
    levels: int
    table: Tensor
    """Of each primitive, [B, K + 1, 15]: texture; textures per unit of u (3); offset (2); base (3); gain (3); gloss;
    whether it is a box; textures a metre."""
    scale: Tensor
    """Textures a metre of ground, walls and ceiling, [B, 3]."""


def dress(atlas: Atlas, choices: Choices) -> Dress:
    """`choices` on the atlas' device."""
    textures = atlas.textures[choices.textures].float() * (1 / 255)
    clips, count, _, side, _ = textures.shape
    levels = next(level for level in range(LEVELS, 0, -1) if side % (1 << (level - 1)) == 0)
    strip = torch.zeros(clips, 3, strip_row(levels, count, side), side, device=textures.device)
    level = textures
    for number in range(levels):
        size = side >> number
        top = strip_row(number, count, side)
        strip[:, :, top : top + count * size, :size] = level.transpose(1, 2).flatten(2, 3)
        if number + 1 < levels:
            level = F.avg_pool2d(level.flatten(0, 1), 2).unflatten(0, (clips, count))
    return Dress(strip, count, levels, _skin_table(atlas, choices), choices.room.scale)


def strip_row(level: int, count: int, side: int) -> int:
    """First row of a level in the strip."""
    return sum(count * (side >> number) for number in range(level))


def _skin_table(atlas: Atlas, choices: Choices) -> Tensor:
    skins, half = choices.skins, choices.bodies.half
    slot = choices.packed.slot
    parts = half.shape[2]

    def of_part(value: Tensor) -> Tensor:
        """[B, N, P, C] -> [B, K, C]; what is not there has the first one's."""
        flat = value.flatten(1, 2)
        return flat.gather(1, (slot % flat.shape[1])[..., None].expand(-1, -1, flat.shape[2]))

    def of_body(value: Tensor) -> Tensor:
        """[B, N] or [B, N, C] -> [B, K, C]."""
        value = value[..., None] if value.dim() == 2 else value
        return of_part(value[:, :, None].expand(-1, -1, parts, -1))

    texture = of_part(skins.texture[..., None])
    means = atlas.moments[choices.textures, 0]
    mean = means.gather(1, texture.expand(-1, -1, 3))
    own, contrast, tint = of_body(skins.own), of_body(skins.contrast), of_part(skins.tint)
    base = torch.lerp(mean, of_body(skins.colour), own) - contrast * mean
    rows = torch.cat(
        [texture.float(), of_body(skins.scale) * of_part(half), of_part(skins.offset), tint * base,
         contrast * tint, of_body(skins.gloss), choices.packed.boxy[:, :-1, None].float(), of_body(skins.scale)], -1
    )  # fmt: skip
    # The room's own colours are those of its textures.
    room = torch.zeros(15, device=rows.device)
    room[9:12] = 1
    room[13] = 1
    return torch.cat([rows, room.expand(len(rows), 1, -1)], 1)


def albedo(clothes: Dress, stage: Stage, hits: Hits, points: Points) -> tuple[Tensor, Tensor]:
    """Colours [B, 3, n, Y, X] without light, and gloss [B, n, Y, X]."""
    b, _, _, x_size = hits.which.shape
    count = clothes.table.shape[1]
    base = (torch.arange(b, device=hits.which.device) * count).view(b, 1, 1, 1)
    rows = clothes.table.flatten(0, 1).T.contiguous().index_select(1, (base + hits.which).flatten())
    rows = rows.unflatten(1, hits.which.shape).unbind(0)
    room = hits.which == count - 1
    texture, metric = rows[0], list(rows[1:4])
    # The floor is the lower of the planes across the second axis.
    upright = points.axis != 1
    below = points.material[1] < 0.5 * stage.shapes.high[:, :, -1, 1, None, None]
    face = torch.where(upright, WALL, torch.where(below, GROUND, SKY))
    scales = clothes.scale[:, :, None, None, None].unbind(1)
    scale = torch.where(face == GROUND, scales[0], torch.where(face == WALL, scales[1], scales[2]))
    texture = torch.where(room, face.to(texture.dtype), texture)
    metric = [torch.where(room, scale, value) for value in metric]
    u, v = texture_place(points, rows[13] > 0.5, metric)
    footprint = 2 * clothes.strip.shape[-1] / x_size / stage.focal[..., None, None] / hits.depth
    facing = -(
        points.normal[0] * points.place[0] + points.normal[1] * points.place[1] + points.normal[2] * points.place[2]
    )
    slant = (facing * hits.depth).abs().clamp(min=0.15)
    texels = footprint * torch.where(room, scale, rows[14]) / slant
    colour = look_up(clothes, texture, u + rows[4], v + rows[5], texels)
    gain, offset = torch.stack(rows[9:12], 1), torch.stack(rows[6:9], 1)
    return colour.mul_(gain).add_(offset).clamp_(0, 1), rows[12]


def texture_place(points: Points, boxy: Tensor, metric: list[Tensor]) -> tuple[Tensor, Tensor]:
    """Where on its texture each point is, in textures.

    On planes it is the two coordinates along them. On an ellipsoid it is the azimuthal equidistant projection about
    its z axis, the same on both sides, so that it is continuous and nowhere smeared.
    """
    x, y, z = points.material
    length = torch.rsqrt(x * x + y * y + z * z + 1e-12)
    # acos(z) / sqrt(1 - z^2) within a hundredth.
    bend = 1.5708 * length / (1 + 0.5708 * z.abs() * length)
    planar = points.planar | boxy
    first = torch.where(planar, torch.where(points.axis == 0, z * metric[2], x * metric[0]), x * bend * metric[0])
    second = torch.where(planar, torch.where(points.axis == 1, z * metric[2], y * metric[1]), y * bend * metric[1])
    return first, second


def look_up(clothes: Dress, texture: Tensor, u: Tensor, v: Tensor, texels: Tensor) -> Tensor:
    """Colours [B, 3, n, Y, X] of textures (numbers) at (u, v), mirrored beyond 0..1; `texels` fall on a pixel."""
    side = clothes.strip.shape[-1]
    level = texels.clamp(min=1).log2().round_().clamp_(0, clothes.levels - 1)
    shrink = torch.exp2(-level)
    size = side * shrink
    # Half a texel within its own square, so that no other texture shines through.
    across, down = (1 - (value.remainder(2) - 1).abs() for value in (u, v))
    column = across * (size - 1) + 0.5
    row = clothes.count * side * 2 * (1 - shrink) + texture * size + down * (size - 1) + 0.5
    grid = torch.stack([column * (2 / side) - 1, row * (2 / clothes.strip.shape[2]) - 1], -1)
    b, n, y, x = texture.shape
    found = F.grid_sample(
        clothes.strip, grid.flatten(1, 2), mode="bilinear", padding_mode="border", align_corners=False
    )
    return found.view(b, 3, n, y, x)


def light_up(colour: Tensor, gloss: Tensor, choices: Choices, stage: Stage, hits: Hits, points: Points) -> Tensor:
    """Colours [B, 3, n, Y, X] in the light, in place: Lambert, a highlight, and shadows."""
    light = stage.light[..., None, None].unbind(2)
    facing = sum((n * towards for n, towards in zip(points.normal, light, strict=True)), torch.zeros_like(gloss)).clamp(
        min=0
    )
    bright = 1 - choices.room.shadow[:, None, None, None] * shadows(stage, points, choices.packed.label.shape[1] - 1)
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
    shine = _dot(points.normal, half).clamp(min=0) * torch.rsqrt(_dot(half, half) + 1e-12)
    for _ in range(5):
        shine = shine * shine
    shine = gloss * shine * bright * (1 - ambient)
    return colour.mul_(diffuse[:, None]).add_(shine[:, None]).clamp_(0, 1)


def _dot(a: Sequence[Tensor], b: Sequence[Tensor]) -> Tensor:
    """Of vectors that are three planes each."""
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


def shadows(stage: Stage, points: Points, count: int) -> Tensor:
    """How much of the light something nearer to it takes away, 0..1, [B, n, Y, X].

    Along the light each ellipsoid is a disc in its own middle plane; boxes are taken as ellipsoids.
    """
    y_size, x_size = points.axis.shape[-2:]
    place = torch.stack([value[..., ::SHADOW_STEP, ::SHADOW_STEP] for value in points.place], -1)
    axes = torch.stack(_across(stage.light), -1)
    across, down, height = (place @ axes[:, :, None]).unbind(-1)
    square, plane = _discs(stage, axes, count)
    if across.device.type == "cuda":
        from propago_trainer.data.bodies.kernels import darkest

        planes = (value.contiguous().flatten(0, 1).flatten(1) for value in (across, down, height))
        dark = darkest(torch.cat([square, plane], -1).flatten(0, 1), *planes, SOFT).view_as(across)
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
