"""How fast a run is: clips per second, share of the device's peak, share of the time spent waiting for data."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from propago_trainer.data.batch import Batch


class Throughput:
    """Counts since the last report."""

    def __init__(self, peak: float) -> None:
        self.peak = peak
        self.flops: float | None = None
        """Floating point operations of one step over all processes; None until measured."""
        self._reset()

    def _reset(self) -> None:
        self._since = time.monotonic()
        self._waited = 0.0
        self._clips = 0
        self._steps = 0

    @contextlib.contextmanager
    def waiting(self) -> Iterator[None]:
        """Time in here counts as waiting for data."""
        start = time.monotonic()
        yield
        self._waited += time.monotonic() - start

    def count(self, clips: int) -> None:
        """One step of so many clips is done."""
        self._clips += clips
        self._steps += 1

    def report(self) -> dict[str, float]:
        """Figures since the last report."""
        seconds = max(time.monotonic() - self._since, 1e-9)
        used = (self.flops or 0.0) * self._steps / seconds
        figures = {
            "pairsPerSecond": round(self._clips / seconds, 3),
            "dataWait": round(self._waited / seconds, 4),
            "modelFlopUtilisation": round(used / self.peak, 4) if self.peak else 0.0,
        }
        self._reset()
        return figures


def step_flops(model: nn.Module, batch: Batch) -> float:
    """Operations of forward and backward (twice the forward) of a micro-batch, counted on its first clip."""
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        training = model.training
        model.eval()
        model(batch.first_clip())
        model.train(training)
    return 3.0 * counter.get_total_flops() * len(batch.frames)
