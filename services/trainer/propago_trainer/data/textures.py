"""Textures and outlines that generated clips are made of.

Texture diversity is what a generator runs short of first, so three sources are mixed: fractal noise, procedural
materials (stripes, checks, spots, cells) and crops of frames and pictures from a folder of videos or photographs.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import repeat
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor

from propago_trainer.data.pictures import PICTURE_SUFFIXES, is_picture, read_picture
from propago_trainer.data.video_list import VIDEO_SUFFIXES, all_videos
from propago_trainer.data.videos import BrokenVideo, NoUsableVideo, read_frames

CHUNK = 16
"""Textures that are made at once: what lies in the caches is made several times as fast."""
CELLS = 24
"""Points that a texture of cells is made of."""
MOST_THREADS = 8
MOST_FRAMES = 64
"""Of one video."""
SMALLEST_CROP = 0.25
"""Side of the smallest texture, as a share of a frame's short side."""


@dataclass(frozen=True)
class Atlas:
    """Textures [K, 3, S, S] and outlines [M, 1, S, S], both uint8; an outline's coverage is value / 255."""

    textures: Tensor
    outlines: Tensor
    skipped: Mapping[str, str] = field(default_factory=dict)
    """Videos that gave no textures, and why."""

    @cached_property
    def moments(self) -> Tensor:
        """Mean and standard deviation of every texture's channels, in 0..1, [K, 2, 3]."""
        parts = [part.flatten(2).float() / 255 for part in self.textures.split(CHUNK)]
        return torch.cat([torch.stack([part.mean(-1), part.std(-1)], dim=1) for part in parts])

    def to(self, device: torch.device) -> Atlas:
        """The same atlas in the memory of `device`."""
        return replace(self, textures=self.textures.to(device), outlines=self.outlines.to(device))


Progress = Callable[[str], None]


def silent(_text: str) -> None:
    """Tells nobody."""


def build_atlas(
    seed: int,
    folders: Sequence[Path] = (),
    *,
    side: int = 192,
    noise: int = 160,
    materials: int = 160,
    crops: int = 480,
    outlines: int = 256,
    progress: Progress = silent,
) -> Atlas:
    """An atlas that depends on the seed and the videos alone. Without folders noise and materials stand alone.

    `progress` is told of the work in words.
    """
    progress("loading textures")
    generator = torch.Generator().manual_seed(seed)
    totals = ((fractal_noise, noise), (procedural_materials, materials), (random_outlines, outlines))
    work = [(make, count) for make, total in totals for count in _chunks(total)]
    seeds = torch.randint(1 << 62, (len(work),), generator=generator).tolist()
    with single_threads() as pool:
        made = list(pool.map(lambda job, own: job[0](torch.Generator().manual_seed(own), job[1], side), work, seeds))
    parts = [part for part in made if part.shape[1] == 3]
    shapes = [part for part in made if part.shape[1] == 1]
    videos, skipped = all_videos(folders, VIDEO_SUFFIXES | PICTURE_SUFFIXES)
    if videos and crops > 0:
        parts.append(frame_crops(generator, videos, crops, side, skipped, progress))
    return Atlas(torch.cat(parts), torch.cat(shapes), skipped)


@contextmanager
def single_threads() -> Iterator[ThreadPoolExecutor]:
    """Threads that compute on one processor each.

    What is shared among all of them in small pieces waits for the slowest at each piece: on a machine that has other
    work too it takes ten times as long.
    """
    threads = torch.get_num_threads()
    count = min(MOST_THREADS, os.cpu_count() or 1)
    with ThreadPoolExecutor(count, "textures", initializer=torch.set_num_threads, initargs=(1,)) as pool:
        try:
            yield pool
        finally:
            # A thread's own number is also that of threads to come.
            torch.set_num_threads(threads)


def _chunks(total: int) -> list[int]:
    """Counts of at most CHUNK that add up to `total`."""
    return [min(CHUNK, total - first) for first in range(0, total, CHUNK)]


def fractal_noise(generator: torch.Generator, count: int, side: int) -> Tensor:
    """Sums of smoothed noise at falling amplitudes, mapped to random colours. uint8 [count, 3, side, side]."""
    value = torch.zeros(count, 3, side, side)
    decay = 0.35 + 0.5 * torch.rand(count, 1, 1, 1, generator=generator)
    cells = 3
    octave = 0
    while cells < side:
        layer = decay**octave * torch.randn(count, 3, cells, cells, generator=generator)
        # Bicubic enlargement as two products: a third of the time of `interpolate`.
        enlarge = enlargement(cells, side)
        value += enlarge @ layer @ enlarge.T
        cells = cells * 2 + 1
        octave += 1
    value /= value.std(dim=(1, 2, 3), keepdim=True)
    # Channels of natural textures are correlated: most of the contrast is lightness.
    grey = torch.rand(count, 1, 1, 1, generator=generator)
    value = 1.5 * grey * value.mean(dim=1, keepdim=True) + (1 - grey) * value
    return recolour(generator, value.mul_(1.2).sigmoid_())


def enlargement(cells: int, side: int) -> Tensor:
    """Bicubic enlargement along one axis as a matrix, [side, cells]."""
    return F.interpolate(torch.eye(cells)[None, None], size=(side, cells), mode="bicubic", align_corners=False)[0, 0]


def procedural_materials(generator: torch.Generator, count: int, side: int) -> Tensor:
    """Stripes, checks, spots and cells, warped a little. uint8 [count, 3, side, side]."""
    axis = torch.linspace(-1, 1, side)
    x, y = axis, axis[:, None]
    angle, squeeze, bend, across, shift, kind, sharp = torch.rand(7, count, 1, 1, generator=generator)
    angle, frequency = 3.1416 * angle, 4 + 26 * squeeze**2
    bent = 0.15 * bend * torch.sin(5 * across * x + 4 * y + 6 * shift)
    u, v = x * angle.cos() + y * angle.sin() + bent, y * angle.cos() - x * angle.sin() + bent
    points = 2 * torch.rand(count, CELLS, 2, generator=generator) - 1
    stripes, others = torch.sin(frequency * u), torch.sin(frequency * v)
    pattern = torch.where(kind < 0.25, stripes, torch.where(kind < 0.5, stripes * others, stripes + others - 1.0))
    for i in (kind.flatten() >= 0.75).nonzero().flatten().tolist():
        pattern[i] = cell_walls(points[i], x, y)
    share = torch.sigmoid((1 + 6 * sharp) * pattern)[:, None]
    first, second = torch.rand(2, count, 3, 1, 1, generator=generator)
    out = torch.lerp(second, first, share)
    grain = F.interpolate(torch.randn(count, 1, side // 2, side // 2, generator=generator), size=(side, side))
    return recolour(generator, out.add_(grain, alpha=0.04).clamp_(0, 1))


def cell_walls(points: Tensor, x: Tensor, y: Tensor) -> Tensor:
    """How much farther the second nearest of points [n, 2] is than the nearest, at columns x and rows y [h, 1]."""
    distance = ((x - points[:, :1, None]) ** 2 + (y - points[:, 1:, None]) ** 2).sqrt_()
    nearest = distance.topk(2, dim=0, largest=False).values
    return 8 * (nearest[1] - nearest[0]) - 1


def recolour(generator: torch.Generator, images: Tensor) -> Tensor:
    """Random contrast, lightness and tint of every image, [n, 3, h, w] in 0..1 to uint8."""
    n = len(images)
    contrast = 0.3 + 0.7 * torch.rand(n, 1, 1, 1, generator=generator)
    # Natural scenes are mostly dull: strong tints are the exception.
    tint = (torch.rand(n, 3, 1, 1, generator=generator) - 0.5) * torch.rand(n, 1, 1, 1, generator=generator)
    centre = 0.15 + 0.7 * torch.rand(n, 1, 1, 1, generator=generator) + tint
    colour = torch.rand(n, 1, 1, 1, generator=generator)
    images = torch.lerp(images.mean(dim=1, keepdim=True), images, colour)
    mean = images.mean(dim=(2, 3), keepdim=True)
    return ((images - mean).mul_(contrast).add_(centre).clamp_(0, 1).mul_(255).round_()).to(torch.uint8)


def frame_crops(
    generator: torch.Generator,
    videos: Sequence[Path],
    count: int,
    side: int,
    skipped: dict[str, str],
    progress: Progress = silent,
) -> Tensor:
    """Square crops of a quarter to the whole of a frame's short side, some mirrored. uint8 [count, 3, side, side].

    Files that cannot be read are added to `skipped`, with the reason.

    Raises:
        NoUsableVideo: none can be read.
    """
    share = -(-count // len(videos))
    # Of more videos than crops some are drawn, and no more are opened than are needed.
    order = torch.randperm(len(videos), generator=generator).tolist() if len(videos) > count else range(len(videos))
    left = [videos[index] for index in order]
    crops: list[Tensor] = []
    done = 0
    with single_threads() as readers:
        while left and len(crops) < count:
            wanted = -(-(count - len(crops)) // share)
            some, left = left[:wanted], left[wanted:]
            # Each has a seed of its own, so that it does not matter which of them is read first.
            seeds = torch.randint(1 << 62, (len(some),), generator=generator).tolist()
            read = readers.map(crops_of_video, some, seeds, repeat(share), repeat(side))
            total = done + len(some)
            for path, found in zip(some, read, strict=True):
                done += 1
                progress(f"loading textures, video {done} of {total}")
                if isinstance(found, BrokenVideo):
                    skipped[str(path)] = str(found)
                else:
                    crops += found
    if not crops:
        raise NoUsableVideo(f"none of {len(videos)} videos can be read, the last one {path}: {skipped[str(path)]}")
    # Where files were broken, the others' crops serve again.
    return torch.cat((crops * -(-count // len(crops)))[:count])


def crops_of_video(path: Path, seed: int, count: int, side: int) -> list[Tensor] | BrokenVideo:
    """Crops [1, 3, side, side] of frames of one video or of a picture, or why there are none."""
    generator = torch.Generator().manual_seed(seed)
    place = float(torch.rand((), generator=generator))
    try:
        # So wide that the smallest crop still has all the pixels of a texture.
        short_side = round(side / SMALLEST_CROP)
        if is_picture(path):
            frames = [read_picture(path, short_side)]
        else:
            frames = read_frames(path, every=8, limit=min(MOST_FRAMES, count), short_side=short_side, place=place)
    except BrokenVideo as error:
        return error
    crops = []
    for _ in range(count):
        frame = frames[int(torch.randint(len(frames), (), generator=generator))]
        height, width = frame.shape[1:]
        zoom, across, down, mirror = torch.rand(4, generator=generator).tolist()
        size = int(min(height, width) * (SMALLEST_CROP + (1 - SMALLEST_CROP) * zoom))
        top, left = int(down * (height - size)), int(across * (width - size))
        crop = frame[None, :, top : top + size, left : left + size].float()
        crop = F.interpolate(crop, size=(side, side), mode="bilinear", antialias=True, align_corners=False)
        crops.append((crop.flip(3) if mirror < 0.5 else crop).round().to(torch.uint8))
    return crops


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
