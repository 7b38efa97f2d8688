"""What can be seen on a GPU alone: `pytest -m cuda`."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from propago_trainer.checkpoint import load_checkpoint, newest_checkpoint
from propago_trainer.config import TrainConfig, to_json
from propago_trainer.data.generated import ClipSpec, generate
from propago_trainer.data.generated_batches import GeneratedBatches
from propago_trainer.data.source import prefetch
from propago_trainer.data.textures import Atlas
from propago_trainer.engine import EXIT_FINISHED, EXIT_INTERRUPTED, Trainer
from propago_trainer.throughput import Throughput

pytestmark = [
    pytest.mark.cuda,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA device"),
]
SPEC = ClipSpec(96, 128, frames=4)


def launch(config: TrainConfig) -> int:
    """Trains in a process of its own, where nothing of CUDA is loaded yet. Returns its exit code."""
    settings = [f"{name}={value}" for name, value in to_json(config).items() if value != ()]
    command = [sys.executable, "-m", "propago_trainer", "train", *settings]
    return subprocess.run(command, cwd=Path(__file__).parents[1], check=False).returncode


def test_a_seed_gives_the_same_clips_again_and_what_happens_in_them_is_what_happens_on_a_cpu(atlas: Atlas) -> None:
    on_card = atlas.to(torch.device("cuda"))
    first, second = (generate(on_card, SPEC, 11, 3) for _ in range(2))
    assert torch.equal(first.frames, second.frames)
    cpu = generate(atlas, SPEC, 11, 3)
    assert torch.equal(first.poses.cpu(), cpu.poses)
    assert (first.labels.cpu() != cpu.labels).float().mean() < 1e-3


@pytest.mark.parametrize("arch", ["conv", "pyramid"])
def test_a_step_with_its_clips_never_waits_for_the_card(
    tiny: Callable[..., TrainConfig], atlas: Atlas, arch: str
) -> None:
    config = tiny(
        arch=arch, conv_colour=arch == "pyramid", siammae=0.0, correspondence=1.0, conv_width=16, frames=5, queries=8,
        device="cuda", clip_gradient=1.0, image=64,
    )  # fmt: skip
    source = GeneratedBatches(
        atlas.to(torch.device("cuda")),
        ClipSpec(64, 64, frames=5),
        seed=1,
        clips=config.micro_batch,
        stride=8,
        bodies=0.5,
    )
    trainer, meter = Trainer(config, source), Throughput(1e12)
    batches = prefetch(source, trainer.order(), 0)
    # The first one counts operations and loads kernels.
    trainer.train_step(batches, meter).read()
    torch.cuda.set_sync_debug_mode("error")
    try:
        result = trainer.train_step(batches, meter)
    finally:
        torch.cuda.set_sync_debug_mode("default")
    loss, parts = result.read()
    assert loss > 0
    assert parts.keys() == {"position", "sameObject", "walk"}


def test_several_threads_draw_from_a_cold_start_and_a_run_goes_on_where_it_was(
    tiny: Callable[..., TrainConfig], tmp_path: Path
) -> None:
    settings = {"arch": "conv", "siammae": 0.0, "correspondence": 1.0, "conv_width": 16, "frames": 3, "workers": 4}
    whole = tiny(**settings, device="cuda", steps=6, out=str(tmp_path / "whole"))
    halves = replace(whole, out=str(tmp_path / "halves"))
    assert launch(whole) == EXIT_FINISHED
    assert launch(replace(halves, stop_after=3)) == EXIT_INTERRUPTED
    assert launch(halves) == EXIT_FINISHED
    ends = [load_checkpoint(newest_checkpoint(Path(config.out)) or Path())["step"] for config in (whole, halves)]
    assert ends == [6, 6]
    losses = [
        [event["loss"] for line in Path(config.out, "metrics.jsonl").read_text().splitlines()
         if (event := json.loads(line))["event"] == "step"]
        for config in (whole, halves)
    ]  # fmt: skip
    # Convolutions on a GPU sum in an order of their own.
    assert losses[0] == pytest.approx(losses[1], rel=1e-2)
