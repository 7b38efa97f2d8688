"""`npm run bench:trainer`: what the engine's model and data cost, against plain versions of both in one run.

Records, asserts nothing. The plain model is a SiamMAE of `nn.TransformerEncoderLayer` and `nn.TransformerDecoderLayer`
that encodes masked f2 at full length (attention masks instead of dropped tokens), as one writes it first.
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from propago_trainer.config import TrainConfig
from propago_trainer.data.batch import Batch
from propago_trainer.data.generated import ClipSpec, generate
from propago_trainer.data.textures import build_atlas
from propago_trainer.data.videos import PairSpec, VideoPairs, read_frames
from propago_trainer.models.masking import Mask
from propago_trainer.models.vit import sincos_positions
from propago_trainer.objectives.objective import Objective
from propago_trainer.objectives.siammae import draw_masks, masked_patch_loss, normalised_patches

PAIRS = 8
ROUNDS = 7
FIXED = TrainConfig(
    dim=192, depth=4, heads=3, patch=16, image=224, decoder_dim=256, decoder_depth=2, decoder_heads=8,
    batch=PAIRS, micro_batch=PAIRS, device="cpu",
)  # fmt: skip


class PlainSiamMae(nn.Module):
    """The same shape of model from PyTorch's own layers; every token goes through the encoder."""

    def __init__(self, config: TrainConfig) -> None:
        super().__init__()
        self.config = config
        self.patch_proj = nn.Conv2d(3, config.dim, config.patch, config.patch)
        layer = nn.TransformerEncoderLayer(
            config.dim, config.heads, 4 * config.dim, 0.0, F.gelu, batch_first=True, norm_first=True
        )
        self.encoder = nn.TransformerEncoder(layer, config.depth, nn.LayerNorm(config.dim), enable_nested_tensor=False)
        self.project = nn.Linear(config.dim, config.decoder_dim)
        self.mask_token = nn.Parameter(torch.zeros(1, 1, config.decoder_dim))
        block = nn.TransformerDecoderLayer(
            config.decoder_dim,
            config.decoder_heads,
            4 * config.decoder_dim,
            0.0,
            F.gelu,
            batch_first=True,
            norm_first=True,
        )
        self.decoder = nn.TransformerDecoder(block, config.decoder_depth, nn.LayerNorm(config.decoder_dim))
        self.predict = nn.Linear(config.decoder_dim, config.patch**2 * 3)

    def forward(self, past: Tensor, present: Tensor, mask: Mask) -> Tensor:
        side = torch.arange(present.shape[2] // self.config.patch)
        first, second = (
            self.patch_proj(images).flatten(2).transpose(1, 2) + sincos_positions(self.config.dim, side, side)
            for images in (past, present)
        )
        memory = self.project(self.encoder(first))
        seen = self.project(self.encoder(second, src_key_padding_mask=mask.hidden))
        tokens = torch.where(mask.hidden[..., None], self.mask_token.to(seen.dtype), seen)
        positions = sincos_positions(self.config.decoder_dim, side, side)
        out: Tensor = self.predict(self.decoder(tokens + positions, memory + positions))
        return out


def add_bench_command(commands: Any) -> None:
    """`bench`."""
    command = commands.add_parser("bench", help="pairs per second and data pipeline, against plain versions")
    command.set_defaults(run=lambda _parsed: bench())


def bench() -> int:
    """Prints one JSON line."""
    generator = torch.Generator().manual_seed(1)
    batch = Batch(torch.randn(PAIRS, 2, 3, FIXED.image, FIXED.image, generator=generator), 1)
    ours, plain = Objective(FIXED), PlainSiamMae(FIXED)
    mask, _ = draw_masks(batch, FIXED)

    def plain_step() -> None:
        predicted = plain(batch.frames[:, 0], batch.frames[:, -1], mask)
        masked_patch_loss(predicted, normalised_patches(batch.frames[:, -1], FIXED.patch), mask).backward()

    def our_step() -> None:
        ours(batch)[0].backward()

    figures: dict[str, Any] = {"threads": torch.get_num_threads(), "pairs": PAIRS}
    for name, dtype in (("bf16", torch.bfloat16), ("fp32", torch.float32)):
        with torch.autocast("cpu", dtype, enabled=dtype == torch.bfloat16):
            mine, other = alternate(our_step, plain_step)
        figures[name] = {
            "pairsPerSecond": round(PAIRS / mine, 2),
            "plainPairsPerSecond": round(PAIRS / other, 2),
            "ratio": round(other / mine, 2),
        }
    figures["data"] = bench_data()
    sys.stdout.write(json.dumps({"event": "bench", **figures}) + "\n")
    return 0


def alternate(*works: Callable[[], Any]) -> list[float]:
    """Median seconds of each; in turn, so that a busy machine hurts all alike. The first round does not count."""
    times: list[list[float]] = [[] for _ in works]
    for round_number in range(ROUNDS + 1):
        for index, work in enumerate(works):
            start = time.perf_counter()
            work()
            if round_number > 0:
                times[index].append(time.perf_counter() - start)
    return [statistics.median(values) for values in times]


def bench_data() -> dict[str, float]:
    """Frames per second of pairs from a 480p video against decoding it alone, and of generated clips."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "clip.mp4"
        write_clip(path, frames=90)
        count = len(read_frames(path))
        spec = PairSpec(side=224, gap_low=4, gap_high=48, crop_low=0.5, flip=True, jitter=0.0, repeat=2)
        pairs = VideoPairs([path], spec, seed=1, clips=PAIRS, parts=1)
        atlas = build_atlas(1, side=96, noise=16, materials=16, outlines=16)
        steps = iter(range(1_000_000))
        decode, sample, drawn = alternate(
            lambda: decode_only(path),
            lambda: pairs.batch(next(steps), 0),
            lambda: generate(atlas, ClipSpec(128, 128, 2), next(steps), PAIRS),
        )
    return {
        "decodeFramesPerSecond": round(count / decode, 1),
        "pairFramesPerSecond": round(2 * PAIRS / sample, 1),
        "generatedFramesPerSecond": round(2 * PAIRS / drawn, 1),
    }


def decode_only(path: Path) -> int:
    """Decodes a video and keeps nothing. Returns the number of frames."""
    with av.open(str(path)) as container:
        return sum(1 for _ in container.decode(video=0))


def write_clip(path: Path, frames: int) -> None:
    """A noisy 854x480 clip at 30 frames per second."""
    random = np.random.default_rng(1)
    still = random.integers(0, 255, (480, 854, 3), dtype=np.uint8)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=30)
        stream.width, stream.height, stream.pix_fmt = 854, 480, "yuv420p"
        for number in range(frames):
            image = np.roll(still, 3 * number, axis=1)
            for packet in stream.encode(av.VideoFrame.from_ndarray(image, format="rgb24")):
                container.mux(packet)
        for packet in stream.encode():
            container.mux(packet)
