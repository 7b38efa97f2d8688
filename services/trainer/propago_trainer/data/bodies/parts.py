"""Parts of bodies and how they hang together, as tables.

A body's axes are x ahead, y up, z to its side. A part's own x axis points along it, away from its parent; its
material coordinates u are in units of its half sizes, so its surface is the unit sphere, cut by planes, or a cube.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from propago_trainer.data.bodies.rotation import rotation

ROUND, CUT, BOX = 0, 1, 2
"""Shapes: an ellipsoid, one that is cut by planes across its x axis, a box."""
UNBOUNDED = 9.0
"""A cut so far out that it cuts nothing."""
MOST_PARTS = 16

Vector = tuple[float, float, float]


@dataclass(frozen=True)
class Part:
    """Lengths in any unit, a body's is the same; angles in degrees."""

    half: Vector
    """Half sizes along the part's own axes."""
    parent: int = -1
    at: Vector = (0, 0, 0)
    """The joint, in the parent's material coordinates."""
    anchor: float = 0
    """The joint, on the part's own x axis in its material coordinates."""
    yaw: float = 0
    pitch: float = 0
    swing: tuple[float, float] = (0, 0)
    """Amplitudes of yaw and pitch."""
    phase: float = 0
    """Of the swing, in periods."""
    rolls: float = 0
    """Turns about the x axis while the body moves one of its lengths."""
    shape: int = ROUND
    cut: tuple[float, float] = (-UNBOUNDED, UNBOUNDED)
    skin: int = 0
    """Which of the body's two skins."""
    like: int = -1
    """A part before this one whose random changes it shares, as the left leg shares the right one's."""
    keep: float = 1
    """How often it is there."""


@dataclass(frozen=True)
class Tables:
    """All kinds' parts as tensors, [kind, part, ...]; parts that a kind does not have are never kept.

    Lengths are such that all kinds are alike in size: a ball has the radius 1, a person is 2.7 tall.
    """

    parent: Tensor
    """Index of the parent + 1, 0 is the body itself. int64."""
    like: Tensor
    """int64, the part's own index where it shares nothing."""
    shape: Tensor
    skin: Tensor
    half: Tensor
    at: Tensor
    angles: Tensor
    """Yaw and pitch at rest, then the amplitudes of their swing, radians, [..., 4]."""
    anchor: Tensor
    phase: Tensor
    rolls: Tensor
    cut: Tensor
    span: Tensor
    """Share of the half size along the x axis that the cut leaves."""
    keep: Tensor
    tall: Tensor
    """Half the height at rest of each kind, [kind]."""


def build_tables(bodies: Sequence[list[Part]]) -> Tables:
    """The skeletons of some kinds of bodies."""
    absent = Part((1, 1, 1), keep=0)
    rows = [body + [absent] * (MOST_PARTS - len(body)) for body in bodies]

    def column(value: Callable[[Part], object]) -> Tensor:
        return torch.tensor([[value(part) for part in row] for row in rows])

    like = column(lambda part: part.like)
    boxes = [_extent(body) for body in bodies]
    # What is slender is longer than what is compact, but not as heavy.
    reach = torch.stack([box.max() ** 0.7 * box.prod() ** 0.1 for box in boxes])[:, None]
    span = column(lambda part: min(1.0, max(-part.cut[0], part.cut[1])))
    return Tables(
        parent=column(lambda part: part.parent + 1),
        like=torch.where(like < 0, torch.arange(MOST_PARTS), like),
        shape=column(lambda part: part.shape),
        skin=column(lambda part: part.skin),
        half=column(lambda part: part.half).float() / reach[..., None],
        at=column(lambda part: part.at).float(),
        angles=torch.deg2rad(column(lambda part: (part.yaw, part.pitch, *part.swing)).float()),
        anchor=column(lambda part: part.anchor).float(),
        phase=column(lambda part: part.phase).float(),
        rolls=column(lambda part: part.rolls).float() * reach,
        cut=column(lambda part: part.cut).float(),
        span=span.float(),
        keep=column(lambda part: part.keep).float(),
        tall=torch.stack([box[1] for box in boxes]) / reach[:, 0],
    )


def _extent(body: list[Part]) -> Tensor:
    """Half of length, height and width at rest, [3]."""
    turns: list[Tensor] = []
    centres: list[Tensor] = []
    low, high = [], []
    for part in body:
        yaw, pitch, none = torch.deg2rad(torch.tensor([part.yaw, part.pitch, 0.0]))
        turn = rotation(yaw, pitch, none)
        joint = torch.zeros(3)
        if part.parent >= 0:
            above = body[part.parent]
            joint = centres[part.parent] + turns[part.parent] @ (torch.tensor(part.at) * torch.tensor(above.half))
            turn = turns[part.parent] @ turn
        half = torch.tensor(part.half)
        turns.append(turn)
        centres.append(joint - turn[:, 0] * part.anchor * half[0])
        half = half * torch.tensor([min(1.0, max(-part.cut[0], part.cut[1])), 1.0, 1.0])
        extent = (turn * half).norm(dim=-1)
        low.append(centres[-1] - extent)
        high.append(centres[-1] + extent)
    return (torch.stack(high).amax(0) - torch.stack(low).amin(0)) / 2
