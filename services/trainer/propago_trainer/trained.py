"""Encoders out of this trainer's own checkpoints, and the command `export`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from torch import nn

from propago_trainer.checkpoint import load_checkpoint, newest_checkpoint
from propago_trainer.config import from_json
from propago_trainer.export import export_encoder
from propago_trainer.importers.checkpoint import Checkpoint, CheckpointError
from propago_trainer.models.build import build_encoder
from propago_trainer.models.vit import OtherSizes, VisionTransformer, stretched

#: Where a training run's model keeps its encoder.
ENCODER_PREFIX = "encoder."


def load_trained(path: Path, positions: OtherSizes = "stretch") -> tuple[nn.Module, int]:
    """The encoder of a training checkpoint, in evaluation mode, and the step at which it was saved.

    @param path the file, or the folder of a run for its newest one
    @param positions what sin-cos positions become at other sizes than that of the training images
    @raises CheckpointError if the file is no checkpoint of this trainer
    """
    if path.is_dir():
        newest = newest_checkpoint(path)
        if newest is None:
            raise CheckpointError(f"{path} has no checkpoint.")
        path = newest
    state = load_checkpoint(path)
    encoder = build_encoder(from_json(state["config"]))
    checkpoint = Checkpoint(state["model"], ENCODER_PREFIX)
    own = encoder.state_dict()
    floating = {name: value for name, value in own.items() if value.is_floating_point()}
    weights = {name: checkpoint.take(name, *value.shape) for name, value in floating.items()}
    checkpoint.finish(())
    encoder.load_state_dict({**own, **weights})
    if positions == "stretch" and isinstance(encoder, VisionTransformer) and encoder.config.positions == "sincos":
        encoder = stretched(encoder)
    return encoder.eval(), int(state["step"])


def add_positions_option(command: argparse.ArgumentParser) -> None:
    """`--positions`: what this trainer's encoders do with images of other sizes than they were trained at."""
    command.add_argument(
        "--positions",
        choices=("stretch", "extend"),
        default="stretch",
        help="sin-cos positions of this trainer's encoders at other sizes: the trained table interpolated, as in "
        "published evaluations (default), or computed on beyond it, as in earlier versions of this package",
    )


def add_export_command(commands: Any) -> None:
    """`export CHECKPOINT -o FILE`."""
    command: argparse.ArgumentParser = commands.add_parser(
        "export", help="turn a checkpoint of this trainer into an ONNX encoder"
    )
    command.add_argument("checkpoint", type=Path, help="a checkpoint, or the folder of a run for its newest")
    command.add_argument("-o", "--output", required=True, type=Path, metavar="FILE.onnx")
    command.add_argument("--weights", choices=("fp32", "fp16", "int8"), default="fp32")
    command.add_argument("--provenance", help="what the card says about the encoder's origin")
    add_positions_option(command)
    command.set_defaults(run=run_export)


def run_export(parsed: argparse.Namespace) -> int:
    """Prints the verified sizes."""
    encoder, step = load_trained(parsed.checkpoint, parsed.positions)
    report = export_encoder(
        encoder,
        parsed.output,
        name=parsed.output.stem,
        provenance=parsed.provenance or f"Trained by propago-trainer, step {step}.",
        weights=parsed.weights,
    )
    sys.stdout.write(f"{report}\n")
    return 0
