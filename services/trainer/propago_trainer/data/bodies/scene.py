"""What a scene is made of and how it moves, as numbers.

World axes are x right, y up, z away from the first camera; the ground is y = 0. Bodies stand or fly about the origin,
which the camera looks at from a distance. A clip lasts from t = -0.5 to 0.5 however many frames it has. Paths are
pairs (speed, bend); see `chance.along`.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from torch import Tensor

from propago_trainer.data.appearance import Appearance, DrawnAppearance
from propago_trainer.data.bodies.parts import BOX, CUT

MOST_PRIMITIVES = 44
"""Of a scene; bodies for which there is no room become balls."""
MOST_FLAT = {BOX: 14, CUT: 24}
"""Primitives of a scene with planes in three directions, and with any planes at all: they take longer."""
FLAT = (MOST_FLAT[BOX], MOST_FLAT[CUT] - MOST_FLAT[BOX])
"""How many of the first primitives may have planes in three directions, and how many after them in one."""
PROPS_COUNT = 2
"""Things that stand about and count as background."""
GROUND, WALL, SKY = range(3)
"""Textures of the room; those of the bodies follow."""
SURFACES = 3
SHARP = 1e6
"""Bulge of a box with sharp edges."""
ROUNDED = 2.2
"""Of one whose corners are cut off by an ellipsoid."""


@dataclass(frozen=True)
class SceneSpec:
    """What to generate. `height` and `width` in px, multiples of 16."""

    height: int = 160
    width: int = 160
    frames: int = 4
    objects: int = 3
    """Bodies of a clip; a fifth of them is left out."""
    appearance: Appearance = field(default_factory=Appearance)
    alike: float = 0.6
    """Share of the bodies of the first one's kind that look like it."""
    plain: float = 0.35
    """Share of the bodies with little texture."""
    camouflage: float = 0.2
    """Share of the bodies in the textures of the room."""
    motion_blur: float = 0.25
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
    span: Tensor
    """Share of the parts' half sizes along their x axes that a cut leaves, [B, N, P]."""
    size: Tensor
    """Metres of the unit of lengths of `parts.Tables`, [B, N]."""
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
    still: Tensor
    """Where the middle of the first body is at t = 0, metres, [B, 3]."""
    follows: Tensor
    """How far the aim goes with that body, [B], 0..1."""
    carried: Tensor
    """How far the camera itself does."""
    aim: Tensor
    """What it aims at beside it, metres, [B, 3]."""
    pan: Tensor
    """Paths of the aim across and up, [B, 2, 2], radians."""
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
    count: Tensor
    """How many of the K are there, [B] int64."""


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
