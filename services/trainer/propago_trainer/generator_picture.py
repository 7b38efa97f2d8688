"""`npm run docs:bodies`: what rendered clips look like, a row of frames for each clip and the same with its labels."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import torch
from PIL import Image
from torch import Tensor

from propago_trainer.data.bodies.render import render
from propago_trainer.data.bodies.scene import SceneSpec
from propago_trainer.data.clips import LabelledClips
from propago_trainer.data.generated import cell_centres
from propago_trainer.data.textures import build_atlas

COLOURS = ((0, 0, 0), (224, 60, 49), (62, 160, 62), (58, 98, 220), (235, 200, 40), (190, 70, 190), (40, 190, 200))
"""Of the labels, the first for the background."""
OPACITY = 0.55
QUALITY = 75
"""Of the JPEG file."""


def add_generator_picture_command(commands: Any) -> None:
    """`generator-picture`."""
    command: argparse.ArgumentParser = commands.add_parser(
        "generator-picture", help="a picture of rendered clips and their labels"
    )
    command.add_argument("file", type=Path, help="JPEG file to write")
    command.add_argument("--clips", type=int, default=6, help="rows (default: 6)")
    command.add_argument("--frames", type=int, default=4, help="frames of a clip (default: 4)")
    command.add_argument("--image", type=int, default=144, help="side of a frame, px, a multiple of 16 (default: 144)")
    command.add_argument("--seed", type=int, default=1)
    command.add_argument("--videos", action="append", default=[], help="folder of videos or pictures for textures")
    command.set_defaults(run=_run)


def _run(parsed: argparse.Namespace) -> int:
    atlas = build_atlas(parsed.seed, [Path(folder) for folder in parsed.videos], side=parsed.image * 3 // 2)
    spec = SceneSpec(parsed.image, parsed.image, parsed.frames)
    picture = contact_sheet(render(atlas, spec, parsed.seed, parsed.clips))
    Image.fromarray(picture.numpy()).save(parsed.file, quality=QUALITY, optimize=True)
    return 0


def contact_sheet(clips: LabelledClips) -> Tensor:
    """The frames of each clip beside each other, then the same below its labels, uint8 [rows, columns, 3]."""
    b, t, _, h, w = clips.frames.shape
    points = cell_centres(h, w)[None, None].expand(b, t, -1, -1)
    labels = clips.label_at(points, torch.arange(t)).view(b, t, h, w)
    palette = torch.tensor(COLOURS) / 255
    # Beyond the colours that there are they begin again, without that of the background.
    shown = torch.where(labels > 0, (labels - 1) % (len(COLOURS) - 1) + 1, 0)
    below = torch.lerp(clips.frames, palette[shown].permute(0, 1, 4, 2, 3), OPACITY)
    rows = torch.cat([clips.frames, below], 1).permute(0, 3, 1, 4, 2)
    return (rows.reshape(b * h, 2 * t * w, 3) * 255).round().to(torch.uint8)
