"""Where batches come from, and threads that prepare them ahead."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Protocol

import torch

from propago_trainer.config import TrainConfig
from propago_trainer.data.batch import Batch
from propago_trainer.data.generated import ClipSpec
from propago_trainer.data.generated_batches import GeneratedBatches
from propago_trainer.data.textures import Progress, build_atlas, silent
from propago_trainer.data.video_list import all_videos
from propago_trainer.data.videos import PairSpec, VideoPairs

LARGEST_TEXTURE = 384
"""Side of the textures, px: all of them lie in memory."""


class NoData(RuntimeError):
    """Nothing to train on."""


class Source(Protocol):
    """Batches by number, so that a resumed run reads on where it stopped without any state."""

    skipped: dict[str, str]
    """Files that could not be used so far, and why; it only grows."""

    def batch(self, step: int, part: int) -> Batch:
        """Micro-batch `part` of a step; the same arguments give the same batch."""


def open_source(config: TrainConfig, device: torch.device, stride: int, progress: Progress = silent) -> Source:
    """The configured source. Generated clips are drawn on the training device. `progress` is told of the work."""
    folders = [Path(place) for place in config.videos]
    missing = [str(folder) for folder in folders if not folder.exists()]
    if missing:
        raise NoData(f"not found: {', '.join(missing)}")
    if config.data == "videos":
        progress("listing videos")
        videos, skipped = all_videos(folders)
        if not videos:
            first = next((f"; it names {len(skipped)}, the first {name}: {why}" for name, why in skipped.items()), "")
            raise NoData(f"no video files in {', '.join(config.videos)}{first}")
        spec = PairSpec(
            config.image,
            config.gap_low,
            config.gap_high,
            config.crop_low,
            config.flip,
            config.colour_jitter,
            config.repeat,
        )
        parts = config.batch // config.micro_batch
        return VideoPairs(videos, spec, seed=config.seed, clips=config.micro_batch, parts=parts, skipped=skipped)
    return open_generated(config, folders, device, stride, progress)


def open_generated(
    config: TrainConfig, folders: Sequence[Path], device: torch.device, stride: int, progress: Progress
) -> Source:
    """Generated clips with textures of the folders' videos."""
    atlas = build_atlas(
        config.seed,
        folders,
        # Half again as wide as a frame: a background shows two thirds of its texture or more.
        side=min(LARGEST_TEXTURE, config.image * 3 // 2),
        noise=max(1, config.textures // 5),
        materials=max(1, config.textures // 5),
        crops=config.textures * 3 // 5,
        outlines=max(1, config.textures * 8 // 25),
        progress=progress,
    ).to(device)
    spec = ClipSpec(height=config.image, width=config.image, frames=config.frames, objects=config.objects)
    return GeneratedBatches(
        atlas, spec, seed=config.seed, clips=config.micro_batch, stride=stride, repeat=config.repeat
    )


def prefetch(source: Source, order: Iterator[tuple[int, int]], workers: int) -> Generator[Batch, None, None]:
    """Batches in the given (step, part) order, prepared up to `workers` ahead; 0 prepares each when asked for."""
    if workers == 0:
        for step, part in order:
            yield source.batch(step, part)
        return
    # On one processor each: drawing in small pieces among several waits for the slowest at each of them.
    with ThreadPoolExecutor(workers, "data", initializer=torch.set_num_threads, initargs=(1,)) as pool:
        ahead: list[Future[Batch]] = []
        try:
            for step, part in order:
                ahead.append(pool.submit(source.batch, step, part))
                if len(ahead) > workers:
                    yield ahead.pop(0).result()
            while ahead:
                yield ahead.pop(0).result()
        finally:
            for future in ahead:
                future.cancel()
