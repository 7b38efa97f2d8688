"""The renderer's GPU kernels, run by Triton's interpreter: they compute what the loops of PyTorch do."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """
import torch
from propago_trainer.data.bodies import kernels, light, trace
from propago_trainer.data.bodies.choose import choose
from propago_trainer.data.bodies.points import surface_points
from propago_trainer.data.bodies.scene import FLAT, SceneSpec
from propago_trainer.data.bodies.stage import set_stage
from propago_trainer.data.generated import centres
from propago_trainer.data.textures import build_atlas

atlas = build_atlas(1, side=32, noise=2, materials=2, crops=0, outlines=2)
choices = choose(atlas, SceneSpec(24, 24, 2), 3, 6)
stage = set_stage(choices, torch.tensor([[-0.5, 0.5]]).expand(6, -1))
x, y = centres(24), centres(24)[:, None]
used = int(choices.packed.count.max())
hits = trace.trace(stage.forms, x, y, FLAT, used)
assert len(hits.which.unique()) > 5
room = stage.forms.line.shape[2] - 1
depth = trace._room(trace._terms(stage.forms, slice(room, room + 1), *(v.expand(1, 1, 1, 24, -1) if v is y
                    else v.expand(1, 1, 1, 1, -1) for v in (x, y))), hits.depth.shape)
which = torch.full(hits.depth.shape, room, dtype=torch.int32)
points = x.expand(depth.shape), y.expand(depth.shape)
trace._trace_at_once(stage.forms, points, depth, which, FLAT, used)
assert (which != hits.which).float().mean() < 1e-3
torch.testing.assert_close(depth, hits.depth, rtol=1e-4, atol=1e-5)
points = surface_points(stage, hits, x, y)
square, plane = light._discs(stage, torch.stack(light._across(stage.light), -1), used)
across, down, height = torch.randn(3, 12, 200)
dark = kernels.darkest(torch.cat([square, plane], -1).flatten(0, 1), across, down, height, light.SOFT)
one, a, b, aa, ab, bb = square.flatten(0, 1)[..., None].unbind(2)
u, v = across[:, None], down[:, None]
covered = (light.SOFT * (one + a * u + b * v + aa * u * u + ab * u * v + bb * v * v)).clamp(0, 1)
start, right, below = plane.flatten(0, 1)[..., None].unbind(2)
expected = (covered * (height[:, None] < start + right * u + below * v)).amax(1)
assert expected.max() > 0.5
torch.testing.assert_close(dark, expected, rtol=1e-2, atol=1e-2)
"""


@pytest.mark.skipif(importlib.util.find_spec("triton") is None, reason="this PyTorch comes without Triton")
def test_kernels_compute_what_the_loops_do() -> None:
    environment = {**os.environ, "TRITON_INTERPRET": "1", "OMP_NUM_THREADS": "1"}
    subprocess.run([sys.executable, "-c", PROGRAM], cwd=Path(__file__).parents[1], env=environment, check=True)
