import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from propago_trainer.config import TrainConfig
from propago_trainer.machine import NATIVE_GAIN, measure

CPU = torch.device("cpu")


def test_a_stated_peak_and_float32_need_no_measurement() -> None:
    machine = measure(TrainConfig(peak_tflops=2.0, bf16=False), CPU)
    assert (machine.peak, machine.rates) == (2e12, {})


def test_bfloat16_is_taken_where_it_is_faster_and_the_peak_is_that_of_the_precision() -> None:
    machine = measure(TrainConfig(), CPU)
    assert machine.bf16 == (machine.rates["bf16"] >= NATIVE_GAIN * machine.rates["fp32"])
    assert machine.peak == machine.rates["bf16" if machine.bf16 else "fp32"]
    assert measure(TrainConfig(bf16=False), CPU).bf16 is False


@pytest.mark.skipif(sys.platform != "linux" or os.uname().machine != "x86_64", reason="oneDNN of x86-64")
def test_a_processor_that_has_no_bfloat16_trains_in_float32() -> None:
    # oneDNN then knows no instructions for it, as on a processor without them.
    program = """
import json, torch
from propago_trainer.config import TrainConfig
from propago_trainer.machine import measure
machine = measure(TrainConfig(), torch.device("cpu"))
print(json.dumps([machine.bf16, machine.rates]))
"""
    environment = {**os.environ, "ONEDNN_MAX_CPU_ISA": "AVX2"}
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=Path(__file__).parents[1],
        env=environment,
        capture_output=True,
        check=True,
        text=True,
    )
    bf16, rates = json.loads(done.stdout)
    assert not bf16
    assert rates["bf16"] < rates["fp32"]
