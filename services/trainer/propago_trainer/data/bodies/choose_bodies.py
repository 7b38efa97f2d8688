"""Which bodies there are, what they are made of, and how they move."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor

from propago_trainer.data.bodies.chance import Draw, like_first
from propago_trainer.data.bodies.parts import BOX, CUT, MOST_PARTS, ROUND, UNBOUNDED
from propago_trainer.data.bodies.scene import (
    MOST_FLAT,
    MOST_PRIMITIVES,
    PROPS_COUNT,
    ROUNDED,
    SHARP,
    Bodies,
    Camera,
    Joints,
    Packed,
    Room,
    SceneSpec,
)
from propago_trainer.data.bodies.skeletons import FLYING, NAMES, PROPS, TABLES


def choose_kinds(draw: Draw, spec: SceneSpec, clips: int) -> tuple[Tensor, Tensor, Tensor]:
    """Kinds [B, N], which parts they have [B, N, P] and which are like the first body [B, N], within what a scene may
    have of primitives."""
    count = spec.objects + PROPS_COUNT
    kind = draw.integers(len(NAMES), clips, count)
    # Crowds are of one kind.
    crowd = draw.chance(0.35, clips, 1).expand(-1, count)
    kind = torch.where(crowd, kind[:, :1], kind)
    props = torch.tensor([NAMES.index(name) for name in PROPS])
    kind[:, spec.objects :] = props[draw.integers(len(props), clips, PROPS_COUNT)]
    present = draw.chance(0.8, clips, count)
    # The first body is the one that the camera is there for.
    present[:, 0] = True
    alike = draw.chance(spec.alike, clips, count) & (kind == kind[:, :1])
    alike[:, 0] = False
    alike[:, spec.objects :] = False
    chance = like_first(draw.rand(clips, count, MOST_PARTS), alike)
    ball = NAMES.index("ball")
    boxes, flat, total = (torch.zeros(clips, dtype=torch.int64) for _ in range(3))
    kept = torch.empty(clips, count, MOST_PARTS, dtype=torch.bool)
    for body in range(count):
        parts = _keep_parts(kind[:, body], chance[:, body])
        shape = TABLES.shape[kind[:, body]]
        sums = [
            used + (parts & chosen).sum(-1)
            for used, chosen in ((boxes, shape == BOX), (flat, shape != ROUND), (total, shape >= 0))
        ]
        limits = (MOST_FLAT[BOX], MOST_FLAT[CUT], MOST_PRIMITIVES - (count - 1 - body))
        fits = torch.stack([some <= limit for some, limit in zip(sums, limits, strict=True)]).all(0)
        kind[:, body] = torch.where(fits, kind[:, body], ball)
        single = torch.zeros_like(parts)
        single[:, 0] = total < MOST_PRIMITIVES
        parts = torch.where(fits[:, None], parts, single) & present[:, body, None]
        kept[:, body] = parts
        shape = TABLES.shape[kind[:, body]]
        boxes += (parts & (shape == BOX)).sum(-1)
        flat += (parts & (shape != ROUND)).sum(-1)
        total += parts.sum(-1)
    return kind, kept, alike & (kind == kind[:, :1])


def _keep_parts(kind: Tensor, chance: Tensor) -> Tensor:
    """Parts [B, P] of bodies of a kind [B]: what hangs on a part that is left out is left out too."""
    kept = chance.gather(1, TABLES.like[kind]) < TABLES.keep[kind]
    parent = TABLES.parent[kind]
    for part in range(MOST_PARTS):
        above = kept.gather(1, (parent[:, part, None] - 1).clamp(min=0))[:, 0]
        kept[:, part] &= above | (parent[:, part] == 0)
    return kept


def pack(kind: Tensor, kept: Tensor, sharp: Tensor, room: Room, objects: int) -> Packed:
    """The parts that are there, those that take longest first, and their bounds; `sharp` [B, N] are a body's edges."""
    clips, count, parts = kept.shape
    shape = torch.where(kept, TABLES.shape[kind], -1).flatten(1)
    # There may be fewer parts than primitives.
    shape = F.pad(shape, (0, MOST_PRIMITIVES), value=-1)
    order = shape.argsort(dim=1, descending=True, stable=True)[:, :MOST_PRIMITIVES]
    shape = shape.gather(1, order)
    found = shape >= 0
    slot = torch.where(found, order, count * parts)
    body = slot.clamp(max=count * parts - 1) // parts
    label = torch.where(found & (body < objects), body + 1, 0)
    cut = F.pad(TABLES.cut[kind].flatten(1, 2), (0, 0, 0, 1)).gather(1, slot[..., None].expand(-1, -1, 2))
    boxy = shape == BOX
    low, high = (
        torch.where(boxy[..., None], side, torch.full((clips, MOST_PRIMITIVES, 3), side * UNBOUNDED))
        for side in (-1.0, 1.0)
    )
    flat = shape == CUT
    low[..., 0], high[..., 0] = (torch.where(flat, cut[..., i], value[..., 0]) for i, value in enumerate((low, high)))
    bulge = torch.where(boxy, torch.where(sharp.gather(1, body), SHARP, ROUNDED), 1.0)
    width, height, depth = room.half.unbind(-1)
    floor = torch.zeros_like(height)
    return Packed(
        slot,
        F.pad(label, (0, 1)),
        torch.cat([low, torch.stack([-width, floor, -depth], -1)[:, None]], 1),
        torch.cat([high, torch.stack([width, height, depth], -1)[:, None]], 1),
        F.pad(bulge, (0, 1), value=SHARP),
        F.pad(boxy, (0, 1), value=True),
        found.sum(1),
    )


def choose_bodies(
    draw: Draw, spec: SceneSpec, kind: Tensor, kept: Tensor, alike: Tensor, size: Tensor, camera: Camera, pace: Tensor
) -> Bodies:
    """Sizes, places and motion of bodies of a `kind` [B, N] with the parts `kept`; `pace` [B] is that of the clip."""
    clips, count = kind.shape
    moves = torch.ones(clips, count)
    moves[:, spec.objects :] = 0
    # Some hardly move while the camera does.
    moves *= 0.15 + 0.85 * draw.chance(0.75, clips, count)
    own = pace[:, None] * moves
    change = 0.2 * draw.normal(clips, count, MOST_PARTS, 3).gather(
        2, TABLES.like[kind][..., None].expand(-1, -1, -1, 3)
    )
    # All parts of a body are stout or slender alike.
    change = change + 0.22 * draw.normal(clips, count, 1, 3) * torch.tensor([0.5, 1.0, 1.0])
    change = like_first(change, alike)
    half = TABLES.half[kind] * torch.exp(change.clamp(-0.9, 0.9))
    # What is thin in two directions stays round.
    half[..., 2] = torch.where(TABLES.half[kind][..., 1] == TABLES.half[kind][..., 2], half[..., 1], half[..., 2])
    half = torch.where(TABLES.rolls[kind][..., None] > 0, TABLES.half[kind], half) * size[..., None, None]

    aside = (camera.distance / camera.focal)[:, None]
    depth = camera.distance[:, None] * (-0.3 + 1.0 * draw.rand(clips, count))
    depth[:, 0] *= 0.2
    # Props hide less of the bodies than bodies do of props.
    depth[:, spec.objects :] = depth[:, spec.objects :].abs()
    across = aside * draw.uniform(clips, count) * (1 + depth / camera.distance[:, None])
    across[:, 0] *= 0.4
    flies = torch.tensor([name in FLYING for name in NAMES])[kind] & draw.chance(0.7, clips, count)
    flies[:, spec.objects :] = False
    up = size * draw.between(0.5, 2.5, clips, count) * flies
    reach = aside * own
    travel = torch.stack([draw.path(1.5 * reach, clips, count), draw.path(0.8 * reach * flies, clips, count),
                          draw.path(0.6 * reach, clips, count)], 2)  # fmt: skip
    growth = draw.path(2.0 * own * draw.chance(0.7, clips, count), clips, count)
    # Half of what walks looks where it goes.
    heading = torch.where(
        draw.chance(0.5, clips, count),
        torch.atan2(-travel[:, :, 2, 0], travel[:, :, 0, 0]),
        math.pi * draw.uniform(clips, count),
    )
    tumble = own * flies
    turn = torch.cat([heading[..., None], draw.path(2.4 * own, clips, count), draw.path(1.5 * tumble, clips, count),
                      draw.path(1.8 * tumble, clips, count)], -1)  # fmt: skip
    gait = torch.stack([draw.between(0.4, 1.5, clips, count), 0.3 + 2.5 * own * draw.rand(clips, count),
                        draw.rand(clips, count), travel[:, :, 0, 0] / (6.2832 * size)], -1)  # fmt: skip
    soft = torch.tensor([name not in ("car", "robot", "box", "ball", "tree", "rider") for name in NAMES])[kind]
    flesh = 0.16 * draw.normal(clips, count, 3, 3).clamp(-2, 2) * (soft * draw.rand(clips, count))[..., None, None]
    flesh_time = torch.stack([0.3 + 1.5 * own * draw.rand(clips, count), draw.rand(clips, count)], -1)
    start = torch.stack([across, up, depth], -1)
    first_distance = camera.distance * camera.height.cos()
    return Bodies(
        _join(kind, half),
        kept,
        half,
        TABLES.span[kind],
        size,
        start,
        flies,
        travel,
        growth,
        turn,
        gait,
        flesh,
        flesh_time,
        first_distance,
    )


def _join(kind: Tensor, half: Tensor) -> Joints:
    parent = TABLES.parent[kind]
    above = (parent - 1).clamp(min=0)[..., None].expand(-1, -1, -1, 3)
    place = TABLES.at[kind] * half.gather(2, above) * (parent > 0)[..., None]
    back = TABLES.anchor[kind] * half[..., 0]
    return Joints(parent, place, back, TABLES.angles[kind], TABLES.phase[kind], TABLES.rolls[kind])
