"""Where all parts, the room and the camera are at given times of a clip.

Every function is exact for any time, so that what a shutter averages over is part of the same motion. float64: what
follows takes differences of squares.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from propago_trainer.data.bodies.chance import along
from propago_trainer.data.bodies.parts import MOST_PARTS
from propago_trainer.data.bodies.rotation import rotation
from propago_trainer.data.bodies.scene import Bodies, Camera, Room

TURN = 6.2831853


def parts_in_world(bodies: Bodies, time: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Matrix [B, n, N * P, 3, 3] and centre [B, n, N * P, 3]: material coordinates u are at matrix u + centre.

    Third the places of the bodies, [B, N, n, 3]. time [B, n].
    """
    local, centre = _parts_in_body(bodies, time)
    flesh = (bodies.flesh_time[..., 0, None] * time[:, None] + bodies.flesh_time[..., 1, None]) * TURN
    shape = torch.eye(3, dtype=time.dtype, device=time.device) + bodies.flesh[:, :, None] * flesh.sin()[..., None, None]
    yaw, pitch, roll = (along(bodies.turn[..., None, 1 + 2 * axis : 3 + 2 * axis], time[:, None]) for axis in range(3))
    root = rotation(bodies.turn[..., :1] + yaw, pitch, roll) @ shape
    local, centre = root[:, :, None] @ local, (root[:, :, None] @ centre[..., None])[..., 0]
    # A body stands on its lowest point.
    up = local[..., 1, :]
    reach = torch.cat([up[..., :1] * bodies.span[..., None, None], up[..., 1:]], -1).norm(dim=-1)
    low = (centre[..., 1] - reach).masked_fill(~bodies.kept[..., None], torch.inf).amin(2)
    foot = -low.masked_fill(low.isinf(), 0)
    places = _place(bodies, time, foot)
    centre = centre + places[:, :, None]
    return local.flatten(1, 2).transpose(1, 2), centre.flatten(1, 2).transpose(1, 2), places


def _place(bodies: Bodies, time: Tensor, foot: Tensor) -> Tensor:
    """Positions of the bodies, [B, N, n, 3]; foot [B, N, n] is how high each of them stands."""
    moved = bodies.start[:, :, None] + along(bodies.travel[:, :, None], time[:, None, :, None])
    away = torch.stack([moved[..., 0], moved[..., 2] + bodies.first_distance[:, None, None]], -1)
    grown = away * along(bodies.growth[:, :, None], time[:, None]).exp()[..., None]
    length = grown.norm(dim=-1).clamp(min=1e-6)
    # Nobody comes so near that the camera is inside.
    nearest = 1.6 * bodies.size[..., None]
    grown = grown * ((length**2 + nearest**2).sqrt() / length)[..., None]
    height = torch.where(bodies.flies[..., None], torch.maximum(moved[..., 1], foot), foot)
    return torch.stack([grown[..., 0], height, grown[..., 1] - bodies.first_distance[:, None, None]], -1)


def _parts_in_body(bodies: Bodies, time: Tensor) -> tuple[Tensor, Tensor]:
    """Matrix [B, N, P, n, 3, 3] and centre [B, N, P, n, 3] of each part in its body's axes."""
    joints, half = bodies.joints, bodies.half
    strength, periods, start, turns = (value[..., None, None] for value in bodies.gait.unbind(-1))
    moment = time[:, None, None]
    swing = strength * torch.sin(TURN * (joints.phase[..., None] + start + periods * moment))
    spin = TURN * joints.rolls[..., None] * turns * moment
    yaw, pitch = (joints.angles[..., axis, None] + joints.angles[..., 2 + axis, None] * swing for axis in range(2))
    turned = rotation(yaw, pitch, spin)
    clips, count = half.shape[:2]
    steps = time.shape[1]
    frames = torch.zeros(clips, count, MOST_PARTS + 1, steps, 3, 4, dtype=time.dtype, device=time.device)
    frames[:, :, 0, ..., :3] = torch.eye(3, dtype=time.dtype, device=time.device)
    for part in range(MOST_PARTS):
        which = joints.parent[:, :, part, None, None, None, None].expand(-1, -1, 1, steps, 3, 4)
        base = frames.gather(2, which)[:, :, 0]
        matrix = base[..., :3] @ turned[:, :, part]
        place = base[..., 3] + (base[..., :3] * joints.place[:, :, part, None, None]).sum(-1)
        frames[:, :, part + 1, ..., :3] = matrix
        frames[:, :, part + 1, ..., 3] = place - matrix[..., 0] * joints.back[:, :, part, None, None]
    return frames[:, :, 1:, ..., :3] * half[:, :, :, None, None], frames[:, :, 1:, ..., 3]


@dataclass(frozen=True)
class View:
    """The camera at n times: p = turn (world - place); x to the right, y down, z ahead."""

    turn: Tensor
    """[B, n, 3, 3]."""
    place: Tensor
    """[B, n, 3]."""
    focal: Tensor
    """[B, n], half widths of the frame."""


def view_at(camera: Camera, room: Room, followed: Tensor, time: Tensor) -> View:
    """The camera at times [B, n], when the body that it may follow is at `followed` [B, n, 3]."""
    distance = camera.distance[:, None] * along(camera.dolly[:, None], time).exp()
    yaw = along(camera.orbit[:, None, 0], time)
    # Above the ground, and not straight above.
    height = (camera.height[:, None] + along(camera.orbit[:, None, 1], time)).clamp(0.04, 1.3)
    away = torch.stack([-yaw.sin() * height.cos(), height.sin(), -yaw.cos() * height.cos()], -1)
    carried, seen = (
        torch.lerp(camera.still[:, None], followed, share[:, None, None]) + camera.aim[:, None]
        for share in (camera.carried, camera.follows)
    )
    place = _within(room, carried + away * distance[..., None])
    ahead = seen - place
    shake = camera.shake[:, None]
    angle = along(camera.pan[:, None], time[..., None])
    angle = angle + shake[..., 0] * torch.sin(TURN * (shake[..., 1] * time[..., None] + shake[..., 2]))
    yaw = torch.atan2(ahead[..., 0], ahead[..., 2]) + angle[..., 0]
    pitch = torch.atan2(ahead[..., 1], ahead[..., ::2].norm(dim=-1)) + angle[..., 1]
    zero = torch.zeros_like(yaw)
    ahead = torch.stack([yaw.sin() * pitch.cos(), pitch.sin(), yaw.cos() * pitch.cos()], -1)
    right = torch.stack([yaw.cos(), zero, -yaw.sin()], -1)
    down = -torch.linalg.cross(ahead, right)
    roll = (camera.roll[:, None, 0] + along(camera.roll[:, None, 1:], time))[..., None]
    turned = [right * roll.cos() + down * roll.sin(), down * roll.cos() - right * roll.sin(), ahead]
    focal = camera.focal[:, None] * along(camera.zoom[:, None], time).exp()
    return View(torch.stack(turned, -2), place, focal)


def _within(room: Room, place: Tensor) -> Tensor:
    """Places [B, n, 3] that keep away from the walls."""
    limit = 0.9 * torch.minimum(room.half[:, 0], room.half[:, 2])[:, None]
    far = place[..., ::2].norm(dim=-1).clamp(min=1e-6)
    shrink = torch.minimum(limit / far, torch.ones_like(far))
    up = torch.minimum(place[..., 1], 0.9 * room.half[:, 1:2])
    return torch.stack([place[..., 0] * shrink, up, place[..., 2] * shrink], -1)


def room_in_world(room: Room) -> tuple[Tensor, Tensor]:
    """Matrix [B, 3, 3] and centre [B, 3] of the room, whose material coordinates are metres: its floor is y = 0."""
    zero = torch.zeros_like(room.yaw)
    return rotation(room.yaw, zero, zero), torch.zeros_like(room.half)
