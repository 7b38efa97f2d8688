"""What the training device can do: measured in well under a second, on any machine."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass

import torch

from propago_trainer.config import ConfigError, TrainConfig

SECONDS = 0.3
"""For the products of each precision."""
LARGEST_SIDE = 8192
STEADY_SECONDS = 0.02
"""A product that takes longer than this is not made larger: its rate is the machine's."""
NATIVE_GAIN = 1.25
"""So many times the rate of float32 bfloat16 has wherever the device computes in it. Emulated it is slower."""


@dataclass(frozen=True)
class Machine:
    """The precision to train in, and the rate of large matrix products in it, operations per second."""

    bf16: bool
    peak: float
    rates: dict[str, float]
    """Measured rate of each precision; empty where nothing had to be measured."""


def pick_device(config: TrainConfig) -> torch.device:
    """The configured device; of several GPUs the one of this process."""
    if config.device == "cuda" and not torch.cuda.is_available():
        raise ConfigError("device: cuda is not available here")
    if config.device == "cpu" or not torch.cuda.is_available():
        return torch.device("cpu")
    device = torch.device("cuda", int(os.environ.get("LOCAL_RANK", 0)))
    torch.cuda.set_device(device)
    return device


def synchronise(device: torch.device) -> None:
    """Waits for what the device was given to do."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def measure(config: TrainConfig, device: torch.device) -> Machine:
    """bfloat16 where it is wished and the device computes in it, and the peak as stated or as measured."""
    stated = config.peak_tflops * 1e12
    if stated > 0 and not config.bf16:
        return Machine(False, stated, {})
    rates = {"fp32": product_rate(torch.float32, device)}
    if config.bf16:
        rates["bf16"] = product_rate(torch.bfloat16, device)
    bf16 = rates.get("bf16", 0) >= NATIVE_GAIN * rates["fp32"]
    return Machine(bf16, stated or rates["bf16" if bf16 else "fp32"], rates)


def product_rate(dtype: torch.dtype, device: torch.device) -> float:
    """Operations per second of the largest matrix product that fits the time, each twice the side of the last.

    On a CPU one thread is measured by the time that it computes, so that other programs do not count; the rate is that
    of one thread times their number.
    """
    if device.type == "cuda":
        return _largest_rate(dtype, device, time.perf_counter)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        return threads * _largest_rate(dtype, device, time.thread_time)
    finally:
        torch.set_num_threads(threads)


def _largest_rate(dtype: torch.dtype, device: torch.device, clock: Callable[[], float]) -> float:
    def seconds_of(a: torch.Tensor) -> float:
        synchronise(device)
        start = clock()
        a @ a
        synchronise(device)
        return max(clock() - start, 1e-9)

    best, side = 0.0, 64
    # What is loaded at the first use does not count.
    seconds_of(torch.ones(side, side, device=device, dtype=dtype))
    end = clock() + SECONDS
    while side <= LARGEST_SIDE:
        a = torch.ones(side, side, device=device, dtype=dtype)
        seconds = seconds_of(a)
        # Once more, because the first one of its size also finds out how to do it.
        if clock() + seconds < end:
            seconds = min(seconds, seconds_of(a))
        best = max(best, 2.0 * side**3 / seconds)
        # Twice the side is eight times the work, and more than that where it no longer fits the caches.
        if seconds > STEADY_SECONDS or clock() + 16 * seconds > end:
            break
        side *= 2
    return best
