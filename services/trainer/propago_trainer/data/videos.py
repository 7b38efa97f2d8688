"""Frames of video files by PyAV.

PyAV, not torchcodec: it carries its own FFmpeg libraries in the wheel, needs no match with the PyTorch release, and
decodes frame by frame, so memory stays bounded by one frame however long the video is.
"""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import torch
from torch import Tensor

VIDEO_SUFFIXES = frozenset({".mp4", ".mov", ".mkv", ".webm", ".avi", ".m4v"})


def video_files(place: Path) -> list[Path]:
    """The video files of a folder (any depth) in name order, or the file itself."""
    if place.is_file():
        return [place]
    return sorted(path for path in place.rglob("*") if path.suffix.lower() in VIDEO_SUFFIXES)


def read_frames(path: Path, *, every: int = 1, limit: int | None = None) -> list[Tensor]:
    """Every `every`-th frame of a video, at most `limit`, each uint8 [3, H, W] RGB."""
    frames: list[Tensor] = []
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        for index, frame in enumerate(container.decode(stream)):
            if index % every == 0:
                frames.append(torch.from_numpy(np.ascontiguousarray(frame.to_ndarray(format="rgb24"))).permute(2, 0, 1))
            if limit is not None and len(frames) >= limit:
                break
    return frames
