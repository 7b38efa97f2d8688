from __future__ import annotations

import itertools
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import sysconfig
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from conftest import write_video

from propago_trainer.checkpoint import load_checkpoint, newest_checkpoint, save_checkpoint
from propago_trainer.cli import EXIT_OUT_OF_MEMORY, EXIT_WRITE
from propago_trainer.config import ConfigError, TrainConfig, doubts, to_json
from propago_trainer.data.batch import Batch
from propago_trainer.data.sampling import epoch_item
from propago_trainer.engine import EXIT_FINISHED, EXIT_INTERRUPTED, Trainer, learning_rate
from propago_trainer.pending import LossNotFinite

Tiny = Callable[..., TrainConfig]
PACKAGE = Path(__file__).resolve().parents[1]


def events(out: str, name: str) -> list[dict[str, Any]]:
    """The events of one kind in the metrics of a run."""
    lines = [json.loads(line) for line in (Path(out) / "metrics.jsonl").read_text().splitlines()]
    return [line for line in lines if line["event"] == name]


def losses(out: str) -> dict[int, float]:
    """Loss of every step in the metrics of a run."""
    return {line["step"]: line["loss"] for line in events(out, "step")}


def arguments(config: TrainConfig) -> list[str]:
    """The configuration as command line settings."""
    values = to_json(config).items()
    return [f"{key}={','.join(value) if isinstance(value, list | tuple) else value}" for key, value in values]


def launch(config: TrainConfig, *launcher: str, limits: tuple[int, int] | None = None) -> subprocess.Popen[str]:
    """Starts a training run; `limits` is a resource and how much of it the process may use."""
    command = [sys.executable, "-m", *(launcher or ("propago_trainer",)), "train", *arguments(config)]
    environment = {**os.environ, "PYTHONPATH": str(PACKAGE), "OMP_NUM_THREADS": "1"}
    limit = None if limits is None else lambda: resource.setrlimit(limits[0], (limits[1], limits[1]))
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment, preexec_fn=limit)


class NoiseSource:
    """Noise, named by step and part."""

    def __init__(self, clips: int = 2) -> None:
        self.clips = clips
        self.skipped: dict[str, str] = {}

    def batch(self, step: int, part: int) -> Batch:
        generator = torch.Generator().manual_seed(1000 * step + part)
        names = tuple(f"noise {step}-{part}-{index}" for index in range(self.clips))
        return Batch(torch.randn(self.clips, 2, 3, 32, 32, generator=generator), step, names)


class PoisonedSource(NoiseSource):
    """The third step holds a NaN."""

    def batch(self, step: int, part: int) -> Batch:
        batch = super().batch(step, part)
        if step == 2:
            batch.frames[0, -1, 0, 0] = torch.nan
        return batch


def test_an_interrupted_and_resumed_run_has_the_loss_curve_of_an_uninterrupted_one(tiny: Tiny, tmp_path: Path) -> None:
    whole = tiny(steps=6, out=str(tmp_path / "whole"), correspondence=1.0, frames=3)
    assert Trainer(whole).run() == EXIT_FINISHED
    halves = tiny(steps=6, out=str(tmp_path / "halves"), correspondence=1.0, frames=3, stop_after=3)
    assert Trainer(halves).run() == EXIT_INTERRUPTED
    assert Trainer(halves).run() == EXIT_FINISHED
    assert losses(halves.out) == losses(whole.out)
    ends = [load_checkpoint(newest_checkpoint(Path(config.out)) or Path())["model"] for config in (whole, halves)]
    assert all(torch.equal(ends[0][name], ends[1][name]) for name in ends[0])


def test_accumulated_micro_batches_have_the_gradient_of_one_large_batch(tiny: Tiny, tmp_path: Path) -> None:
    source = NoiseSource()

    class Joined:
        skipped = source.skipped

        def batch(self, step: int, _part: int) -> Batch:
            return Batch(torch.cat([source.batch(step, part).frames for part in (0, 1)]), step)

    # A grid is the same in every frame of a batch, and all of these batches have the seed of their step.
    settings = {"steps": 3, "mask_kind": "grid", "mask_ratio": 0.75}
    joined = Trainer(tiny(batch=4, micro_batch=4, out=str(tmp_path / "joined"), **settings), Joined())
    parts = Trainer(tiny(batch=4, micro_batch=2, out=str(tmp_path / "parts"), **settings), source)
    joined.run()
    parts.run()
    expected = losses(joined.config.out)
    assert losses(parts.config.out) == pytest.approx(expected, rel=1e-5)


def test_two_processes_train_as_one_does(tiny: Tiny, tmp_path: Path) -> None:
    alone = tiny(micro_batch=2, steps=3, out=str(tmp_path / "alone"))
    Trainer(alone).run()
    together = tiny(micro_batch=2, steps=3, out=str(tmp_path / "together"))
    process = launch(together, "torch.distributed.run", "--standalone", "--nproc-per-node=2", "-m", "propago_trainer")
    process.communicate(timeout=240)
    assert process.returncode == 0
    one, two = losses(alone.out), losses(together.out)
    assert one.keys() == two.keys() == {1, 2, 3}
    for step, loss in one.items():
        assert two[step] == pytest.approx(loss, rel=1e-5)


def test_two_processes_agree_on_the_end_of_their_time_and_on_the_learning_rate(tiny: Tiny, tmp_path: Path) -> None:
    config = tiny(micro_batch=2, steps=100_000, seconds=3.0, out=str(tmp_path / "together"))
    process = launch(config, "torch.distributed.run", "--standalone", "--nproc-per-node=2", "-m", "propago_trainer")
    process.communicate(timeout=240)
    assert process.returncode == 0
    rates = [event["lr"] for event in events(config.out, "step")]
    assert rates[1:] == sorted(rates[1:], reverse=True)
    assert rates[-1] < 0.2 * config.learning_rate


def test_sigterm_saves_and_the_same_command_finishes(tiny: Tiny) -> None:
    config = tiny(steps=100_000, log_every=1)
    process = launch(config)
    assert process.stdout is not None
    for line in process.stdout:
        if json.loads(line)["event"] == "step":
            break
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=120)
    assert process.returncode == EXIT_INTERRUPTED
    saved = newest_checkpoint(Path(config.out))
    assert saved is not None
    step = int(load_checkpoint(saved)["step"])
    done = Trainer(tiny(steps=step + 1, out=config.out))
    assert done.step == step
    assert done.run() == EXIT_FINISHED


def test_a_loss_that_is_not_finite_stops_and_names_all_its_inputs(tiny: Tiny) -> None:
    config = tiny(batch=12, micro_batch=6, steps=5)
    with pytest.raises(LossNotFinite) as caught:
        Trainer(config, PoisonedSource(clips=6)).run()
    names = [f"noise 2-{part}-{index}" for part in range(2) for index in range(6)]
    assert str(caught.value).endswith(f"at step 2 on {', '.join(names)}")
    assert max(losses(config.out)) == 2


def test_skipped_files_are_listed_once_and_counted(tiny: Tiny) -> None:
    class Breaking(NoiseSource):
        """The first and the third step meet a broken file."""

        def batch(self, step: int, part: int) -> Batch:
            if step in (0, 2):
                self.skipped[f"{step}.mp4"] = "broken"
            return super().batch(step, part)

    config = tiny(batch=2, micro_batch=2, steps=4, checkpoint_seconds=0.0)
    Trainer(config, Breaking()).run()
    assert len(events(config.out, "checkpoint")) == 4
    told = [(event["step"], event["count"], event["files"]) for event in events(config.out, "skipped")]
    assert told == [(1, 1, {"0.mp4": "broken"}), (3, 2, {"2.mp4": "broken"})]


def test_files_that_another_process_skips_are_listed_too(tiny: Tiny, tmp_path: Path) -> None:
    # The second process takes the last two places of the first epoch.
    broken = epoch_item(1, 4, 3)
    for index in range(4):
        path = tmp_path / f"{index}.mp4"
        write_video(path, 30)
        if index == broken:
            path.write_bytes(b"bad")
    (tmp_path / "list.csv").write_text("path\n0.mp4\n1.mp4\n2.mp4\n3.mp4\nabsent.mp4\n")
    config = tiny(data="videos", videos=(str(tmp_path / "list.csv"),), micro_batch=2, steps=2, checkpoint_seconds=0.0)
    process = launch(config, "torch.distributed.run", "--standalone", "--nproc-per-node=2", "-m", "propago_trainer")
    process.communicate(timeout=240)
    assert process.returncode == 0
    (event,) = events(config.out, "skipped")
    assert event["count"] == 2
    assert set(event["files"]) == {str(tmp_path / f"{broken}.mp4"), str(tmp_path / "absent.mp4")}


CAN_COMPILE = (
    shutil.which(os.environ.get("CXX", "g++")) is not None
    and (Path(sysconfig.get_path("include")) / "Python.h").exists()
)


@pytest.mark.long
@pytest.mark.skipif(not CAN_COMPILE, reason="torch.compile needs a C++ compiler (CXX, g++) and Python's headers")
def test_a_compiled_model_trains_as_an_uncompiled_one_does(tiny: Tiny, tmp_path: Path) -> None:
    shape = {"dim": 8, "heads": 1, "decoder": "cross", "decoder_dim": 8, "decoder_heads": 1, "batch": 2}
    plain, compiled = (
        tiny(**shape, micro_batch=2, steps=2, compile=wish, out=str(tmp_path / str(wish))) for wish in (False, True)
    )
    for config in (plain, compiled):
        assert Trainer(config, NoiseSource()).run() == EXIT_FINISHED
    assert losses(compiled.out) == pytest.approx(losses(plain.out), rel=1e-4)
    saved = [load_checkpoint(newest_checkpoint(Path(config.out)) or Path())["model"] for config in (plain, compiled)]
    assert saved[0].keys() == saved[1].keys()


@pytest.mark.parametrize(
    ("limit", "settings", "code", "exit_code"),
    [
        (resource.RLIMIT_FSIZE, {}, "training.write-failed", EXIT_WRITE),
        (
            resource.RLIMIT_DATA,
            {"image": 512, "batch": 4096, "micro_batch": 4096},
            "training.out-of-memory",
            EXIT_OUT_OF_MEMORY,
        ),
    ],
)
def test_a_full_disk_and_memory_that_is_out_have_a_code(
    tiny: Tiny, limit: int, settings: dict[str, int], code: str, exit_code: int
) -> None:
    most = 50_000 if limit == resource.RLIMIT_FSIZE else 2_000_000_000
    config = tiny(steps=2, **settings)
    process = launch(config, limits=(limit, most))
    out, _ = process.communicate(timeout=300)
    assert process.returncode == exit_code
    assert json.loads(out.splitlines()[-1])["code"] == code
    assert not list(Path(config.out).glob("*.partial"))


def test_a_broken_write_leaves_the_old_checkpoint(tmp_path: Path) -> None:
    save_checkpoint(tmp_path, 1, {"value": torch.ones(2)}, keep=2)
    with pytest.raises(Exception, match="pickle"):
        save_checkpoint(tmp_path, 2, {"value": lambda: None}, keep=2)
    assert [path.name for path in sorted(tmp_path.iterdir())] == ["step-00000001.pt"]


def test_only_the_newest_checkpoints_are_kept(tmp_path: Path) -> None:
    for step in range(5):
        save_checkpoint(tmp_path, step, {}, keep=2)
    assert [path.name for path in sorted(tmp_path.iterdir())] == ["step-00000003.pt", "step-00000004.pt"]


def test_the_learning_rate_warms_up_and_falls_to_nothing(tiny: Tiny) -> None:
    config = tiny(steps=100, warmup_steps=10, lr=1.0)
    assert learning_rate(config, 0) == pytest.approx(0.1)
    assert learning_rate(config, 9) == learning_rate(config, 10) == 1.0
    assert learning_rate(config, 55) == pytest.approx(0.5)
    assert learning_rate(config, 99) < 0.001


def test_only_a_new_run_is_refused_for_settings_without_effect(tiny: Tiny) -> None:
    config = tiny(steps=2, stop_after=1, crop_low=1.0)
    with pytest.raises(ConfigError, match="crop_low: has no effect with data=generated"):
        Trainer(config)
    # As a run was saved before such settings were refused.
    Trainer(replace(config, crop_low=0.5)).run()
    saved = newest_checkpoint(Path(config.out))
    assert saved is not None
    state = load_checkpoint(saved)
    torch.save({**state, "config": to_json(config)}, saved)
    assert Trainer(config).run() == EXIT_FINISHED
    assert Trainer(replace(config, crop_low=0.5)).step == 2


def test_a_parent_gives_its_encoder_and_nothing_else(tiny: Tiny, tmp_path: Path) -> None:
    parent = tiny(steps=2, out=str(tmp_path / "parent"))
    Trainer(parent).run()
    saved = newest_checkpoint(Path(parent.out))
    child = Trainer(tiny(parent=str(saved), seed=5, out=str(tmp_path / "child")))
    assert saved is not None
    weights = load_checkpoint(saved)["model"]
    for name, value in child.objective.state_dict().items():
        if name.startswith("encoder."):
            assert torch.equal(value, weights[name])
    assert child.step == 0


def test_a_damaged_checkpoint_is_passed_over_and_an_unfinished_line_forgotten(tiny: Tiny) -> None:
    config = tiny(steps=4, checkpoint_seconds=0.0, stop_after=2)
    Trainer(config).run()
    whole = losses(config.out)
    newest = newest_checkpoint(Path(config.out))
    assert newest is not None
    assert newest.name == "step-00000002.pt"
    newest.write_bytes(newest.read_bytes()[:1000])
    with (Path(config.out) / "metrics.jsonl").open("a") as file:
        file.write('{"event": "step", "step": 3, "lo')
    trainer = Trainer(config)
    assert trainer.step == 1
    assert trainer.run() == EXIT_INTERRUPTED
    assert losses(config.out).keys() == {1, 2, 3}
    assert losses(config.out)[2] == whole[2]
    for path in Path(config.out).glob("step-*.pt"):
        path.write_bytes(b"")
    with pytest.raises(ConfigError, match=r"no checkpoint in .* can be read"):
        Trainer(config)


def test_the_last_step_is_told_also_where_no_metrics_of_it_are(tiny: Tiny, capsys: pytest.CaptureFixture[str]) -> None:
    Trainer(tiny(steps=20, log_every=10, stop_after=4)).run()
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [event["step"] for event in told if event["event"] == "progress"][-1] == 4
    assert not [event for event in told if event["event"] == "step"]


def test_a_run_is_not_mixed_with_another_one(tiny: Tiny) -> None:
    config = tiny(steps=4, stop_after=2)
    Trainer(config).run()
    with pytest.raises(ConfigError, match=r"mask_ratio: was .* and is 0\.5"):
        Trainer(replace(config, mask_ratio=0.5))
    with pytest.raises(ConfigError, match="at step 2 already"):
        Trainer(replace(config, steps=1))
    with pytest.raises(ConfigError, match="holds another run"):
        Trainer(replace(config, resume=False))
    assert Trainer(replace(config, log_every=1, steps=5)).step == 2


@pytest.mark.parametrize("content", [None, b"", b"no checkpoint"])
def test_a_parent_that_is_none_is_refused(tiny: Tiny, tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "parent.pt").write_bytes(content)
    with pytest.raises(ConfigError, match="parent: "):
        Trainer(tiny(parent=str(tmp_path / "parent.pt")))


def test_a_parent_of_another_shape_is_refused(tiny: Tiny, tmp_path: Path) -> None:
    parent = tiny(steps=1, out=str(tmp_path / "parent"))
    Trainer(parent).run()
    with pytest.raises(ConfigError, match=r"parent: .*size mismatch"):
        Trainer(tiny(parent=str(newest_checkpoint(Path(parent.out))), dim=64, out=str(tmp_path / "child")))


def test_a_short_run_of_epochs_warms_up_for_a_tenth_of_them(tiny: Tiny, video_folder: Path) -> None:
    settings = {"data": "videos", "videos": (str(video_folder),), "batch": 1, "micro_batch": 1, "steps": 0}
    assert Trainer(tiny(epochs=20, **settings)).config.warmup_steps == 2 * 3
    assert Trainer(tiny(epochs=2000, **settings)).config.warmup_steps == 40 * 3


def test_a_step_of_several_micro_batches_says_how_far_it_is(
    tiny: Tiny, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = itertools.count()
    # Every look at the clock is a second later, so that each line is due.
    monkeypatch.setattr("propago_trainer.metrics.time.monotonic", lambda: float(next(now)))
    Trainer(tiny(batch=6, micro_batch=2, steps=2, log_every=100)).run()
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    told = [(line["step"], line.get("phase")) for line in lines if line["event"] == "progress"]
    assert told[:4] == [*((0, f"step 1: micro-batch {number} of 3") for number in (1, 2, 3)), (1, None)]
    assert (1, "step 2: micro-batch 2 of 3") in told
    assert told[-1] == (2, None)


def test_the_bare_defaults_take_a_step_of_a_size_that_a_cpu_can_try() -> None:
    config = TrainConfig()
    assert config.batch // config.micro_batch == 4
    assert not doubts(config)


def test_metric_lines_carry_throughput_and_data_wait(tiny: Tiny) -> None:
    config = tiny(steps=1)
    Trainer(config).run()
    lines = [json.loads(line) for line in (Path(config.out) / "metrics.jsonl").read_text().splitlines()]
    assert [line.get("phase", line["event"]) for line in lines] == [
        "loading textures", "start", "measuring the machine", "machine", "first step", "step", "saving a checkpoint",
        "checkpoint", "end",
    ]  # fmt: skip
    (step,) = events(config.out, "step")
    assert {"loss", "parts", "lr", "pairsPerSecond", "dataWait", "modelFlopUtilisation"} <= step.keys()
    (machine,) = events(config.out, "machine")
    assert (machine["precision"], machine["peakTflops"]) == ("fp32", 1.0)


def test_a_run_with_a_time_limit_ends_then_and_is_finished(tiny: Tiny, monkeypatch: pytest.MonkeyPatch) -> None:
    now = itertools.count()
    # Each look at the clock is a second later.
    monkeypatch.setattr("propago_trainer.engine.time.monotonic", lambda: float(next(now)))
    config = tiny(steps=1000, seconds=100.0, lr=1.0, warmup_steps=1, checkpoint_seconds=1e9)
    assert Trainer(config, NoiseSource(4)).run() == EXIT_FINISHED
    told = events(config.out, "step")
    assert 10 < len(told) < 60
    rates = [step["lr"] for step in told]
    assert rates == sorted(rates, reverse=True)
    assert rates[-1] < 0.1
    # The same command finds it finished.
    again = Trainer(config, NoiseSource(4))
    assert again.run() == EXIT_FINISHED
    assert again.step == len(told)
