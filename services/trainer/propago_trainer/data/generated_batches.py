"""Training batches of generated clips. A batch follows from (seed, step, part), so resuming needs no state."""

from __future__ import annotations

import math
from dataclasses import replace

import torch
from torch import Tensor

from propago_trainer.data.batch import Batch, Correspondence, mix_seed, on_device
from propago_trainer.data.bodies.render import render
from propago_trainer.data.bodies.scene import SceneSpec
from propago_trainer.data.clips import LabelledClips, mixed
from propago_trainer.data.generated import ClipSpec, cell_centres, generate
from propago_trainer.data.normalise import normalise
from propago_trainer.data.textures import Atlas

KEPT_BYTES = 2 << 30
"""Frames kept for their next use; what is more is drawn again, the same."""
BODIES_SEED = 7


class GeneratedBatches:
    """Micro-batches of `clips` clips, `repeat` uses of each: fresh noise costs more than it teaches on a CPU.

    A share of `bodies` are scenes of 3D bodies, the others cut-outs.
    """

    def __init__(
        self, atlas: Atlas, spec: ClipSpec, *, seed: int, clips: int, stride: int, repeat: int = 1, bodies: float = 0
    ) -> None:
        self.atlas = atlas
        self.spec = spec
        self.seed = seed
        self.clips = clips
        self.stride = stride
        self.repeat = repeat
        self.bodies = bodies
        self.skipped = dict(atlas.skipped)
        """Videos that gave no textures, and why."""
        self._kept: dict[int, tuple[int, LabelledClips]] = {}

    def batch(self, step: int, part: int) -> Batch:
        """The micro-batch `part` of a step. Repeated steps show the same clips mirrored."""
        seed = mix_seed(self.seed, step // self.repeat, part)
        kept = self._kept.get(part)
        if kept is None or kept[0] != seed:
            kept = (seed, self._draw(seed))
            if self.repeat > 1 and part < KEPT_BYTES // kept[1].frames.nbytes:
                self._kept[part] = kept
        # Masks are drawn anew for each use.
        batch = replace(to_batch(kept[1], seed, self.stride), seed=mix_seed(self.seed, step, part))
        return mirrored(batch, self.spec.width // self.stride) if step % self.repeat % 2 == 1 else batch

    def _draw(self, seed: int) -> LabelledClips:
        # Where the share is not a whole number of clips, batches differ by one and have it on average.
        bodies = math.floor(self.bodies * self.clips + (mix_seed(seed, BODIES_SEED) >> 10) / 2**53)
        parts: list[LabelledClips] = []
        if bodies < self.clips:
            parts.append(generate(self.atlas, self.spec, seed, self.clips - bodies))
        if bodies > 0:
            spec = self.spec
            scenes = SceneSpec(spec.height, spec.width, spec.frames, spec.objects, spec.appearance)
            parts.append(render(self.atlas, scenes, seed, bodies))
        return mixed(parts)


@torch.no_grad()
def to_batch(clips: LabelledClips, seed: int, stride: int) -> Batch:
    """Frames, correspondences of consecutive frames in both directions and over the whole chain, cell labels."""
    b, t, _, h, w = clips.frames.shape
    cells = cell_centres(h // stride, w // stride, clips.frames.device)[None].expand(b, -1, -1)
    order = wanted_pairs(t)
    points, visible = clips.correspond(cells, on_device(torch.tensor(order), cells.device))
    pairs = [Correspondence(*pair, points[:, index], visible[:, index]) for index, pair in enumerate(order)]
    labels = clips.label_at(cells[:, None].expand(-1, t, -1, -1), torch.arange(t, device=cells.device))
    names = tuple(f"generated seed {seed} clip {index}" for index in range(b))
    return Batch(normalise(clips.frames), seed, names, tuple(pairs), labels)


def wanted_pairs(frames: int) -> list[tuple[int, int]]:
    """(query, key) of every pair of frames that a clip's correspondences are wanted of.

    Consecutive ones in both directions, over the whole chain in both, from the third to the first; and from the last
    to those 2, 4, 8, ... before it, for walks of several lengths.
    """
    last = frames - 1
    wanted = {(later, later - 1) for later in range(1, frames)} | {(later - 1, later) for later in range(1, frames)}
    wanted |= {(last, 0), (0, last)} | ({(2, 0)} if frames > 2 else set())
    gap = 2
    while frames > 4 and gap < last:
        wanted.add((last, last - gap))
        gap *= 2
    return sorted(wanted)


def mirrored(batch: Batch, cols: int) -> Batch:
    """The batch as seen in a mirror."""

    def flip_cells(value: Tensor) -> Tensor:
        """[B, N, ...] with N = rows * cols, columns reversed."""
        return value.unflatten(1, (-1, cols)).flip(2).flatten(1, 2)

    pairs = tuple(
        Correspondence(
            pair.query,
            pair.key,
            flip_cells(pair.points) * on_device(torch.tensor([-1.0, 1.0]), pair.points.device),
            flip_cells(pair.visible),
        )
        for pair in batch.correspondences
    )
    labels = None
    if batch.labels is not None:
        labels = torch.stack([flip_cells(frame) for frame in batch.labels.unbind(1)], dim=1)
    return Batch(batch.frames.flip(-1), batch.seed, batch.names, pairs, labels)
