"""How the bodies look, and where: skins, camera, room, light."""

from __future__ import annotations

import torch
from torch import Tensor

from propago_trainer.data.bodies.chance import Draw, like_first
from propago_trainer.data.bodies.parts import MOST_PARTS
from propago_trainer.data.bodies.scene import SURFACES, Camera, Room, SceneSpec, Skins
from propago_trainer.data.bodies.skeletons import NAMES, TABLES


def choose_camera(draw: Draw, pace: Tensor, size: Tensor) -> Camera:
    """A camera that moves, turns and zooms at a `pace` [B]; the first body, of a `size` [B], fills a good part of it.

    It still has to be told where that body is.
    """
    clips = len(pace)
    focal = draw.between(1.0, 2.6, clips)
    distance = focal * size / draw.between(0.33, 0.85, clips)
    shaken = draw.chance(0.3, clips).float() * pace
    shake = torch.stack(
        [
            0.04 * draw.rand(clips, 2) * shaken[:, None] / focal[:, None],
            draw.between(1.5, 5, clips, 2),
            draw.rand(clips, 2),
        ],
        -1,
    )
    aside = torch.stack([0.3 * draw.uniform(clips), 0.25 * draw.uniform(clips), torch.zeros(clips)], -1)
    tilt = 0.5 * draw.uniform(clips) * draw.chance(0.3, clips)
    follows = draw.chance(0.8, clips) * (0.7 + 0.3 * draw.rand(clips))
    carried = follows * draw.chance(0.5, clips) * draw.rand(clips)
    return Camera(
        focal,
        draw.path(0.5 * pace, clips),
        distance,
        draw.path(1.2 * pace, clips),
        torch.stack([draw.path(1.6 * pace, clips), draw.path(0.4 * pace, clips)], 1),
        0.06 + 0.9 * draw.rand(clips) ** 1.7,
        torch.zeros(clips, 3),
        follows,
        carried,
        aside * (distance / focal)[:, None],
        torch.stack([draw.path(0.4 * pace / focal, clips), draw.path(0.25 * pace / focal, clips)], 1),
        torch.cat([tilt[:, None], draw.path(0.7 * pace * draw.chance(0.5, clips), clips)], 1),
        shake,
    )


def choose_skins(draw: Draw, spec: SceneSpec, kind: Tensor, alike: Tensor) -> Skins:
    """Skins of bodies of a `kind` [B, N]; those that are `alike` have the first one's."""
    clips, count = kind.shape
    first = SURFACES + torch.arange(count).expand(clips, -1)
    hidden = draw.chance(spec.camouflage, clips, count)
    first = torch.where(hidden, draw.integers(SURFACES, clips, count), first)
    # The second skin is another body's, or the first one.
    second = torch.where(draw.chance(0.5, clips, count), SURFACES + draw.integers(count, clips, count), first)
    pair = like_first(torch.stack([first, second], -1), alike)
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
    return Skins(texture, *(like_first(value, alike) for value in values))


def choose_room(draw: Draw, spec: SceneSpec, camera: Camera) -> Room:
    """A room that holds the camera and the bodies wherever they go."""
    clips = len(camera.focal)
    half = camera.distance[:, None] * draw.between(3.0, 9.0, clips, 3)
    half[:, 1] = camera.distance * draw.between(3.0, 6.0, clips)
    # A texture of the ground is about as wide as the frame, a wall shows about one.
    per_metre = torch.stack(
        [
            camera.focal / camera.distance * draw.between(0.25, 1.5, clips),
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
