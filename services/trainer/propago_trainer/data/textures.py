"""Textures and outlines that generated clips are made of.

Texture diversity is what a generator runs short of first, so three sources are mixed: fractal noise, procedural
materials (stripes, checks, spots, cells) and crops of frames from a folder of videos.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor

from propago_trainer.data.video_list import all_videos
from propago_trainer.data.videos import BrokenVideo, NoUsableVideo, read_frames

SMALLEST_CROP = 0.25
"""Side of the smallest texture, as a share of a frame's short side."""


@dataclass(frozen=True)
class Atlas:
    """Textures [K, 3, S, S] and outlines [M, 1, S, S], both uint8; an outline's coverage is value / 255."""

    textures: Tensor
    outlines: Tensor
    skipped: Mapping[str, str] = field(default_factory=dict)
    """Videos that gave no textures, and why."""

    def to(self, device: torch.device) -> Atlas:
        """The same atlas in the memory of `device`."""
        return replace(self, textures=self.textures.to(device), outlines=self.outlines.to(device))


def build_atlas(
    seed: int,
    folders: Sequence[Path] = (),
    *,
    side: int = 192,
    noise: int = 160,
    materials: int = 160,
    crops: int = 480,
    outlines: int = 256,
) -> Atlas:
    """An atlas that depends on the seed and the videos alone. Without folders noise and materials stand alone."""
    generator = torch.Generator().manual_seed(seed)
    parts = [fractal_noise(generator, noise, side), procedural_materials(generator, materials, side)]
    videos, skipped = all_videos(folders)
    if videos and crops > 0:
        parts.append(frame_crops(generator, videos, crops, side, skipped))
    return Atlas(torch.cat(parts), random_outlines(generator, outlines, side), skipped)


def fractal_noise(generator: torch.Generator, count: int, side: int) -> Tensor:
    """Sums of smoothed noise at falling amplitudes, mapped to random colours. uint8 [count, 3, side, side]."""
    value = torch.zeros(count, 3, side, side)
    decay = 0.35 + 0.5 * torch.rand(count, 1, 1, 1, generator=generator)
    cells = 3
    octave = 0
    while cells < side:
        layer = torch.randn(count, 3, cells, cells, generator=generator)
        value += decay**octave * F.interpolate(layer, size=(side, side), mode="bicubic", align_corners=False)
        cells = cells * 2 + 1
        octave += 1
    value = value / value.std(dim=(1, 2, 3), keepdim=True)
    # Channels of natural textures are correlated: most of the contrast is lightness.
    grey = torch.rand(count, 1, 1, 1, generator=generator)
    value = grey * value.mean(dim=1, keepdim=True) * 1.5 + (1 - grey) * value
    return recolour(generator, torch.sigmoid(1.2 * value))


def procedural_materials(generator: torch.Generator, count: int, side: int) -> Tensor:
    """Stripes, checks, spots and cells, warped a little. uint8 [count, 3, side, side]."""
    axis = torch.linspace(-1, 1, side)
    y, x = torch.meshgrid(axis, axis, indexing="ij")
    out = torch.empty(count, 3, side, side)
    for i in range(count):
        random = torch.rand(12, generator=generator).tolist()
        angle, frequency = random[0] * 3.1416, 4 + 26 * random[1] ** 2
        cos, sin = torch.cos(torch.tensor(angle)), torch.sin(torch.tensor(angle))
        bend = 0.15 * random[2] * torch.sin(5 * random[3] * x + 4 * y + 6 * random[4])
        u, v = x * cos + y * sin + bend, y * cos - x * sin + bend
        kind = int(random[5] * 4)
        if kind == 0:
            pattern = torch.sin(frequency * u)
        elif kind == 1:
            pattern = torch.sin(frequency * u) * torch.sin(frequency * v)
        elif kind == 2:
            pattern = torch.sin(frequency * u) + torch.sin(frequency * v) - 1.0
        else:
            points = torch.rand(24, 2, generator=generator) * 2 - 1
            distance = ((x[..., None] - points[:, 0]) ** 2 + (y[..., None] - points[:, 1]) ** 2).sqrt()
            nearest = distance.topk(2, dim=-1, largest=False).values
            pattern = 8 * (nearest[..., 1] - nearest[..., 0]) - 1
        sharp = 1 + 6 * random[6]
        share = torch.sigmoid(sharp * pattern)[None]
        first, second = torch.rand(2, 3, 1, 1, generator=generator)
        out[i] = first * share + second * (1 - share)
    grain = F.interpolate(torch.randn(count, 1, side // 2, side // 2, generator=generator), size=(side, side))
    return recolour(generator, (out + 0.04 * grain).clamp(0, 1))


def recolour(generator: torch.Generator, images: Tensor) -> Tensor:
    """Random contrast, lightness and tint of every image, [n, 3, h, w] in 0..1 to uint8."""
    n = len(images)
    contrast = 0.3 + 0.7 * torch.rand(n, 1, 1, 1, generator=generator)
    # Natural scenes are mostly dull: strong tints are the exception.
    tint = (torch.rand(n, 3, 1, 1, generator=generator) - 0.5) * torch.rand(n, 1, 1, 1, generator=generator)
    centre = 0.15 + 0.7 * torch.rand(n, 1, 1, 1, generator=generator) + tint
    mean = images.mean(dim=(2, 3), keepdim=True)
    colour = torch.rand(n, 1, 1, 1, generator=generator)
    images = colour * images + (1 - colour) * images.mean(dim=1, keepdim=True)
    mean = colour * mean + (1 - colour) * mean.mean(dim=1, keepdim=True)
    return (((images - mean) * contrast + centre).clamp(0, 1) * 255).round().to(torch.uint8)


def frame_crops(
    generator: torch.Generator, videos: Sequence[Path], count: int, side: int, skipped: dict[str, str]
) -> Tensor:
    """Square crops of a quarter to the whole of a frame's short side, some mirrored. uint8 [count, 3, side, side].

    Files that cannot be read are added to `skipped`, with the reason.

    Raises:
        NoUsableVideo: none can be read.
    """
    share = -(-count // len(videos))
    # Of more videos than crops some are drawn, and no more are opened than are needed.
    order = torch.randperm(len(videos), generator=generator).tolist() if len(videos) > count else range(len(videos))
    crops: list[Tensor] = []
    for path in (videos[index] for index in order):
        if len(crops) >= count:
            break
        try:
            # So wide that the smallest crop still has all the pixels of a texture.
            frames = read_frames(path, every=8, limit=64, short_side=round(side / SMALLEST_CROP))
        except BrokenVideo as error:
            skipped[str(path)] = str(error)
            continue
        for _ in range(share):
            frame = frames[int(torch.randint(len(frames), (), generator=generator))]
            height, width = frame.shape[1:]
            zoom, across, down, mirror = torch.rand(4, generator=generator).tolist()
            size = int(min(height, width) * (SMALLEST_CROP + (1 - SMALLEST_CROP) * zoom))
            top, left = int(down * (height - size)), int(across * (width - size))
            crop = frame[None, :, top : top + size, left : left + size].float()
            crop = F.interpolate(crop, size=(side, side), mode="bilinear", antialias=True, align_corners=False)
            crops.append((crop.flip(3) if mirror < 0.5 else crop).round().to(torch.uint8))
    if not crops:
        raise NoUsableVideo(f"none of {len(videos)} videos can be read, the last one {path}: {skipped[str(path)]}")
    # Where files were broken, the others' crops serve again.
    return torch.cat((crops * -(-count // len(crops)))[:count])


def random_outlines(generator: torch.Generator, count: int, side: int) -> Tensor:
    """Blobs with limbs: a wobbly radial outline joined with up to three ellipses. uint8 [count, 1, side, side]."""
    axis = torch.linspace(-1, 1, side)
    y, x = torch.meshgrid(axis, axis, indexing="ij")
    radius, angle = (x**2 + y**2).sqrt(), torch.atan2(y, x)
    out = torch.empty(count, 1, side, side)
    for i in range(count):
        order = torch.arange(1, 7)
        amplitude = 0.35 * torch.randn(6, generator=generator) / order
        phase = 6.2832 * torch.rand(6, generator=generator)
        waves = amplitude[:, None, None] * torch.cos(order[:, None, None] * angle + phase[:, None, None])
        edge = 0.5 * torch.exp(waves.sum(0))
        inside = edge.clamp(max=0.92) - radius
        for _ in range(int(torch.randint(0, 4, (), generator=generator))):
            centre = 1.1 * torch.rand(2, generator=generator) - 0.55
            axes = 0.1 + 0.3 * torch.rand(2, generator=generator)
            turn = 3.1416 * torch.rand((), generator=generator)
            u = (x - centre[0]) * turn.cos() + (y - centre[1]) * turn.sin()
            v = (y - centre[1]) * turn.cos() - (x - centre[0]) * turn.sin()
            ellipse = (1 - ((u / axes[0]) ** 2 + (v / axes[1]) ** 2).sqrt()) * axes.min()
            inside = torch.maximum(inside, ellipse)
        # Never touching the rim, where sampling outside the outline begins.
        inside = torch.minimum(inside, 0.96 - torch.maximum(x.abs(), y.abs()))
        out[i, 0] = (inside * side / 2 / 1.5 + 0.5).clamp(0, 1)
    return (out * 255).round().to(torch.uint8)
