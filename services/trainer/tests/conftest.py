"""What several test files need: a small texture atlas and a tiny training configuration."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
import torch

from propago_trainer.config import TrainConfig
from propago_trainer.data.textures import Atlas, build_atlas

# One thread: tensors here are tiny, and other tests run beside these.
torch.set_num_threads(1)


@pytest.fixture(scope="session")
def atlas() -> Atlas:
    """Textures without any video."""
    return build_atlas(7, side=64, noise=24, materials=24, outlines=24)


@pytest.fixture
def tiny(tmp_path: Path) -> Callable[..., TrainConfig]:
    """A configuration that trains in milliseconds a step; keywords override."""

    def make(**changes: Any) -> TrainConfig:
        settings: dict[str, Any] = {
            "dim": 32, "depth": 1, "heads": 2, "patch": 8, "decoder_dim": 32, "decoder_depth": 1, "decoder_heads": 2,
            "image": 32, "batch": 4, "micro_batch": 4, "steps": 4, "warmup_steps": 1, "lr": 1e-3, "repeat": 1,
            "workers": 0, "device": "cpu", "bf16": False, "log_every": 1, "out": str(tmp_path / "run"),
            "peak_tflops": 1.0,
        }  # fmt: skip
        if changes.get("data") != "videos":
            settings["textures"] = 30
        return TrainConfig(**{**settings, **changes})

    return make


def write_video(
    path: Path, frames: int, rate: int = 30, size: tuple[int, int] = (64, 48), sound_seconds: int = 0
) -> None:
    """A video whose frame number can be read from its pixels: grey level 4 * number on the left, 255 minus it right."""
    width, height = size
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=rate)
        # Enough for grey levels that survive the encoder.
        stream.bit_rate = 8_000_000
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        sound = container.add_stream("aac", rate=8000, layout="mono") if sound_seconds else None
        for number in range(frames):
            image = np.full((height, width, 3), 4 * number, dtype=np.uint8)
            image[:, width // 2 :] = 255 - 4 * number
            for packet in stream.encode(av.VideoFrame.from_ndarray(image, format="rgb24")):
                container.mux(packet)
        for packet in stream.encode():
            container.mux(packet)
        if sound is not None:
            silence = av.AudioFrame.from_ndarray(
                np.zeros((1, 8000 * sound_seconds), np.float32), format="fltp", layout="mono"
            )
            silence.sample_rate = 8000
            for packet in [*sound.encode(silence), *sound.encode()]:
                container.mux(packet)


@pytest.fixture(scope="session")
def video_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three short videos."""
    folder = tmp_path_factory.mktemp("videos")
    for index, rate in enumerate((30, 15, 60)):
        write_video(folder / f"clip-{index}.mp4", 60, rate)
    return folder
