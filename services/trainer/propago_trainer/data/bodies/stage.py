"""A scene at given times: its primitives as the camera sees them, the room as the last of them."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from propago_trainer.data.bodies.chance import along
from propago_trainer.data.bodies.kinematics import View, parts_in_world, room_in_world, view_at
from propago_trainer.data.bodies.records import doubles
from propago_trainer.data.bodies.scene import Choices
from propago_trainer.data.bodies.surfaces import Forms, Primitives, forms, seen_from

NOWHERE = -1e3
"""Height of what is not there: below the ground."""


@dataclass(frozen=True)
class Stage:
    """Scenes of B clips at n times."""

    shapes: Primitives
    """[B, n, K + 1, ...], float32."""
    forms: Forms
    focal: Tensor
    """[B, n]."""
    light: Tensor
    """Direction to the light in camera coordinates, [B, n, 3]."""


def set_stage(choices: Choices, time: Tensor) -> Stage:
    """`choices` on the device that computes, times [B, n]."""
    time = time.double()
    # Differences of squares follow.
    bodies, camera, room = doubles(choices.bodies), doubles(choices.camera), doubles(choices.room)
    matrix, centre, places = parts_in_world(bodies, time)
    clips, steps = time.shape
    missing = 1e-3 * torch.eye(3, dtype=time.dtype, device=time.device)
    missing_place = torch.zeros(clips, steps, 1, 3, dtype=time.dtype, device=time.device)
    missing_place[..., 1] = NOWHERE
    matrix = torch.cat([matrix, missing.expand(clips, steps, 1, 3, 3)], 2)
    centre = torch.cat([centre, missing_place], 2)
    slot = choices.packed.slot[:, None, :, None].expand(-1, steps, -1, 3)
    walls, floor = room_in_world(room)
    matrix = torch.cat([matrix.gather(2, slot[..., None].expand(-1, -1, -1, -1, 3)),
                        walls[:, None, None].expand(-1, steps, 1, 3, 3)], 2)  # fmt: skip
    centre = torch.cat([centre.gather(2, slot), floor[:, None, None].expand(-1, steps, 1, 3)], 2)
    bounds = (value[:, None].double() for value in (choices.packed.low, choices.packed.high, choices.packed.bulge))
    # The middle of what stands is at the same height in all frames, wherever its feet are.
    height = torch.where(bodies.flies[:, :1], places[:, 0, :, 1], camera.still[:, 1:2])
    followed = torch.stack([places[:, 0, :, 0], height, places[:, 0, :, 2]], -1)
    view = view_at(camera, room, followed, time)
    shapes = seen_from(view, matrix, centre, *bounds)
    return Stage(_single(shapes), forms(shapes, view.focal), view.focal.float(), _light(choices, view, time).float())


def _single(shapes: Primitives) -> Primitives:
    steps = shapes.shift.shape[1]
    low, high, bulge = (value.expand(-1, steps, *[-1] * (value.dim() - 2)) for value in
                        (shapes.low, shapes.high, shapes.bulge))  # fmt: skip
    values = (shapes.to_material, shapes.shift, shapes.to_camera, shapes.centre, low, high, bulge)
    return Primitives(*(value.float() for value in values))


def _light(choices: Choices, view: View, time: Tensor) -> Tensor:
    light = choices.room.light.double()[:, None]
    azimuth, height = light[..., 0] + along(light[..., 1:3], time), light[..., 3].expand_as(time)
    world = torch.stack([azimuth.sin() * height.cos(), height.sin(), azimuth.cos() * height.cos()], -1)
    return (view.turn @ world[..., None])[..., 0]
