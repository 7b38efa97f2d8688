"""Pairs of frames from video files by PyAV.

PyAV, not torchcodec: its wheel carries the FFmpeg libraries, so it needs no match with the PyTorch release. A video is
decoded frame by frame and only the wanted frames are kept, so memory does not grow with its length.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
import torch
from torch import Tensor

from propago_trainer.data.batch import Batch, mix_seed
from propago_trainer.data.normalise import normalise
from propago_trainer.data.sampling import apply_crop, colour_jitter, draw_crop, draw_gap, epoch_item

# Decoder messages about broken files; the files are listed in the metrics instead.
logging.getLogger("libav").setLevel(logging.CRITICAL)

ATTEMPTS = 32
"""Videos tried for one sample before the data counts as unusable."""


class BrokenVideo(RuntimeError):
    """A file that does not give the wanted frames."""


class NoUsableVideo(RuntimeError):
    """Many files in a row are broken."""


def read_frames(
    path: Path, *, every: int = 1, limit: int | None = None, short_side: int | None = None, place: float = 0.0
) -> list[Tensor]:
    """Every `every`-th frame of a video, at most `limit`, each uint8 [3, H, W] RGB.

    They begin at a key frame before `place`, 0..1, of what leaves room for `limit` frames; that is how a few frames of
    a long video are read in little time. Frames whose short side is longer than `short_side` px are scaled down to it,
    one by one as they are decoded.

    Raises:
        BrokenVideo: no video stream, or nothing to decode.
    """
    frames: list[Tensor] = []
    try:
        with av.open(str(path)) as container:
            if not container.streams.video:
                raise BrokenVideo("no video stream")
            stream = container.streams.video[0]
            stream.thread_type = "AUTO"
            if place > 0 and limit is not None:
                with contextlib.suppress(av.error.FFmpegError):
                    _seek(container, stream, place, limit * every / float(stream.average_rate or 30))
            for index, frame in enumerate(container.decode(stream)):
                if index % every == 0:
                    frames.append(to_tensor(scaled_down(frame, short_side) if short_side else frame))
                if limit is not None and len(frames) >= limit:
                    break
    except (av.error.FFmpegError, OSError, ValueError) as error:
        raise BrokenVideo(str(error)) from error
    if not frames and place > 0:
        return read_frames(path, every=every, limit=limit, short_side=short_side)
    if not frames:
        raise BrokenVideo("no frames")
    return frames


def read_pair(path: Path, generator: torch.Generator, gap_low: int, gap_high: int) -> Tensor:
    """Two frames with a random gap from a random place of a video, uint8 [2, 3, H, W].

    A video shorter than the gap gives its first and last frame; one with fewer than two frames is broken.

    Raises:
        BrokenVideo: no video stream, or nothing to decode.
    """
    place = float(torch.rand((), generator=generator))
    try:
        with av.open(str(path)) as container:
            if not container.streams.video:
                raise BrokenVideo("no video stream")
            stream = container.streams.video[0]
            rate = float(stream.average_rate or 30)
            gap = draw_gap(generator, gap_low, gap_high, rate)
            start = _seek(container, stream, place, gap / rate)
            first: Tensor | None = None
            last: av.VideoFrame | None = None
            after = 0
            for frame in container.decode(stream):
                if first is None:
                    if frame.time is not None and frame.time < start:
                        continue
                    first = to_tensor(frame)
                    continue
                after += 1
                if after == gap:
                    return torch.stack([first, to_tensor(frame)])
                last = frame
    except (av.error.FFmpegError, OSError, ValueError) as error:
        raise BrokenVideo(str(error)) from error
    if first is None or last is None:
        raise BrokenVideo("fewer than two frames")
    return torch.stack([first, to_tensor(last)])


def _seek(container: av.container.InputContainer, stream: av.VideoStream, place: float, gap_seconds: float) -> float:
    """Goes to the key frame before a place (0..1) of the video that leaves room for the gap -> seconds of the place."""
    # Sound may be longer than the pictures, so the file's own duration is the second choice.
    if stream.duration and stream.time_base:
        origin, length = float((stream.start_time or 0) * stream.time_base), float(stream.duration * stream.time_base)
    elif container.duration:
        origin, length = (container.start_time or 0) / av.time_base, container.duration / av.time_base
    else:
        return 0.0
    start = origin + place * max(0.0, length - gap_seconds)
    container.seek(int(start * av.time_base), backward=True)
    return start


def scaled_down(frame: av.VideoFrame, short_side: int) -> av.VideoFrame:
    """The frame with a short side of at most `short_side` px."""
    scale = short_side / min(frame.width, frame.height)
    if scale >= 1:
        return frame
    return frame.reformat(round(frame.width * scale), round(frame.height * scale), interpolation="AREA")


def to_tensor(frame: av.VideoFrame) -> Tensor:
    """RGB, uint8 [3, H, W]."""
    return torch.from_numpy(np.ascontiguousarray(frame.to_ndarray(format="rgb24"))).permute(2, 0, 1)


@dataclass(frozen=True)
class PairSpec:
    """How pairs are drawn; see `TrainConfig` for the meaning."""

    side: int
    gap_low: int
    gap_high: int
    crop_low: float
    flip: bool
    jitter: float
    repeat: int


class VideoPairs:
    """Micro-batches of pairs. `repeat` pairs in a row come from the same video, each with its own place and crop."""

    def __init__(
        self,
        videos: Sequence[Path],
        spec: PairSpec,
        *,
        seed: int,
        clips: int,
        parts: int,
        skipped: Mapping[str, str] | None = None,
    ) -> None:
        """`skipped`: what was left out of the videos before, and why."""
        self.videos = list(videos)
        self.spec = spec
        self.seed = seed
        self.clips = clips
        self.parts = parts
        self.skipped = dict(skipped or {})
        """Files left out and broken ones met so far, and why."""

    def batch(self, step: int, part: int) -> Batch:
        """The micro-batch `part` of a step."""
        first = (step * self.parts + part) * self.clips
        drawn = [self._pair(first + index) for index in range(self.clips)]
        frames = normalise(torch.stack([pair for pair, _ in drawn]))
        return Batch(frames, mix_seed(self.seed, step, part), tuple(name for _, name in drawn))

    def _pair(self, number: int) -> tuple[Tensor, str]:
        """Pair `number` of the run, [2, 3, side, side] in 0..1, and its video. Broken files give way to the next."""
        spec = self.spec
        generator = torch.Generator().manual_seed(mix_seed(self.seed, number, 1))
        position = number // spec.repeat
        for attempt in range(ATTEMPTS):
            path = self.videos[(epoch_item(self.seed, len(self.videos), position) + attempt) % len(self.videos)]
            try:
                frames = read_pair(path, generator, spec.gap_low, spec.gap_high)
            except BrokenVideo as error:
                self.skipped[str(path)] = str(error)
                continue
            crop = draw_crop(generator, frames.shape[2], frames.shape[3], spec.crop_low, flip=spec.flip)
            pair = apply_crop(frames, crop, spec.side)
            return colour_jitter(generator, pair, spec.jitter) if spec.jitter > 0 else pair, str(path)
        raise NoUsableVideo(f"{ATTEMPTS} broken videos in a row, the last one {path}: {self.skipped[str(path)]}")
