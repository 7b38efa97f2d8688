"""What a step came to, read without making a GPU wait for the processor."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor


class LossNotFinite(RuntimeError):
    """The loss or the gradient is NaN or infinite; the message names the step and its inputs."""


class StepResult:
    """Loss, gradient norm and other figures of a step; on a GPU they are on their way to the processor's memory."""

    def __init__(self, step: int, rate: float, keys: Sequence[str], values: Tensor, inputs: Sequence[str]) -> None:
        """`values`, a vector, are those of `keys`, among them `loss` and `gradient`."""
        self.step = step
        self.rate = rate
        self._keys = keys
        self._inputs = inputs
        self._there: torch.cuda.Event | None = None
        if values.device.type == "cuda":
            self._values = torch.empty(values.shape, dtype=values.dtype, pin_memory=True)
            self._values.copy_(values, non_blocking=True)
            self._there = torch.cuda.Event()
            self._there.record()
        else:
            self._values = values

    def read(self) -> tuple[float, dict[str, float]]:
        """Waits for the figures. Returns the loss and its parts.

        Raises:
            LossNotFinite: loss or gradient is not.
        """
        if self._there is not None:
            self._there.synchronize()
        figures = dict(zip(self._keys, self._values.tolist(), strict=True))
        loss, gradient = figures.pop("loss"), figures.pop("gradient")
        if not math.isfinite(loss) or not math.isfinite(gradient):
            names = ", ".join(dict.fromkeys(self._inputs))
            raise LossNotFinite(f"loss {loss} and gradient norm {gradient} at step {self.step} on {names}")
        return loss, figures
