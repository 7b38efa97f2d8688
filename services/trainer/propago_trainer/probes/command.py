"""`python -m propago_trainer probe RUN`: every figure of a run, and its propagation scores, in one folder."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from propago_trainer.checkpoint import load_checkpoint, newest_checkpoint
from propago_trainer.config import TrainConfig, from_json
from propago_trainer.data.generated import ClipSpec, generate
from propago_trainer.data.generated_batches import to_batch
from propago_trainer.data.motion import MotionRange
from propago_trainer.data.normalise import denormalise
from propago_trainer.data.textures import build_atlas
from propago_trainer.models.build import stride
from propago_trainer.models.vit import VisionTransformer
from propago_trainer.objectives.objective import Objective
from propago_trainer.probes.figures import (
    attention_figure,
    colour_figure,
    reconstructions,
    save_png,
    training_curves,
)
from propago_trainer.probes.propagation import NoSequences, Protocol, folder_sequences, generated_sequences, score

PROBE_SEED = 20_000
"""Seed of the probe clips and their textures; training seeds are small."""


def add_probe_command(commands: Any) -> None:
    """`probe RUN|CHECKPOINT [--sequences DAVIS] [-o OUT]`."""
    command = commands.add_parser("probe", help="figures and propagation scores of a training run")
    command.add_argument(
        "trained", type=Path, metavar="RUN", help="folder of a training run, or one of its checkpoints"
    )
    command.add_argument(
        "-o", "--out", type=Path, help="folder of the figures (default: probes, beside the checkpoint)"
    )
    command.add_argument("--sequences", type=Path, help="folder in DAVIS layout to score on")
    command.add_argument("--frames", type=frames_argument, default=20, help="frames of each sequence to score")
    command.set_defaults(run=lambda parsed: probe(parsed.trained, parsed.out, parsed.sequences, parsed.frames))


def frames_argument(text: str) -> int:
    """A number of frames: the first gives the labels, and the last is not scored."""
    value = int(text)
    if value < 3:
        raise argparse.ArgumentTypeError(f"expected at least 3 but received {text}")
    return value


class ProbeError(ValueError):
    """Nothing to look at, or nothing to score on."""


def load_run(run: Path) -> tuple[Objective, TrainConfig]:
    """The newest model of a run's folder, or that of a checkpoint, for evaluation."""
    path = run if run.is_file() else newest_checkpoint(run)
    if path is None:
        raise ProbeError(f"{run} has no checkpoint.")
    state = load_checkpoint(path)
    config = from_json(state["config"])
    objective = Objective(config)
    objective.load_state_dict(state["model"])
    return objective.eval(), config


@torch.no_grad()
def probe(run: Path, out: Path | None, sequences: Path | None, frames: int) -> int:
    """Writes the figures and prints one JSON line with the scores."""
    folder = run.parent if run.is_file() else run
    out = out or folder / "probes"
    objective, config = load_run(run)
    encoder = objective.encoder
    cell = stride(encoder)
    spec = probe_spec(config.image)
    clips = generate(build_atlas(PROBE_SEED, noise=48, materials=48, outlines=64), spec, PROBE_SEED, 8)
    batch = to_batch(clips, PROBE_SEED, cell)
    grid = (spec.height // cell, spec.width // cell)
    if objective.siammae is not None:
        save_png(reconstructions(objective.siammae, batch, config), out / "reconstructions.png")
    if isinstance(encoder, VisionTransformer) and encoder.config.cls:
        save_png(attention_figure(encoder, batch.frames[:, 0]), out / "attention.png")
    first: Tensor = batch.frames[0]
    save_png(colour_figure(denormalise(first), encoder(first), grid), out / "features.png")
    if (folder / "metrics.jsonl").exists():
        training_curves(folder / "metrics.jsonl", out / "curves.png")
    protocol = Protocol()
    scores = {"generated": score(encoder, cell, generated_sequences(clips), protocol)["mean"]}
    if sequences is not None:
        try:
            scores |= score(encoder, cell, folder_sequences(sequences, limit=frames), protocol)
        except NoSequences as error:
            raise ProbeError(f"{sequences} holds no JPEGImages and Annotations of sequences.") from error
    sys.stdout.write(json.dumps({"event": "probe", "scores": scores, "out": str(out)}) + "\n")
    return 0


def probe_spec(side: int) -> ClipSpec:
    """Clips like a short video: eight frames, moderate motion."""
    return ClipSpec(side, side, frames=8, motion=MotionRange(travel=0.4, turn=0.4, growth=1.5, camera=0.2))
