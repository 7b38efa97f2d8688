"""Clips of 3D scenes: drawing them, and where each surface point is in each frame."""

from __future__ import annotations

from dataclasses import dataclass, fields

import torch
import torch.nn.functional as F
from torch import Tensor

from propago_trainer.data.appearance import degrade, relight
from propago_trainer.data.batch import mix_seed, on_device
from propago_trainer.data.bodies.records import rows, to_device
from propago_trainer.data.bodies.scene import MOST_FLAT, Choices, SceneSpec, choose
from propago_trainer.data.bodies.shade import Dress, albedo, dress, light_up, surface_points
from propago_trainer.data.bodies.skeletons import BOX, CUT
from propago_trainer.data.bodies.stage import Stage, set_stage
from propago_trainer.data.bodies.surfaces import NEAREST, Forms, Primitives
from propago_trainer.data.bodies.trace import Hits, reach, trace
from propago_trainer.data.textures import Atlas

NOISE_SEED = 5
FLAT = (MOST_FLAT[BOX], MOST_FLAT[CUT] - MOST_FLAT[BOX])
CHUNK_PIXELS = {"cpu": 1 << 16, "cuda": 1 << 22}
"""Drawn at once: on a processor what fits its caches, on a GPU what fits its memory (some 100 values a pixel)."""
TOLERANCE = 2e-3
"""Of inverse depths: what is nearer than a surface point by this share covers it."""


def _centres(count: int, device: torch.device) -> Tensor:
    return (torch.arange(count, device=device) + 0.5) * 2 / count - 1


@dataclass(frozen=True)
class SceneClips:
    """Drawn scenes; see `LabelledClips`."""

    frames: Tensor
    """[B, T, 3, H, W], 0..1."""
    shapes: Primitives
    """Of each frame, [B, T, K + 1, ...]."""
    forms: Forms
    focal: Tensor
    """[B, T]."""
    label: Tensor
    """Of each primitive, [B, K + 1] int64."""

    def label_at(self, points: Tensor, frames: Tensor) -> Tensor:
        """See `LabelledClips`."""
        return self._label(self._trace(points, frames).which)

    def correspond(self, points: Tensor, pairs: Tensor) -> tuple[Tensor, Tensor]:
        """See `LabelledClips`."""
        sources, targets = pairs.unbind(1)
        times = torch.arange(self.focal.shape[1], device=points.device)
        hits = self._trace(points[:, None].expand(-1, len(times), -1, -1), times)
        which, depth = hits.which[:, sources], hits.depth[:, sources]
        here, there = (self._points_of(which, frames) for frames in (sources, targets))
        focal, focal_there = (self.focal[:, frames, None] for frames in (sources, targets))
        rays = torch.cat([points[:, None] / focal[..., None], torch.ones_like(depth)[..., None]], -1)
        place = rays / depth[..., None]
        u = (here[..., :9].unflatten(-1, (3, 3)) @ place[..., None])[..., 0] - here[..., 9:12]
        moved = (there[..., 12:21].unflatten(-1, (3, 3)) @ u[..., None])[..., 0] + there[..., 21:24]
        ahead = moved[..., 2] > NEAREST
        inverse = 1 / moved[..., 2].clamp(min=NEAREST)
        image = moved[..., :2] * (focal_there * inverse)[..., None]
        seen = self._trace(image, targets)
        covered = (seen.depth - inverse).abs() > TOLERANCE * inverse
        inside = (image.abs() <= 1).all(-1)
        same = seen.which == which
        # The room is seen from inside.
        faces = self._faces(u, there, moved) | (which == self.label.shape[1] - 1)
        return image, ahead & inside & same & ~covered & faces

    def _points_of(self, which: Tensor, frames: Tensor) -> Tensor:
        """Rows of the primitives `which` [B, Q, P] at frames [Q] -> [B, Q, P, 31]."""
        shapes = self.shapes
        table = torch.cat(
            [shapes.to_material.flatten(-2), shapes.shift, shapes.to_camera.flatten(-2), shapes.centre, shapes.low,
             shapes.high, shapes.bulge[..., None]], -1,
        )[:, frames]  # fmt: skip
        index = which.long()[..., None].expand(*which.shape, table.shape[-1])
        return table.gather(2, index)

    def _faces(self, u: Tensor, rows: Tensor, place: Tensor) -> Tensor:
        """Whether surface points look towards the camera."""
        matrix, low, high, bulge = (
            rows[..., :9].unflatten(-1, (3, 3)),
            rows[..., 24:27],
            rows[..., 27:30],
            rows[..., 30],
        )
        inside = torch.minimum(high - u, u - low)
        nearest, axis = inside.min(-1)
        flat = nearest < 0.5 * (bulge - u.square().sum(-1)) / bulge.sqrt()
        side = (axis[..., None] == torch.arange(3, device=axis.device)) * torch.sign(u - (low + high) / 2)
        normal = (torch.where(flat[..., None], side, u)[..., None] * matrix).sum(-2)
        return (normal * place).sum(-1) < 0

    def _trace(self, points: Tensor, frames: Tensor) -> Hits:
        """What is seen at points [B, Q, P, 2] of frames [Q]."""
        some = Forms(*(getattr(self.forms, entry.name)[:, frames] for entry in fields(Forms)))
        x, y = points[:, :, None].unbind(-1)
        hits = trace(some, x, y, FLAT)
        return Hits(hits.depth[:, :, 0], hits.which[:, :, 0])

    def _label(self, which: Tensor) -> Tensor:
        return self.label.gather(1, which.flatten(1).long()).view(which.shape)


@torch.no_grad()
def render(atlas: Atlas, spec: SceneSpec, seed: int, clips: int) -> SceneClips:
    """A batch that depends on the arguments and the kind of device that draws it alone."""
    device = atlas.textures.device
    choices = choose(atlas, spec, seed, clips)
    noise = torch.Generator(device).manual_seed(mix_seed(seed, NOISE_SEED))
    pixels = spec.frames * spec.height * spec.width
    count = max(1, CHUNK_PIXELS.get(device.type, CHUNK_PIXELS["cuda"]) // pixels)
    parts = [film(atlas, spec, rows(choices, slice(first, first + count)), noise) for first in range(0, clips, count)]
    return parts[0] if len(parts) == 1 else _joined(parts)


def _joined(parts: list[SceneClips]) -> SceneClips:
    def join(records: list[object]) -> object:
        if isinstance(records[0], Tensor):
            return torch.cat([record for record in records if isinstance(record, Tensor)])
        return type(records[0])(
            *(join([getattr(record, entry.name) for record in records]) for entry in fields(records[0]))  # type: ignore[arg-type]
        )

    joined = join(list(parts))
    assert isinstance(joined, SceneClips)
    return joined


def film(atlas: Atlas, spec: SceneSpec, choices: Choices, noise: torch.Generator) -> SceneClips:
    """Draws what was chosen; `noise` is a generator of the atlas' device."""
    device = atlas.textures.device
    # Known here, so that nothing waits for the device.
    open_shutter = choices.shutter.nonzero()[:, 0]
    local = to_device(choices, device)
    time = torch.linspace(-0.5, 0.5, spec.frames, device=device) if spec.frames > 1 else torch.zeros(1, device=device)
    time = time.expand(len(choices.shutter), -1)
    clothes = dress(atlas, local)
    stage = set_stage(local, time)
    frames = draw(spec, local, clothes, stage)
    if len(open_shutter) > 0:
        _expose(
            spec,
            rows(local, on_device(open_shutter, device)),
            rows_of(clothes, on_device(open_shutter, device)),
            time,
            frames,
            open_shutter,
        )
    lit = relight(frames, local.appearance)
    return SceneClips(degrade(lit, local.appearance, noise), stage.shapes, stage.forms, stage.focal, local.packed.label)


def rows_of(clothes: Dress, which: Tensor) -> Dress:
    """The dress of some clips."""
    return Dress(clothes.strip[which], clothes.count, clothes.levels, clothes.table[which], clothes.scale[which])


def _expose(spec: SceneSpec, choices: Choices, clothes: Dress, time: Tensor, frames: Tensor, which: Tensor) -> None:
    """Averages the frames of clips with pictures from before and after, while their shutter is open."""
    total = frames[which].mul_(0.4)
    half_open = choices.shutter[:, None] * 0.5 / max(spec.frames - 1, 1)
    for sign in (-1, 1):
        stage = set_stage(choices, time[: len(which)] + sign * half_open)
        total.add_(draw(spec, choices, clothes, stage), alpha=0.3)
    frames[which] = total


def draw(spec: SceneSpec, choices: Choices, clothes: Dress, stage: Stage) -> Tensor:
    """Pictures [B, 3, n, H, W] of a stage, 0..1, with soft edges and what is out of focus blurred."""
    device = stage.focal.device
    x = _centres(spec.width, device)
    y = _centres(spec.height, device)[:, None]
    boxes = reach(stage.shapes, stage.focal, spec.height, spec.width) if device.type == "cpu" else None
    hits = trace(stage.forms, x, y, FLAT, boxes)
    points = surface_points(stage, hits, x, y)
    colour, gloss = albedo(clothes, stage, hits, points)
    frames = light_up(colour, gloss, choices, stage, hits, points)
    return _soften(frames, hits, choices)


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
