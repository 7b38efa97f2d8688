"""Colours of surfaces without light: textures in material coordinates."""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from propago_trainer.data.bodies.points import Points
from propago_trainer.data.bodies.scene import GROUND, SKY, WALL, Choices
from propago_trainer.data.bodies.stage import Stage
from propago_trainer.data.bodies.trace import Hits
from propago_trainer.data.textures import Atlas

LEVELS = 4
"""Sizes of each texture, each half of the one before."""


@dataclass(frozen=True)
class Dress:
    """Textures and skins of the scenes of B clips."""

    strip: Tensor
    """The textures of a clip below each other, then all of them at half the size, ...; [B, 3, rows, S], 0..255."""
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
    textures = atlas.textures[choices.textures]
    clips, count, _, side, _ = textures.shape
    levels = next(level for level in range(LEVELS, 0, -1) if side % (1 << (level - 1)) == 0)
    strip = torch.empty(clips, 3, strip_row(levels, count, side), side, device=textures.device)
    strip[:, :, : count * side].unflatten(2, (count, side)).copy_(textures.transpose(1, 2))
    strip[:, :, count * side :] = 0
    for level in range(1, levels):
        size = side >> level
        above, top = strip_row(level - 1, count, side), strip_row(level, count, side)
        larger = strip[:, :, above : above + 2 * count * size, : 2 * size]
        strip[:, :, top : top + count * size, :size] = F.avg_pool2d(larger, 2)
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
         contrast * tint / 255, of_body(skins.gloss), choices.packed.boxy[:, :-1, None].float(),
         of_body(skins.scale)], -1
    )  # fmt: skip
    # The room's own colours are those of its textures.
    room = torch.zeros(15, device=rows.device)
    room[9:12] = 1 / 255
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
