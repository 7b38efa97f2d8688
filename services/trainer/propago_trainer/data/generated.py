"""Generated clips with exact masks and exact correspondences.

Cut-outs move, turn, grow, deform and occlude each other over a moving background; lighting changes, shadows fall,
frames are blurred and noisy. Everything follows from the seed; drawing is batched, on the CPU or on a GPU.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from propago_trainer.data.appearance import Appearance, DrawnAppearance, degrade, draw_appearance, relight
from propago_trainer.data.batch import mix_seed, on_device
from propago_trainer.data.motion import MotionRange, grid_to_layer, random_motion, to_frame, to_layer
from propago_trainer.data.textures import Atlas

SHADOW_CELL = 8
"""Shadows are drawn on cells of so many px: they are soft."""
NOISE_SEED = 3
CACHED_PIXELS = 1 << 17
"""Drawn at once on a CPU."""


@dataclass(frozen=True)
class ClipSpec:
    """What to generate. `height` and `width` in px, multiples of 16."""

    height: int = 160
    width: int = 160
    frames: int = 4
    objects: int = 3
    motion: MotionRange = field(default_factory=MotionRange)
    appearance: Appearance = field(default_factory=Appearance)
    camouflage: float = 0.3
    """Share of the objects that take the mean colour and contrast of the background."""
    absent: float = 0.2
    """Share of the objects that are left out."""


@dataclass(frozen=True)
class Clips:
    """A batch of generated clips. Points are (x, y) in -1..1 over the frame."""

    frames: Tensor
    """[B, T, 3, H, W], 0..1."""
    poses: Tensor
    """Of every layer at every frame, [B, T, L, POSE]; see `motion`."""
    cutouts: Tensor
    """RGB and coverage of the layers 1, 2, ..., [B, L - 1, 4, S, S]."""

    @property
    def labels(self) -> Tensor:
        """The layer that each pixel shows, [B, T, H, W] int64: 0 background, l the cut-out of layer l."""
        b, t, _, h, w = self.frames.shape
        return self._nearest(warp(self.poses[:, :, 1:], h, w).flatten(2, 3)).view(b, t, h, w)

    def label_at(self, points: Tensor, frames: Tensor) -> Tensor:
        """The nearest layer at points [B, Q, P, 2], the q-th of them of frame frames[q] -> int64 [B, Q, P]."""
        u = to_layer(self.poses[:, frames, 1:, None], points[:, :, None])
        return self._nearest(u.transpose(1, 2))

    def _nearest(self, u: Tensor) -> Tensor:
        """The nearest layer that covers its point, of the cut-outs' points u [B, L - 1, Y, X, 2] -> int64 [B, Y, X]."""
        if u.shape[1] == 0:
            return torch.zeros(u.shape[0], *u.shape[2:4], dtype=torch.int64, device=u.device)
        coverage = sample(self.cutouts.flatten(0, 1)[:, 3:], u.flatten(0, 1), "zeros").unflatten(0, u.shape[:2])
        numbers = torch.arange(1, u.shape[1] + 1, device=u.device)[:, None, None]
        return ((coverage[:, :, 0] >= 0.5) * numbers).amax(dim=1)

    def correspond(self, points: Tensor, pairs: Tensor) -> tuple[Tensor, Tensor]:
        """Where the surface points seen at `points` of one frame are in another, for Q pairs (source, target).

        points [B, P, 2], pairs [Q, 2] -> (points [B, Q, P, 2], visible [B, Q, P]): visible means inside the frame and
        not covered.
        """
        sources, targets = pairs.unbind(1)
        times = torch.arange(self.poses.shape[1], device=points.device)
        label = self.label_at(points[:, None].expand(-1, len(times), -1, -1), times)[:, sources]
        clip = torch.arange(len(points), device=points.device)[:, None, None]
        here, there = (self.poses[clip, frames[:, None], label] for frames in (sources, targets))
        moved = to_frame(there, to_layer(here, points[:, None]))
        inside = (moved.abs() <= 1).all(dim=-1)
        return moved, inside & (self.label_at(moved, targets) == label)


def sample(images: Tensor, u: Tensor, padding: str) -> Tensor:
    """Bilinear samples of images [N, C, S, S] at u [N, Y, X, 2] -> [N, C, Y, X]."""
    return F.grid_sample(images, u, mode="bilinear", padding_mode=padding, align_corners=False)


def centres(count: int, device: torch.device | None = None) -> Tensor:
    """Centres of `count` cells along a side of the frame, -1..1."""
    return (torch.arange(count, device=device) + 0.5) * 2 / count - 1


def cell_centres(rows: int, cols: int, device: torch.device | None = None) -> Tensor:
    """Centres of the cells of a grid over the frame, row-major, [rows * cols, 2] as (x, y) in -1..1."""
    x, y = centres(cols, device), centres(rows, device)
    return torch.stack([x.repeat(rows), y.repeat_interleave(cols)], dim=-1)


@dataclass(frozen=True)
class Choices:
    """What happens in B clips, in the CPU's memory. The same for every device that draws them."""

    poses: Tensor
    """[B, T, L, POSE]."""
    background: Tensor
    """Textures of the backgrounds, [B] int64."""
    textures: Tensor
    """Of the cut-outs, [B, L - 1] int64."""
    outlines: Tensor
    """Of the cut-outs, [B, L - 1] int64."""
    present: Tensor
    """Whether a cut-out is there, [B, L - 1] bool."""
    hidden: Tensor
    """Whether it takes the background's colours, [B, L - 1] bool."""
    appearance: DrawnAppearance

    def part(self, first: int, count: int) -> Choices:
        """Those of some of the clips."""
        return Choices(*(_part(getattr(self, entry.name), first, count) for entry in fields(self)))


def _part(value: Tensor | DrawnAppearance, first: int, count: int) -> Any:
    if isinstance(value, Tensor):
        return value[first : first + count]
    return DrawnAppearance(*(_part(getattr(value, entry.name), first, count) for entry in fields(value)))


def choose(atlas: Atlas, spec: ClipSpec, seed: int, clips: int) -> Choices:
    """Everything random but the noise of the pixels."""
    generator = torch.Generator().manual_seed(seed)
    motion = random_motion(generator, clips, spec.frames, spec.objects + 1, spec.motion)
    shape = (clips, spec.objects)
    return Choices(
        motion.poses(),
        torch.randint(len(atlas.textures), (clips,), generator=generator),
        torch.randint(len(atlas.textures), shape, generator=generator),
        torch.randint(len(atlas.outlines), shape, generator=generator),
        torch.rand(shape, generator=generator) >= spec.absent,
        torch.rand(shape, generator=generator) < spec.camouflage,
        draw_appearance(generator, clips, spec.frames, spec.appearance),
    )


@torch.no_grad()
def generate(atlas: Atlas, spec: ClipSpec, seed: int, clips: int) -> Clips:
    """A batch that depends on the arguments and the kind of device that draws it alone."""
    device = atlas.textures.device
    choices = choose(atlas, spec, seed, clips)
    noise = torch.Generator(device).manual_seed(mix_seed(seed, NOISE_SEED))
    # A GPU wants few large calls; a processor is faster with what fits its caches.
    count = max(1, CACHED_PIXELS // (spec.frames * spec.height * spec.width)) if device.type == "cpu" else clips
    parts = [film(atlas, spec, choices.part(first, count), noise) for first in range(0, clips, count)]
    if len(parts) == 1:
        return parts[0]
    return Clips(*(torch.cat([getattr(part, entry.name) for part in parts]) for entry in fields(Clips)))


def film(atlas: Atlas, spec: ClipSpec, choices: Choices, noise: torch.Generator) -> Clips:
    """Draws what was chosen; `noise` is a generator of the atlas' device."""
    device = atlas.textures.device
    poses, appearance = on_device(choices.poses, device), choices.appearance.to(device)
    background, cutouts = dress(atlas, choices)
    light = shades(cutouts, poses[:, :, 1:], spec, appearance.shadow)
    frames = compose(*sample_layers(background, cutouts, warp(poses, spec.height, spec.width)), light)
    return Clips(degrade(relight(frames, appearance), appearance, noise), poses, cutouts)


def dress(atlas: Atlas, choices: Choices) -> tuple[Tensor, Tensor]:
    """Textures and outlines: backgrounds [B, 3, S, S] and cut-outs with their coverage [B, L - 1, 4, S, S], 0..1."""
    device = atlas.textures.device
    side = atlas.textures.shape[-1]
    cutouts = torch.empty(*choices.textures.shape, 4, side, side, device=device)
    cutouts[:, :, :3] = atlas.textures[on_device(choices.textures, device)]
    cutouts[:, :, 3:] = atlas.outlines[on_device(choices.outlines, device)]
    cutouts *= 1 / 255
    cutouts[:, :, 3] *= on_device(choices.present, device)[..., None, None]
    # Only these few textures are changed: all of them together are the largest tensor there is.
    clip, layer = choices.hidden.nonzero().T
    own, aim = (
        atlas.moments[on_device(which, device)][..., None, None]
        for which in (choices.textures[clip, layer], choices.background[clip])
    )
    where = (on_device(clip, device), on_device(layer, device), slice(3))
    matched = (cutouts[where] - own[:, 0]) / (own[:, 1] + 0.02) * (aim[:, 1] + 0.02) + aim[:, 0]
    cutouts[where] = matched.clamp_(0, 1)
    return atlas.textures[on_device(choices.background, device)] / 255, cutouts


def warp(poses: Tensor, height: int, width: int) -> Tensor:
    """The point of each layer at each pixel, poses [B, T, L, POSE] -> u [B, L, T, H, W, 2]."""
    return grid_to_layer(poses.transpose(1, 2), centres(width, poses.device), centres(height, poses.device))


def sample_layers(background: Tensor, cutouts: Tensor, u: Tensor) -> tuple[Tensor, Tensor]:
    """What each layer shows at its points u [B, L, T, H, W, 2]: [B, 3, T, H, W] and [B, L - 1, 4, T, H, W]."""
    b, layers, t, h, w, _ = u.shape
    # The background goes on beyond its rim; a cut-out does not.
    below = sample(background, u[:, 0].flatten(1, 2), "reflection")
    above = sample(cutouts.flatten(0, 1), u[:, 1:].flatten(0, 1).flatten(1, 2), "zeros")
    return below.view(b, 3, t, h, w), above.view(b, layers - 1, 4, t, h, w)


def shades(cutouts: Tensor, poses: Tensor, spec: ClipSpec, shadow: Tensor) -> Tensor:
    """What is left of the light behind each cut-out, [B, L - 1, T, H, W]. shadow [B, 3]: offset (x, y), darkness."""
    b, t, count = poses.shape[:3]
    h, w = spec.height // SHADOW_CELL, spec.width // SHADOW_CELL
    x, y = (centres(size, poses.device) - shadow[:, None, None, axis, None] for axis, size in enumerate((w, h)))
    u = grid_to_layer(poses.transpose(1, 2), x, y)
    cast = sample(cutouts.flatten(0, 1)[:, 3:], u.flatten(0, 1).flatten(1, 2), "zeros").view(b * count, t, h, w)
    cast = F.interpolate(cast, size=(spec.height, spec.width), mode="bilinear", align_corners=False)
    return cast.view(b, count, t, *cast.shape[2:]).mul_(-shadow[:, 2:, None, None, None]).add_(1)


def compose(frames: Tensor, above: Tensor, light: Tensor) -> Tensor:
    """Paints cut-outs [B, L - 1, 4, T, H, W] on frames [B, 3, T, H, W], in place.

    light [B, L - 1, T, H, W] is what falls on all that is behind each of them.
    """
    for layer in range(above.shape[1]):
        frames.mul_(light[:, layer, None]).lerp_(above[:, layer, :3], above[:, layer, 3:])
    return frames


def with_size(spec: ClipSpec, height: int, width: int, frames: int) -> ClipSpec:
    """The same kind of clips at another size and length."""
    return replace(spec, height=height, width=width, frames=frames)
