"""Generated clips with exact masks and exact correspondences.

Cut-outs move, turn, grow, deform and occlude each other over a moving background; lighting changes, shadows fall,
frames are blurred and noisy. Everything follows from the seed; drawing is batched, on the CPU or on a GPU.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import torch
import torch.nn.functional as F
from torch import Tensor

from propago_trainer.data.appearance import Appearance, degrade, draw_appearance, relight
from propago_trainer.data.motion import Motion, MotionRange, random_motion
from propago_trainer.data.textures import Atlas


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
    labels: Tensor
    """[B, T, H, W] int64: 0 background, l the cut-out of layer l."""
    motion: Motion
    layers: Tensor
    """RGB and coverage of every layer, [B, L, 4, S, S]."""

    def label_at(self, points: Tensor, frame: int) -> Tensor:
        """The nearest layer at frame points [B, P, 2] -> int64 [B, P]."""
        label = torch.zeros(points.shape[:2], dtype=torch.int64, device=points.device)
        for layer in range(1, self.layers.shape[1]):
            u = self.motion.to_layer(points, frame, layer)
            label[covered(self.layers[:, layer, 3:], u)] = layer
        return label

    def correspond(self, points: Tensor, source: int, target: int) -> tuple[Tensor, Tensor]:
        """Where the surface points seen at `points` of frame `source` are in frame `target`.

        points [B, P, 2] -> (points [B, P, 2], visible [B, P]): visible means inside the frame and not covered.
        """
        label = self.label_at(points, source)
        moved = torch.zeros_like(points)
        for layer in range(self.layers.shape[1]):
            u = self.motion.to_layer(points, source, layer)
            there = self.motion.to_frame(u, target, layer)
            moved = torch.where((label == layer)[..., None], there, moved)
        inside = (moved.abs() <= 1).all(dim=-1)
        return moved, inside & (self.label_at(moved, target) == label)


def covered(coverage: Tensor, u: Tensor) -> Tensor:
    """Whether the outline [B, 1, S, S] covers its points u [B, P, 2] -> bool [B, P]."""
    sampled = F.grid_sample(coverage, u[:, None], mode="bilinear", padding_mode="zeros", align_corners=False)
    return sampled[:, 0, 0] >= 0.5


def cell_centres(rows: int, cols: int, device: torch.device | None = None) -> Tensor:
    """Centres of the cells of a grid over the frame, row-major, [rows * cols, 2] as (x, y) in -1..1."""
    y = (torch.arange(rows, device=device) + 0.5) * 2 / rows - 1
    x = (torch.arange(cols, device=device) + 0.5) * 2 / cols - 1
    return torch.stack([x.repeat(rows), y.repeat_interleave(cols)], dim=-1)


def generate(atlas: Atlas, spec: ClipSpec, seed: int, clips: int) -> Clips:
    """A batch that depends on the arguments alone (and, in its last bits, on the device that draws it)."""
    # Choices are drawn on the CPU, so that every device generates the same clips.
    generator = torch.Generator().manual_seed(seed)
    device = atlas.textures.device
    layers = spec.objects + 1
    motion = random_motion(generator, clips, spec.frames, layers, spec.motion)
    motion = Motion(*(getattr(motion, name).to(device) for name in motion.__dataclass_fields__))
    materials = dress(generator, atlas, spec, clips)
    appearance = draw_appearance(generator, clips, spec.frames, spec.appearance)
    frames, labels = draw(motion, materials, spec, appearance.shadow.to(device))
    frames = relight(frames, appearance)
    frames = degrade(frames, appearance, generator)
    return Clips(frames, labels, motion, materials)


def dress(generator: torch.Generator, atlas: Atlas, spec: ClipSpec, clips: int) -> Tensor:
    """Random textures and outlines for every layer, [B, L, 4, S, S] in 0..1; the background's coverage is 1."""
    device = atlas.textures.device
    layers = spec.objects + 1
    chosen = torch.randint(len(atlas.textures), (clips, layers), generator=generator).to(device)
    colour = atlas.textures[chosen].float() / 255
    outline = torch.randint(len(atlas.outlines), (clips, layers), generator=generator).to(device)
    coverage = atlas.outlines[outline].float() / 255
    absent = (torch.rand(clips, layers, generator=generator) < spec.absent).to(device)
    coverage[absent] = 0
    coverage[:, 0] = 1
    hidden = (torch.rand(clips, layers, generator=generator) < spec.camouflage).to(device)
    hidden[:, 0] = False
    mean, spread = colour.mean(dim=(3, 4), keepdim=True), colour.std(dim=(3, 4), keepdim=True)
    matched = (colour - mean) / (spread + 0.02) * (spread[:, :1] + 0.02) + mean[:, :1]
    colour = torch.where(hidden[..., None, None, None], matched.clamp(0, 1), colour)
    return torch.cat([colour, coverage], dim=2)


def draw(motion: Motion, materials: Tensor, spec: ClipSpec, shadow: Tensor) -> tuple[Tensor, Tensor]:
    """Paints the layers from back to front. shadow [B, 3]: offset (x, y) and darkness of what the cut-outs cast."""
    b, t, layers = motion.centre.shape[:3]
    h, w = spec.height, spec.width
    points = cell_centres(h, w, materials.device)[None, None].expand(b, t, -1, -1)
    frames = torch.empty(b * t, 3, h, w, device=materials.device)
    labels = torch.zeros(b * t, h, w, dtype=torch.int64, device=materials.device)
    coarse = cell_centres(h // 8, w // 8, materials.device) - shadow[:, None, :2]
    for layer in range(layers):
        u = motion.to_layer(points, slice(None), layer).reshape(b, t * h, w, 2)
        colour = sample_layer(materials[:, layer, :3], u, "reflection").unflatten(2, (t, h))
        colour = colour.transpose(1, 2).reshape(b * t, 3, h, w)
        if layer == 0:
            frames = colour
            continue
        cast_u = motion.to_layer(coarse[:, None].expand(b, t, -1, -1), slice(None), layer)
        cast = sample_layer(materials[:, layer, 3:], cast_u.reshape(b, t * (h // 8), w // 8, 2), "zeros")
        cast = cast.unflatten(2, (t, h // 8)).transpose(1, 2).reshape(b * t, 1, h // 8, w // 8)
        darkness = shadow[:, 2].repeat_interleave(t)[:, None, None, None]
        frames = frames * (1 - darkness * F.interpolate(cast, size=(h, w), mode="bilinear", align_corners=False))
        cover = sample_layer(materials[:, layer, 3:], u, "zeros").unflatten(2, (t, h))
        cover = cover.transpose(1, 2).reshape(b * t, 1, h, w)
        frames = torch.lerp(frames, colour, cover)
        labels[cover[:, 0] >= 0.5] = layer
    return frames.view(b, t, 3, h, w), labels.view(b, t, h, w)


def sample_layer(image: Tensor, u: Tensor, padding: str) -> Tensor:
    """Bilinear samples of [B, c, S, S] at u [B, y, x, 2] -> [B, c, y, x]."""
    return F.grid_sample(image, u, mode="bilinear", padding_mode=padding, align_corners=False)


def with_size(spec: ClipSpec, height: int, width: int, frames: int) -> ClipSpec:
    """The same kind of clips at another size and length."""
    return replace(spec, height=height, width=width, frames=frames)
