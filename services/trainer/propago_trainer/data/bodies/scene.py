"""What a scene is made of and how it moves: every random choice, in the CPU's memory, the same for every device.

World axes are x right, y up, z away from the first camera; the ground is y = 0. Bodies stand or fly about the origin,
which the camera looks at from a distance. A clip lasts from t = -0.5 to 0.5 however many frames it has.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import torch
from torch import Tensor

from propago_trainer.data.appearance import Appearance, DrawnAppearance, draw_appearance
from propago_trainer.data.bodies.skeletons import (
    BOX,
    CUT,
    FLYING,
    MOST_PARTS,
    NAMES,
    PROPS,
    ROUND,
    UNBOUNDED,
    build_tables,
)
from propago_trainer.data.textures import Atlas

MOST_PRIMITIVES = 44
"""Of a scene; bodies for which there is no room become balls."""
MOST_FLAT = {BOX: 14, CUT: 24}
"""Primitives of a scene with planes in three directions, and with any planes at all: they take longer."""
PROPS_COUNT = 2
"""Things that stand about and count as background."""
GROUND, WALL, SKY = range(3)
"""Textures of the room; those of the bodies follow."""
SURFACES = 3
SHARP = 1e6
"""Bulge of a box with sharp edges."""
ROUNDED = 2.2
"""Of one whose corners are cut off by an ellipsoid."""
TABLES = build_tables()


@dataclass(frozen=True)
class SceneSpec:
    """What to generate. `height` and `width` in px, multiples of 16."""

    height: int = 160
    width: int = 160
    frames: int = 4
    objects: int = 3
    """Bodies of a clip; a fifth of them is left out."""
    appearance: Appearance = field(default_factory=Appearance)
    alike: float = 0.3
    """Share of the bodies that look like the first one."""
    plain: float = 0.35
    """Share of the bodies with little texture."""
    camouflage: float = 0.2
    """Share of the bodies in the textures of the room."""
    motion_blur: float = 0.35
    """Share of the clips with an open shutter."""
    lit: float = 1.0
    """Strength of light and shadow; 0 shows the plain textures."""


@dataclass(frozen=True)
class Joints:
    """How the parts of bodies hang together, [B, N, P, ...]; lengths in metres."""

    parent: Tensor
    """Index of the parent + 1, 0 is the body itself. int64."""
    place: Tensor
    """Of the joint along the parent's axes, from its centre, [..., 3]."""
    back: Tensor
    """Of the joint on the part's own x axis."""
    angles: Tensor
    """As in `Tables`, [..., 4]."""
    phase: Tensor
    rolls: Tensor


@dataclass(frozen=True)
class Bodies:
    """N bodies of each of B clips; the last `PROPS_COUNT` are props. Paths are pairs (speed, bend), see `along`."""

    joints: Joints
    kept: Tensor
    """Parts that are there, [B, N, P] bool."""
    half: Tensor
    """Half sizes of the parts, [B, N, P, 3], metres."""
    size: Tensor
    """Metres of a unit of length, [B, N]."""
    start: Tensor
    """Position at t = 0, [B, N, 3]; y counts from where the body stands on the ground."""
    flies: Tensor
    """Whether y counts from the ground to its middle, [B, N] bool."""
    travel: Tensor
    """Paths of x, y, z, [B, N, 3, 2], metres."""
    growth: Tensor
    """Path of the logarithm of the distance from the camera's first place, [B, N, 2]."""
    turn: Tensor
    """Yaw at t = 0, then paths of yaw, pitch and roll, [B, N, 7], radians."""
    gait: Tensor
    """Strength, periods a clip, and phase of the swings, and turns of what rolls, [B, N, 4]."""
    flesh: Tensor
    """Shear and stretch at its largest, [B, N, 3, 3], then its periods and phase in `flesh_time` [B, N, 2]."""
    flesh_time: Tensor
    first_distance: Tensor
    """Of the camera from the origin at t = 0 along the ground, [B]."""


@dataclass(frozen=True)
class Skins:
    """Colours of primitives: colour = base + gain * (texture - its mean), [B, N, P, ...]."""

    texture: Tensor
    """Which of the clip's textures, int64 [B, N, P]."""
    scale: Tensor
    """Textures a metre, [B, N]."""
    offset: Tensor
    """[B, N, P, 2], textures."""
    contrast: Tensor
    """[B, N]."""
    colour: Tensor
    """Takes the place of the texture's mean, [B, N, 3], as far as `own` [B, N] says."""
    own: Tensor
    tint: Tensor
    """[B, N, P, 3], factors."""
    gloss: Tensor
    """Strength of the highlight, [B, N]."""


@dataclass(frozen=True)
class Camera:
    """Paths end with an axis of (speed, bend)."""

    focal: Tensor
    """Focal length at t = 0 in half widths of the frame, [B]."""
    zoom: Tensor
    """Path of its logarithm, [B, 2]."""
    distance: Tensor
    """From the origin at t = 0, metres, [B]."""
    dolly: Tensor
    """Path of its logarithm, [B, 2]."""
    orbit: Tensor
    """Paths of yaw and height (radians), [B, 2, 2]."""
    height: Tensor
    """Angle above the ground at t = 0, [B]."""
    aim: Tensor
    """The point looked at, metres, [B, 3], and its paths across and up, [B, 2, 2], radians."""
    pan: Tensor
    roll: Tensor
    """Angle at t = 0 and its path, [B, 3]."""
    shake: Tensor
    """Of the aim: amplitude, periods, phase across and up, [B, 2, 3]."""


@dataclass(frozen=True)
class Room:
    """The box in which everything happens, and its light."""

    half: Tensor
    """Half width, height and half depth, metres, [B, 3]."""
    yaw: Tensor
    """[B]."""
    scale: Tensor
    """Textures a metre, of ground, walls and ceiling, [B, 3]."""
    light: Tensor
    """Azimuth, its path, and elevation of the light, [B, 4]."""
    ambient: Tensor
    """[B]; the rest comes from the light."""
    shadow: Tensor
    """Darkness of cast shadows, [B]."""
    focus: Tensor
    """Strength of the blur of what is nearer or farther than the origin, [B]."""


@dataclass(frozen=True)
class Packed:
    """The K primitives of a scene, boxes first, then the cut ones, and last the room, [B, K + 1, ...]."""

    slot: Tensor
    """Which of the N * P parts, N * P where there is none, [B, K] int64."""
    label: Tensor
    """Number of the body, 0 is background. int64."""
    low: Tensor
    high: Tensor
    bulge: Tensor
    """Bounds in material coordinates; see `surfaces`."""
    boxy: Tensor
    """Whether its faces are flat, bool."""


@dataclass(frozen=True)
class Choices:
    """What happens in B clips."""

    bodies: Bodies
    skins: Skins
    camera: Camera
    room: Room
    textures: Tensor
    """Of the atlas, [B, SURFACES + N] int64."""
    packed: Packed
    shutter: Tensor
    """Share of the time between frames that the shutter is open, [B]; 0 is a sharp picture."""
    appearance: DrawnAppearance


class _Draw:
    """Random numbers of a clip's parts."""

    def __init__(self, seed: int) -> None:
        self.generator = torch.Generator().manual_seed(seed)

    def rand(self, *shape: int) -> Tensor:
        return torch.rand(*shape, generator=self.generator)

    def uniform(self, *shape: int) -> Tensor:
        return 2 * self.rand(*shape) - 1

    def normal(self, *shape: int) -> Tensor:
        return torch.randn(*shape, generator=self.generator)

    def between(self, low: float, high: float, *shape: int) -> Tensor:
        """Log-uniform."""
        return low * (high / low) ** self.rand(*shape)

    def chance(self, share: float, *shape: int) -> Tensor:
        return self.rand(*shape) < share

    def integers(self, high: int, *shape: int) -> Tensor:
        return torch.randint(high, shape, generator=self.generator)

    def path(self, reach: Tensor | float, *shape: int) -> Tensor:
        """A random (speed, bend) in `shape`; `reach` is broadcast against it."""
        return torch.stack([self.uniform(*shape), 0.5 * self.uniform(*shape)], -1) * (
            reach[..., None] if isinstance(reach, Tensor) else reach
        )


def along(path: Tensor, time: Tensor) -> Tensor:
    """The value of paths [..., 2] at times that are broadcast against [...]: straight with a bend."""
    return path[..., 0] * time + path[..., 1] * (4 * time**2 - 0.5)


def choose(atlas: Atlas, spec: SceneSpec, seed: int, clips: int) -> Choices:
    """Everything random but the noise of the pixels."""
    draw = _Draw(seed)
    count = spec.objects + PROPS_COUNT
    # Clips are slow or fast as a whole; a power makes slow ones as frequent as they are in videos.
    pace = draw.rand(clips) ** 1.5 * 0.95 + 0.05
    kind, kept = _choose_kinds(draw, spec, clips)
    alike = draw.chance(spec.alike, clips, count)
    alike[:, 0] = False
    alike[:, spec.objects :] = False
    alike &= kind == kind[:, :1]
    kept = _like_first(kept, alike)
    size = draw.between(0.55, 1.25, clips, count)
    size = torch.where(alike, size[:, :1] * draw.between(0.85, 1.15, clips, count), size)
    camera = _choose_camera(draw, pace, size[:, 0])
    bodies = _choose_bodies(draw, spec, kind, kept, alike, size, camera, pace)
    room = _choose_room(draw, spec, camera)
    sharp = _like_first(draw.chance(0.6, clips, count), alike)
    return Choices(
        bodies,
        _choose_skins(draw, spec, kind, alike),
        camera,
        room,
        draw.integers(len(atlas.textures), clips, SURFACES + count),
        _pack(kind, kept, sharp, room, spec.objects),
        _choose_shutter(draw, spec, clips),
        draw_appearance(draw.generator, clips, spec.frames, spec.appearance),
    )


def _like_first(value: Tensor, alike: Tensor) -> Tensor:
    """Values [B, N, ...] where bodies that are alike have the first one's."""
    return torch.where(alike.view(*alike.shape, *[1] * (value.dim() - 2)), value[:, :1], value)


def _choose_kinds(draw: _Draw, spec: SceneSpec, clips: int) -> tuple[Tensor, Tensor]:
    """Kinds [B, N] and which parts they have [B, N, P], within what a scene may have of primitives."""
    count = spec.objects + PROPS_COUNT
    kind = draw.integers(len(NAMES), clips, count)
    # Crowds are of one kind.
    crowd = draw.chance(0.3, clips, 1).expand(-1, count)
    kind = torch.where(crowd, kind[:, :1], kind)
    props = torch.tensor([NAMES.index(name) for name in PROPS])
    kind[:, spec.objects :] = props[draw.integers(len(props), clips, PROPS_COUNT)]
    present = draw.chance(0.8, clips, count)
    chance = draw.rand(clips, count, MOST_PARTS)
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
    return kind, kept


def _keep_parts(kind: Tensor, chance: Tensor) -> Tensor:
    """Parts [B, P] of bodies of a kind [B]: what hangs on a part that is left out is left out too."""
    kept = chance.gather(1, TABLES.like[kind]) < TABLES.keep[kind]
    parent = TABLES.parent[kind]
    for part in range(MOST_PARTS):
        above = kept.gather(1, (parent[:, part, None] - 1).clamp(min=0))[:, 0]
        kept[:, part] &= above | (parent[:, part] == 0)
    return kept


def _pack(kind: Tensor, kept: Tensor, sharp: Tensor, room: Room, objects: int) -> Packed:
    clips, count, parts = kept.shape
    shape = torch.where(kept, TABLES.shape[kind], -1).flatten(1)
    # There may be fewer parts than primitives.
    shape = torch.nn.functional.pad(shape, (0, MOST_PRIMITIVES), value=-1)
    order = shape.argsort(dim=1, descending=True, stable=True)[:, :MOST_PRIMITIVES]
    shape = shape.gather(1, order)
    found = shape >= 0
    slot = torch.where(found, order, count * parts)
    body = slot.clamp(max=count * parts - 1) // parts
    label = torch.where(found & (body < objects), body + 1, 0)
    cut = torch.nn.functional.pad(TABLES.cut[kind].flatten(1, 2), (0, 0, 0, 1)).gather(
        1, slot[..., None].expand(-1, -1, 2)
    )
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
        torch.nn.functional.pad(label, (0, 1)),
        torch.cat([low, torch.stack([-width, floor, -depth], -1)[:, None]], 1),
        torch.cat([high, torch.stack([width, height, depth], -1)[:, None]], 1),
        torch.nn.functional.pad(bulge, (0, 1), value=SHARP),
        torch.nn.functional.pad(boxy, (0, 1), value=True),
    )


def _choose_camera(draw: _Draw, pace: Tensor, size: Tensor) -> Camera:
    clips = len(pace)
    focal = draw.between(1.0, 2.6, clips)
    # The first body is that large on the screen.
    distance = focal * size / draw.between(0.18, 0.6, clips)
    shaken = draw.chance(0.3, clips).float() * pace
    shake = torch.stack(
        [
            0.04 * draw.rand(clips, 2) * shaken[:, None] / focal[:, None],
            draw.between(1.5, 5, clips, 2),
            draw.rand(clips, 2),
        ],
        -1,
    )
    aim = torch.stack(
        [0.2 * distance / focal * draw.uniform(clips), size * draw.between(0.15, 1.2, clips), torch.zeros(clips)], -1
    )
    tilt = 0.5 * draw.uniform(clips) * draw.chance(0.3, clips)
    return Camera(
        focal,
        draw.path(0.5 * pace, clips),
        distance,
        draw.path(0.8 * pace, clips),
        torch.stack([draw.path(1.6 * pace, clips), draw.path(0.4 * pace, clips)], 1),
        0.06 + 0.9 * draw.rand(clips) ** 1.7,
        aim,
        torch.stack([draw.path(0.6 * pace / focal, clips), draw.path(0.4 * pace / focal, clips)], 1),
        torch.cat([tilt[:, None], draw.path(0.7 * pace * draw.chance(0.5, clips), clips)], 1),
        shake,
    )


def _choose_bodies(
    draw: _Draw, spec: SceneSpec, kind: Tensor, kept: Tensor, alike: Tensor, size: Tensor, camera: Camera, pace: Tensor
) -> Bodies:
    clips, count = kind.shape
    moves = torch.ones(clips, count)
    moves[:, spec.objects :] = 0
    # A third of the bodies rest while the camera moves.
    moves *= 0.15 + 0.85 * draw.chance(0.75, clips, count)
    own = pace[:, None] * moves
    change = 0.2 * draw.normal(clips, count, MOST_PARTS, 3).gather(
        2, TABLES.like[kind][..., None].expand(-1, -1, -1, 3)
    )
    # All parts of a body are stout or slender alike.
    change = change + 0.22 * draw.normal(clips, count, 1, 3) * torch.tensor([0.5, 1.0, 1.0])
    change = _like_first(change, alike)
    half = TABLES.half[kind] * torch.exp(change.clamp(-0.9, 0.9))
    # What is thin in two directions stays round.
    half[..., 2] = torch.where(TABLES.half[kind][..., 1] == TABLES.half[kind][..., 2], half[..., 1], half[..., 2])
    half = torch.where(TABLES.rolls[kind][..., None] > 0, TABLES.half[kind], half) * size[..., None, None]

    aside = (camera.distance / camera.focal)[:, None]
    depth = camera.distance[:, None] * (-0.45 + 1.45 * draw.rand(clips, count))
    depth[:, 0] *= 0.2
    across = aside * draw.uniform(clips, count) * (1 + depth / camera.distance[:, None])
    across[:, 0] *= 0.4
    flies = torch.tensor([name in FLYING for name in NAMES])[kind] & draw.chance(0.7, clips, count)
    flies[:, spec.objects :] = False
    up = size * draw.between(0.3, 2.2, clips, count) * flies
    reach = aside * own
    travel = torch.stack([draw.path(1.5 * reach, clips, count), draw.path(0.8 * reach * flies, clips, count),
                          draw.path(0.6 * reach, clips, count)], 2)  # fmt: skip
    growth = draw.path(1.3 * own * draw.chance(0.6, clips, count), clips, count)
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
        _join(kind, half), kept, half, size, start, flies, travel, growth, turn, gait, flesh, flesh_time, first_distance
    )


def _join(kind: Tensor, half: Tensor) -> Joints:
    parent = TABLES.parent[kind]
    above = (parent - 1).clamp(min=0)[..., None].expand(-1, -1, -1, 3)
    place = TABLES.at[kind] * half.gather(2, above) * (parent > 0)[..., None]
    back = TABLES.anchor[kind] * half[..., 0]
    return Joints(parent, place, back, TABLES.angles[kind], TABLES.phase[kind], TABLES.rolls[kind])


def _choose_skins(draw: _Draw, spec: SceneSpec, kind: Tensor, alike: Tensor) -> Skins:
    clips, count = kind.shape
    first = SURFACES + torch.arange(count).expand(clips, -1)
    hidden = draw.chance(spec.camouflage, clips, count)
    first = torch.where(hidden, draw.integers(SURFACES, clips, count), first)
    # The second skin is another body's, or the first one.
    second = torch.where(draw.chance(0.5, clips, count), SURFACES + draw.integers(count, clips, count), first)
    pair = _like_first(torch.stack([first, second], -1), alike)
    texture = pair.gather(2, TABLES.skin[kind])
    plain = draw.chance(spec.plain, clips, count)
    contrast = torch.where(plain, 0.25 * draw.rand(clips, count), 0.6 + 0.6 * draw.rand(clips, count))
    grey = draw.rand(clips, count, 1)
    colour = (0.08 + 0.84 * draw.rand(clips, count, 1) + 0.35 * draw.uniform(clips, count, 3) * grey).clamp(0.03, 0.97)
    own = draw.chance(0.5, clips, count).float() * ~hidden
    # Sides of a pair have the same tint.
    tinted = draw.chance(0.5, clips, count, 1, 1).float()
    tint = torch.exp(tinted * (0.2 * draw.normal(clips, count, MOST_PARTS, 1)
                               + 0.12 * draw.normal(clips, count, MOST_PARTS, 3)))  # fmt: skip
    tint = tint.gather(2, TABLES.like[kind][..., None].expand(-1, -1, -1, 3))
    chain = torch.tensor([name in ("flag", "snake", "rope", "fish") for name in NAMES])[kind]
    offset = draw.rand(clips, count, MOST_PARTS, 2)
    offset = torch.where(chain[..., None, None], offset[:, :, :1], offset)
    values = (draw.between(0.3, 1.3, clips, count), offset, contrast, colour, own, tint,
              draw.rand(clips, count) ** 2 * draw.chance(0.5, clips, count))  # fmt: skip
    return Skins(texture, *(_like_first(value, alike) for value in values))


def _choose_room(draw: _Draw, spec: SceneSpec, camera: Camera) -> Room:
    clips = len(camera.focal)
    half = camera.distance[:, None] * draw.between(3.0, 9.0, clips, 3)
    half[:, 1] = camera.distance * draw.between(3.0, 6.0, clips)
    # A texture of the ground is about as wide as the frame, a wall shows about one.
    per_metre = torch.stack(
        [
            camera.focal / camera.distance * draw.between(0.15, 0.7, clips),
            draw.between(0.6, 2.5, clips) / half[:, 0],
            draw.between(0.6, 2.5, clips) / half[:, 0],
        ],
        -1,
    )
    light = torch.cat([3.1416 * draw.uniform(clips, 1), draw.path(1.0, clips) * draw.chance(0.4, clips, 1),
                       0.35 + 1.1 * draw.rand(clips, 1)], 1)  # fmt: skip
    ambient = 1 - spec.lit * (0.25 + 0.5 * draw.rand(clips))
    shadow = spec.lit * draw.rand(clips) * draw.chance(0.8, clips)
    focus = draw.chance(0.25, clips) * draw.rand(clips)
    return Room(half, 3.1416 * draw.uniform(clips), per_metre, light, ambient, shadow, focus)


def _choose_shutter(draw: _Draw, spec: SceneSpec, clips: int) -> Tensor:
    """The same number of open shutters in every batch: shapes do not depend on the seed."""
    rank = torch.randperm(clips, generator=draw.generator)
    return torch.where(rank < round(clips * spec.motion_blur), 0.3 + 0.7 * draw.rand(clips), 0.0)
