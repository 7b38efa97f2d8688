"""The training loop: one process, or several under `torchrun`.

A step's global batch is made of numbered micro-batches; rank r of w takes those with number k = r mod w. Losses and
gradients are means over all of them, so one process with accumulation and w processes compute the same step. (Running
means of batch norm, which training does not use, are those of rank 0's share.)
"""

from __future__ import annotations

import contextlib
import dataclasses
import math
import os
import signal
import time
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel

from propago_trainer.checkpoint import (
    load_checkpoint,
    newest_checkpoint,
    newest_sound_checkpoint,
    save_checkpoint,
)
from propago_trainer.config import ConfigError, TrainConfig, changed_settings, doubts, refuse_idle_settings, to_json
from propago_trainer.data.batch import Batch
from propago_trainer.data.source import Source, open_source, prefetch
from propago_trainer.data.videos import VideoPairs
from propago_trainer.groups import in_present_groups, parameter_groups
from propago_trainer.importers.checkpoint import CheckpointError
from propago_trainer.machine import Machine, measure, pick_device
from propago_trainer.metrics import MetricLog
from propago_trainer.models.build import stride
from propago_trainer.objectives.objective import Objective
from propago_trainer.pending import StepResult
from propago_trainer.throughput import Throughput, step_flops

WARMUP_EPOCHS = 40
"""Of the paper's 2000; a run of fewer epochs than 400 warms up for a tenth of them."""
EXIT_FINISHED = 0
EXIT_LOSS_NOT_FINITE = 3
EXIT_INTERRUPTED = 75
"""Saved after SIGTERM or SIGINT; the same command goes on (EX_TEMPFAIL)."""


class Trainer:
    """State of one process of a run."""

    def __init__(self, config: TrainConfig, source: Source | None = None) -> None:
        self.config = config
        self.rank, self.world = int(os.environ.get("RANK", 0)), int(os.environ.get("WORLD_SIZE", 1))
        self.device = pick_device(config)
        if config.threads:
            torch.set_num_threads(config.threads)
        self.parts = config.batch // config.micro_batch
        if self.parts % self.world != 0:
            raise ConfigError(f"batch: {self.parts} micro-batches cannot be shared by {self.world} processes")
        self.out = Path(config.out)
        if newest_checkpoint(self.out) is None:
            refuse_idle_settings(config)
        self.log = MetricLog(self.out, enabled=self.rank == 0)
        torch.manual_seed(config.seed)
        self.objective = Objective(config).to(self.device)
        if self.device.type == "cuda":
            # All steps have the same shapes: the fastest kernels are looked for once.
            torch.backends.cudnn.benchmark = True
            self.objective.to(memory_format=torch.channels_last)
        self.source = source or open_source(config, self.device, stride(self.objective.encoder), self.log.phase)
        self.config = config = with_steps(config, self.source)
        self.optimiser = torch.optim.AdamW(
            parameter_groups(self.objective, config.weight_decay),
            lr=config.learning_rate,
            betas=(config.beta1, config.beta2),
            # One kernel for all weights.
            fused=True,
        )
        self.step = 0
        self.elapsed = 0.0
        """Seconds that the run has trained, also before it was resumed."""
        self.unread: deque[StepResult] = deque()
        self.stopping = False
        self.bf16 = False
        self.skipped: set[str] = set()
        """Files of all ranks that the metrics name already."""
        self.restore()
        self.model: nn.Module = self.objective
        if self.world > 1:
            devices = [self.device.index] if self.device.type == "cuda" else None
            self.model = DistributedDataParallel(self.model, device_ids=devices)

    def restore(self) -> None:
        """Goes on from the newest checkpoint in the output folder, else starts from the parent, else from nothing."""
        if not self.config.resume and newest_checkpoint(self.out):
            # The two runs' files could not be told apart.
            raise ConfigError(f"resume: {self.out} holds another run, name an empty folder")
        state, problems = newest_sound_checkpoint(self.out)
        if problems:
            self.log.write("skipped-checkpoints", problems=problems)
        if problems and state is None:
            raise ConfigError(f"out: no checkpoint in {self.out} can be read: {problems[0]}")
        if state is not None:
            changed = changed_settings(state["config"], self.config)
            if changed:
                raise ConfigError(f"the run in {self.out} has other settings: {'; '.join(changed)}")
            if self.config.steps < state["step"]:
                raise ConfigError(f"steps: the run in {self.out} is at step {state['step']} already")
            self.objective.load_state_dict(state["model"])
            self.optimiser.load_state_dict(in_present_groups(state["optimiser"], self.objective))
            torch.set_rng_state(state["rng"])
            self.step = int(state["step"])
            self.elapsed = float(state.get("elapsed", 0))
            self.log.truncate_after(self.step)
        elif self.config.parent:
            load_encoder(self.objective.encoder, Path(self.config.parent))

    def save(self) -> None:
        """Writes a checkpoint; every rank waits for it."""
        if self.rank == 0:
            state = {
                "config": to_json(self.config),
                "model": self.objective.state_dict(),
                "optimiser": self.optimiser.state_dict(),
                "rng": torch.get_rng_state(),
                "elapsed": self.elapsed,
            }
            path = save_checkpoint(self.out, self.step, state, self.config.keep_checkpoints)
            self.log.write("checkpoint", step=self.step, path=str(path))
        self.report_skipped()
        if self.world > 1:
            dist.barrier()

    def report_skipped(self) -> None:
        """Writes the files that any rank had to skip since the last call, and how many there were so far.

        Every rank must call it.
        """
        # Threads of the source add to it meanwhile.
        new = {name: why for name, why in self.source.skipped.copy().items() if name not in self.skipped}
        if self.world > 1:
            of_ranks: list[dict[str, str]] = [{}] * self.world
            dist.all_gather_object(of_ranks, new)
            new = {name: why for of_rank in of_ranks for name, why in of_rank.items()}
        self.skipped.update(new)
        if new:
            self.log.write("skipped", step=self.step, count=len(self.skipped), files=new)

    def run(self) -> int:
        """Trains to the last step. Returns the process's exit code."""
        config = self.config
        first = self.step
        parameters = sum(p.numel() for p in self.objective.encoder.parameters())
        self.log.write("start", step=first, steps=config.steps, encoderParameters=parameters, config=to_json(config))
        if found := doubts(config):
            self.log.write("warning", step=first, messages=found)
        self.log.phase("measuring the machine")
        machine = self.measured()
        meter = Throughput(machine.peak * self.world)
        self.log.phase("compiling, first step" if config.compile else "first step")
        saved_at = time.monotonic()
        batches = prefetch(self.source, self.order(), config.workers)
        with contextlib.closing(batches), self.signals():
            while not self.agree(self.finished()):
                begun = time.monotonic()
                self.unread.append(self.train_step(batches, meter))
                self.step += 1
                # While the results of one step are on their way, a GPU begins the next.
                self.read_results(meter, leave=1 if self.device.type == "cuda" else 0)
                if self.step > first + 1:
                    # The first step compiles.
                    self.elapsed = self.longest(self.elapsed + time.monotonic() - begun)
                self.log.progress(self.step, at_once=self.step == first + 1)
                stop = self.agree(self.stopping or 0 < config.stop_after <= self.step - first)
                due = self.agree(time.monotonic() - saved_at >= config.checkpoint_seconds)
                if stop or due or self.agree(self.finished()):
                    self.read_results(meter)
                    self.log.progress(self.step, at_once=True)
                    self.log.phase("saving a checkpoint")
                    self.save()
                    saved_at = time.monotonic()
                if stop and not self.agree(self.finished()):
                    self.log.write("end", step=self.step, reason="interrupted")
                    return EXIT_INTERRUPTED
        self.log.write("end", step=self.step, reason="finished")
        return EXIT_FINISHED

    def finished(self) -> bool:
        """Whether the last step is done, or the time is over."""
        return self.step >= self.config.steps or 0 < self.config.seconds <= self.elapsed

    def read_results(self, meter: Throughput, leave: int = 0) -> None:
        """Waits for the results of all steps but the newest `leave`, and writes those that are due.

        Raises:
            LossNotFinite: of one of them.
        """
        while len(self.unread) > leave:
            result = self.unread.popleft()
            loss, parts = result.read()
            done = result.step + 1
            if done % self.config.log_every == 0 or done == self.config.steps:
                self.log.write("step", step=done, loss=loss, parts=parts, lr=result.rate, **meter.report())

    def measured(self) -> Machine:
        """Precision and peak; every process takes bfloat16 or none does."""
        machine = measure(self.config, self.device)
        self.bf16 = not self.agree(not machine.bf16)
        rates = {f"{name}Tflops": round(rate / 1e12, 4) for name, rate in machine.rates.items()}
        precision = "bf16" if self.bf16 else "fp32"
        self.log.write("machine", device=str(self.device), precision=precision, peakTflops=machine.peak / 1e12, **rates)
        return machine

    def order(self) -> Iterator[tuple[int, int]]:
        """This rank's (step, part) pairs from the current step on."""
        for step in range(self.step, self.config.steps):
            for part in range(self.rank, self.parts, self.world):
                yield step, part

    def train_step(self, batches: Iterator[Batch], meter: Throughput) -> StepResult:
        """One optimiser step. Returns the mean loss and its parts over all processes, which may be still to come."""
        config = self.config
        rate = learning_rate(config, self.step, self.elapsed)
        for group in self.optimiser.param_groups:
            group["lr"] = rate
        self.optimiser.zero_grad(set_to_none=True)
        mine = self.parts // self.world
        total: dict[str, Tensor] = {}
        names: list[str] = []
        for index in range(mine):
            with meter.waiting():
                batch = next(batches).to(self.device)
            names += batch.names
            last = index == mine - 1
            sync = contextlib.nullcontext() if last or self.world == 1 else self.model.no_sync()  # type: ignore[operator]
            with sync:
                with torch.autocast(self.device.type, torch.bfloat16, enabled=self.bf16):
                    if meter.flops is None:
                        meter.flops = step_flops(self.objective, batch) * self.parts
                        if config.compile:
                            self.objective.compile_parts()
                    loss, parts = self.model(batch)
                (loss / mine).backward()
            for name, value in {"loss": loss.detach(), **parts}.items():
                total[name] = total.get(name, torch.zeros((), device=self.device)) + value.float() / mine
            self.log.progress(self.step, f"step {self.step + 1}: micro-batch {index + 1} of {mine}")
        gradient = nn.utils.clip_grad_norm_(self.objective.parameters(), config.clip_gradient or math.inf)
        self.optimiser.step()
        meter.count(config.batch)
        values = {"gradient": gradient, **total}
        return StepResult(self.step, rate, tuple(values), self.mean_over_ranks(values), names)

    def mean_over_ranks(self, values: dict[str, Tensor]) -> Tensor:
        """Scalars averaged over the processes, as one vector."""
        stacked = torch.stack([value.float() for value in values.values()])
        if self.world > 1:
            dist.all_reduce(stacked)
            stacked /= self.world
        return stacked

    def agree(self, wish: bool) -> bool:
        """Whether any process wishes it; all get the same answer."""
        if self.world == 1:
            return wish
        flag = torch.tensor(float(wish), device=self.device)
        dist.all_reduce(flag, op=dist.ReduceOp.MAX)
        return bool(flag > 0)

    def longest(self, seconds: float) -> float:
        """The most of all processes, where anything depends on it: they must take the same learning rate."""
        if self.world == 1 or self.config.seconds <= 0:
            return seconds
        most = torch.tensor(seconds, device=self.device, dtype=torch.float64)
        dist.all_reduce(most, op=dist.ReduceOp.MAX)
        return float(most)

    @contextlib.contextmanager
    def signals(self) -> Iterator[None]:
        """SIGTERM and SIGINT let the step end, save and stop."""

        def stop(_number: int, _frame: FrameType | None) -> None:
            self.stopping = True

        before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def train(config: TrainConfig) -> int:
    """A whole run in this process, which may be one of several. Returns the exit code."""
    distributed = int(os.environ.get("WORLD_SIZE", 1)) > 1
    if distributed:
        dist.init_process_group("nccl" if pick_device(config).type == "cuda" else "gloo")
    try:
        return Trainer(config).run()
    finally:
        if distributed:
            dist.destroy_process_group()


def learning_rate(config: TrainConfig, step: int, elapsed: float = 0.0) -> float:
    """Linear warm-up, then half a cosine to 0 at the last step, or at the end of the time if that comes first."""
    if step < config.warmup_steps:
        return config.learning_rate * (step + 1) / config.warmup_steps
    done = (step - config.warmup_steps) / max(1, config.steps - config.warmup_steps)
    if config.seconds > 0:
        done = max(done, elapsed / config.seconds)
    return config.learning_rate * 0.5 * (1 + math.cos(math.pi * min(1.0, done)))


def with_steps(config: TrainConfig, source: Source) -> TrainConfig:
    """Steps and warm-up from epochs, where `steps` is 0 and the data are videos; an epoch is one pair per video."""
    if config.steps > 0:
        return config
    if not isinstance(source, VideoPairs):
        raise ConfigError("steps: generated clips have no epochs, expected at least 1 step")
    per_epoch = len(source.videos) / config.batch
    warmup = round(min(WARMUP_EPOCHS, config.epochs / 10) * per_epoch)
    return dataclasses.replace(config, steps=max(1, round(config.epochs * per_epoch)), warmup_steps=warmup)


def load_encoder(encoder: nn.Module, path: Path) -> None:
    """Encoder weights of a checkpoint of this trainer."""
    prefix = "encoder."
    try:
        state = load_checkpoint(path)["model"]
        encoder.load_state_dict({key[len(prefix) :]: value for key, value in state.items() if key.startswith(prefix)})
    except (CheckpointError, RuntimeError) as error:
        # PyTorch lists every weight that does not fit, a line for each.
        said = " ".join(line.strip() for line in str(error).splitlines()[:2])
        raise ConfigError(f"parent: {said}") from error
