"""Clips of 3D scenes: drawing them, and where each surface point is in each frame."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from propago_trainer.data.appearance import degrade, relight
from propago_trainer.data.batch import mix_seed, on_device
from propago_trainer.data.bodies.choose import choose
from propago_trainer.data.bodies.light import light_up
from propago_trainer.data.bodies.points import surface_points
from propago_trainer.data.bodies.records import rows, to_device
from propago_trainer.data.bodies.scene import FLAT, MOST_PRIMITIVES, Choices, SceneSpec
from propago_trainer.data.bodies.skin import albedo, dress
from propago_trainer.data.bodies.stage import Stage, set_stage
from propago_trainer.data.bodies.trace import Hits, reach, trace
from propago_trainer.data.bodies.truth import SceneClips
from propago_trainer.data.generated import centres
from propago_trainer.data.textures import Atlas

NOISE_SEED = 5
CHUNK_PIXELS = {"cpu": 1 << 16, "cuda": 1 << 22}
"""Drawn at once: on a processor what fits its caches, on a GPU what fits its memory (some 100 values a pixel)."""


@torch.no_grad()
def render(atlas: Atlas, spec: SceneSpec, seed: int, clips: int) -> SceneClips:
    """A batch that depends on the arguments and the kind of device that draws it alone."""
    device = atlas.textures.device
    choices = choose(atlas, spec, seed, clips)
    local = to_device(choices, device)
    time = torch.linspace(-0.5, 0.5, spec.frames) if spec.frames > 1 else torch.zeros(1)
    stage = set_stage(local, on_device(time.expand(clips, -1), device))
    frames = paint(atlas, spec, local, stage)
    # Known here, so that nothing waits for the device.
    opened = choices.shutter.nonzero()[:, 0]
    if len(opened) > 0:
        half = choices.shutter[opened, None] * 0.5 / max(spec.frames - 1, 1)
        moments = on_device(torch.cat([time - half, time + half], 1), device)
        which = on_device(opened, device)
        some = rows(local, which)
        before, after = paint(atlas, spec, some, set_stage(some, moments)).chunk(2, 2)
        frames[which] = frames[which].mul_(0.4).add_(before.add_(after), alpha=0.3)
    noise = torch.Generator(device).manual_seed(mix_seed(seed, NOISE_SEED))
    frames = degrade(relight(frames, local.appearance), local.appearance, noise)
    return SceneClips(frames, stage.shapes, stage.forms, stage.focal, local.packed.label, primitives_used(local))


def primitives_used(choices: Choices) -> int:
    """Primitives that any scene has; on a GPU all that it could have, so that shapes are always the same."""
    count = choices.packed.count
    return int(count.max()) if count.device.type == "cpu" else MOST_PRIMITIVES


def paint(atlas: Atlas, spec: SceneSpec, choices: Choices, stage: Stage) -> Tensor:
    """Pictures [B, 3, n, H, W] of scenes at the times of a stage, 0..1, as many at once as the device likes."""
    clips, times = stage.focal.shape
    limit = CHUNK_PIXELS["cpu" if stage.focal.device.type == "cpu" else "cuda"]
    count = max(1, limit // (times * spec.height * spec.width))
    chunks = [slice(first, first + count) for first in range(0, clips, count)]
    parts = [_paint(atlas, spec, rows(choices, some), rows(stage, some)) for some in chunks]
    return parts[0] if len(parts) == 1 else torch.cat(parts)


def _paint(atlas: Atlas, spec: SceneSpec, choices: Choices, stage: Stage) -> Tensor:
    device = stage.focal.device
    x, y = centres(spec.width, device), centres(spec.height, device)[:, None]
    used = primitives_used(choices)
    windows = reach(stage.shapes, stage.focal, spec.height, spec.width) if device.type == "cpu" else None
    hits = trace(stage.forms, x, y, FLAT, used, windows)
    points = surface_points(stage, hits, x, y)
    colour, gloss = albedo(dress(atlas, choices), stage, hits, points)
    return _soften(light_up(colour, gloss, choices, stage, hits, points, used), hits, choices)


def _soften(frames: Tensor, hits: Hits, choices: Choices) -> Tensor:
    """Blurs outlines by half a pixel, and what is far from the focus by more."""
    b, c, n, h, w = frames.shape
    blurred = F.avg_pool2d(frames.flatten(1, 2), 3, 1, 1, count_include_pad=False).view(b, c, n, h, w)
    edge = torch.zeros(b, n, h, w, device=frames.device)
    across = (hits.which[..., 1:] != hits.which[..., :-1]).float()
    down = (hits.which[..., 1:, :] != hits.which[..., :-1, :]).float()
    edge[..., 1:] += across
    edge[..., :-1] += across
    edge[..., 1:, :] += down
    edge[..., :-1, :] += down
    focus = 1 / choices.camera.distance[:, None, None, None]
    amount = choices.room.focus[:, None, None, None] * 2 * ((hits.depth / focus).log().abs() - 0.15)
    mix = torch.maximum(edge.clamp_(max=1).mul_(0.6), amount.clamp_(0, 1))
    return frames.lerp_(blurred, mix[:, None])
