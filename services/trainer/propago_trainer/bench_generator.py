"""`npm run bench:generator`: what each part of drawing a batch of generated clips costs. Records, asserts nothing."""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from typing import Any, TypeVar

import torch

from propago_trainer.config import TrainConfig
from propago_trainer.data.appearance import degrade, relight
from propago_trainer.data.generated import (
    Clips,
    ClipSpec,
    choose,
    compose,
    dress,
    generate,
    sample_layers,
    shades,
    warp,
)
from propago_trainer.data.generated_batches import to_batch
from propago_trainer.data.textures import build_atlas
from propago_trainer.machine import pick_device, synchronise

ROUNDS = 9
STRIDE = 8
Value = TypeVar("Value")


def add_bench_generator_command(commands: Any) -> None:
    """`bench-generator`."""
    command: argparse.ArgumentParser = commands.add_parser(
        "bench-generator", help="milliseconds of each part of drawing generated clips"
    )
    command.add_argument("--image", type=int, default=128, help="side of the clips, px (default: 128)")
    command.add_argument("--clips", type=int, default=12, help="clips of a batch (default: 12)")
    command.add_argument("--device", choices=("auto", "cpu", "cuda"), default="auto")
    command.set_defaults(run=lambda parsed: bench_generator(parsed.image, parsed.clips, parsed.device))


def bench_generator(image: int, clips: int, device_name: str) -> int:
    """Prints one JSON line: median ms of each part, and of a whole batch as training draws it."""
    device = pick_device(TrainConfig(device=device_name))
    # As the threads that prepare batches.
    torch.set_num_threads(1)
    spec = ClipSpec(image, image, 4)
    begin = time.perf_counter()
    atlas = build_atlas(1).to(device)
    seconds = time.perf_counter() - begin
    times: dict[str, list[float]] = defaultdict(list)

    def timed(part: str, work: Callable[[], Value]) -> Value:
        synchronise(device)
        start = time.perf_counter()
        value = work()
        synchronise(device)
        times[part].append(1000 * (time.perf_counter() - start))
        return value

    noise = torch.Generator(device).manual_seed(1)

    def round_of_parts(seed: int) -> None:
        choices = timed("choices", lambda: choose(atlas, spec, seed, clips))
        poses, appearance = choices.poses.to(device), choices.appearance.to(device)
        background, cutouts = timed("textures", lambda: dress(atlas, choices))
        u = timed("warp", lambda: warp(poses, image, image))
        below, above = timed("layers", lambda: sample_layers(background, cutouts, u))
        light = timed("shadows", lambda: shades(cutouts, poses[:, :, 1:], spec, appearance.shadow))
        lit = timed("compose", lambda: relight(compose(below, above, light), appearance))
        frames = timed("noise", lambda: degrade(lit, appearance, noise))
        timed("correspondences", lambda: to_batch(Clips(frames, poses, cutouts), seed, STRIDE))
        timed("batch", lambda: to_batch(generate(atlas, spec, seed, clips), seed, STRIDE))

    round_of_parts(0)
    # The first round does not count.
    times.clear()
    for seed in range(1, ROUNDS + 1):
        round_of_parts(seed)
    medians = {part: statistics.median(values) for part, values in times.items()}
    figures = {
        "device": str(device),
        "threads": torch.get_num_threads(),
        "clips": clips,
        "image": image,
        "atlasSeconds": round(seconds, 2),
        "milliseconds": {part: round(value, 2) for part, value in medians.items()},
        "clipsPerSecond": round(1000 * clips / medians["batch"], 1),
    }
    sys.stdout.write(json.dumps({"event": "bench-generator", **figures}) + "\n")
    return 0
