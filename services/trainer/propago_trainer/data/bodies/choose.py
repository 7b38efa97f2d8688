"""Every random choice of a batch of scenes, in the CPU's memory, the same for every device."""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor

from propago_trainer.data.appearance import draw_appearance
from propago_trainer.data.bodies.chance import Draw, like_first
from propago_trainer.data.bodies.choose_bodies import choose_bodies, choose_kinds, pack
from propago_trainer.data.bodies.choose_looks import choose_camera, choose_room, choose_skins
from propago_trainer.data.bodies.scene import PROPS_COUNT, SURFACES, Bodies, Choices, SceneSpec
from propago_trainer.data.bodies.skeletons import TABLES
from propago_trainer.data.textures import Atlas


def choose(atlas: Atlas, spec: SceneSpec, seed: int, clips: int) -> Choices:
    """Everything random but the noise of the pixels."""
    draw = Draw(seed)
    count = spec.objects + PROPS_COUNT
    # Clips are slow or fast as a whole; a power makes slow ones as frequent as they are in videos.
    pace = draw.rand(clips) ** 1.5 * 0.95 + 0.05
    kind, kept, alike = choose_kinds(draw, spec, clips)
    size = draw.between(0.65, 1.4, clips, count)
    # Props are not what it is about.
    size[:, spec.objects :] *= 0.5
    size = torch.where(alike, size[:, :1] * draw.between(0.85, 1.15, clips, count), size)
    camera = choose_camera(draw, pace, size[:, 0])
    bodies = choose_bodies(draw, spec, kind, kept, alike, size, camera, pace)
    camera = replace(camera, still=_middle(kind, bodies))
    room = choose_room(draw, spec, camera)
    sharp = like_first(draw.chance(0.6, clips, count), alike)
    return Choices(
        bodies,
        choose_skins(draw, spec, kind, alike),
        camera,
        room,
        draw.integers(len(atlas.textures), clips, SURFACES + count),
        pack(kind, kept, sharp, room, spec.objects),
        _choose_shutter(draw, spec, clips),
        draw_appearance(draw.generator, clips, spec.frames, spec.appearance),
    )


def _middle(kind: Tensor, bodies: Bodies) -> Tensor:
    """Of the first bodies at t = 0, [B, 3]."""
    stands = TABLES.tall[kind[:, 0]] * bodies.size[:, 0]
    x, y, z = bodies.start[:, 0].unbind(-1)
    return torch.stack([x, torch.where(bodies.flies[:, 0], y, stands), z], -1)


def _choose_shutter(draw: Draw, spec: SceneSpec, clips: int) -> Tensor:
    """The same number of open shutters in every batch: shapes do not depend on the seed."""
    rank = torch.randperm(clips, generator=draw.generator)
    return torch.where(rank < round(clips * spec.motion_blur), 0.06 + 0.24 * draw.rand(clips), 0.0)
