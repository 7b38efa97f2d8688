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
from propago_trainer.data.bodies.choose import choose as choose_scenes
from propago_trainer.data.bodies.records import to_device
from propago_trainer.data.bodies.render import paint, render
from propago_trainer.data.bodies.scene import SceneSpec
from propago_trainer.data.bodies.stage import set_stage
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
from propago_trainer.data.textures import Atlas, build_atlas
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
    """Prints one JSON line: median ms of each part and of a batch as training draws it, of cut-outs and of bodies."""
    device = pick_device(TrainConfig(device=device_name))
    # As the threads that prepare batches.
    torch.set_num_threads(1)
    spec = ClipSpec(image, image, 4)
    begin = time.perf_counter()
    atlas = build_atlas(1).to(device)
    seconds = time.perf_counter() - begin
    figures = {
        "device": str(device),
        "threads": torch.get_num_threads(),
        "clips": clips,
        "image": image,
        "atlasSeconds": round(seconds, 2),
        **_medians(Clock(device), clips, lambda clock, seed: _cutouts(clock, atlas, spec, seed, clips)),
        "bodies": _medians(Clock(device), clips, lambda clock, seed: _bodies(clock, atlas, image, seed, clips)),
    }
    sys.stdout.write(json.dumps({"event": "bench-generator", **figures}) + "\n")
    return 0


class Clock:
    """Milliseconds of each part, in every round."""

    def __init__(self, device: torch.device) -> None:
        self.device = device
        self.times: dict[str, list[float]] = defaultdict(list)

    def __call__(self, part: str, work: Callable[[], Value]) -> Value:
        """Does the work of a part."""
        synchronise(self.device)
        start = time.perf_counter()
        value = work()
        synchronise(self.device)
        self.times[part].append(1000 * (time.perf_counter() - start))
        return value


def _medians(clock: Clock, clips: int, work: Callable[[Clock, int], None]) -> dict[str, Any]:
    """Of some rounds; the first one does not count."""
    for seed in range(ROUNDS + 1):
        if seed == 1:
            clock.times.clear()
        work(clock, seed)
    medians = {part: statistics.median(values) for part, values in clock.times.items()}
    return {
        "milliseconds": {part: round(value, 2) for part, value in medians.items()},
        "clipsPerSecond": round(1000 * clips / medians["batch"], 1),
    }


def _cutouts(clock: Clock, atlas: Atlas, spec: ClipSpec, seed: int, clips: int) -> None:
    device = atlas.textures.device
    noise = torch.Generator(device).manual_seed(1)
    choices = clock("choices", lambda: choose(atlas, spec, seed, clips))
    poses, appearance = choices.poses.to(device), choices.appearance.to(device)
    background, cutouts = clock("textures", lambda: dress(atlas, choices))
    u = clock("warp", lambda: warp(poses, spec.height, spec.width))
    below, above = clock("layers", lambda: sample_layers(background, cutouts, u))
    light = clock("shadows", lambda: shades(cutouts, poses[:, :, 1:], spec, appearance.shadow))
    lit = clock("compose", lambda: relight(compose(below, above, light), appearance))
    frames = clock("noise", lambda: degrade(lit, appearance, noise))
    clock("correspondences", lambda: to_batch(Clips(frames, poses, cutouts), seed, STRIDE))
    clock("batch", lambda: to_batch(generate(atlas, spec, seed, clips), seed, STRIDE))


def _bodies(clock: Clock, atlas: Atlas, image: int, seed: int, clips: int) -> None:
    """The parts are those of clips whose shutter is not open; the batch has both kinds."""
    device = atlas.textures.device
    spec = SceneSpec(image, image, 4)
    choices = clock("choices", lambda: to_device(choose_scenes(atlas, spec, seed, clips), device))
    times = torch.linspace(-0.5, 0.5, spec.frames, device=device).expand(clips, -1)
    stage = clock("stage", lambda: set_stage(choices, times))
    clock("picture", lambda: paint(atlas, spec, choices, stage))
    drawn = render(atlas, spec, seed, clips)
    clock("correspondences", lambda: to_batch(drawn, seed, STRIDE))
    clock("batch", lambda: to_batch(render(atlas, spec, seed, clips), seed, STRIDE))
