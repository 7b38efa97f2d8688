"""The command `quantise`: a convolutional encoder in 8 bits."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from google.protobuf.message import DecodeError

from propago_trainer.card import Floats
from propago_trainer.data.generated import ClipSpec, generate
from propago_trainer.data.textures import build_atlas
from propago_trainer.graph.builder import ExportError
from propago_trainer.graph.quantise import quantise

#: Sides of the pictures, px: multiples of every patch size and of what the generator draws.
SIDES = (256, 448)
HELD_OUT = 4


def add_quantise_command(commands: Any) -> None:
    """`quantise FILE -o FILE`."""
    command: argparse.ArgumentParser = commands.add_parser(
        "quantise", help="a convolutional ONNX encoder in 8 bits, calibrated on generated pictures"
    )
    command.add_argument("encoder", type=Path, metavar="FILE.onnx")
    command.add_argument("-o", "--output", required=True, type=Path, metavar="FILE.onnx")
    command.add_argument("--name", help="what the card calls it (default: the name of the output file)")
    command.add_argument("--pictures", type=int, default=32, help="generated pictures to calibrate on (default: 32)")
    command.add_argument("--seed", type=int, default=1, help="of the generated pictures (default: 1)")
    command.set_defaults(run=run_quantise)


def run_quantise(parsed: argparse.Namespace) -> int:
    """Prints what was written, and how far features have moved."""
    pictures = generated_pictures(parsed.pictures + HELD_OUT, parsed.seed)
    try:
        report = quantise(
            parsed.encoder,
            parsed.output,
            calibration=pictures[HELD_OUT:],
            held_out=pictures[:HELD_OUT],
            name=parsed.name or parsed.output.stem,
        )
    except (ValueError, DecodeError) as error:
        raise ExportError(str(error)) from error
    sys.stdout.write(f"{report}\n")
    return 0


def generated_pictures(count: int, seed: int) -> list[Floats]:
    """First frames of generated clips: RGB in 0..1, [1, 3, height, width] each."""
    frames = generate(build_atlas(seed), ClipSpec(*SIDES, frames=1), seed, count).frames
    return [frame[:1].numpy() for frame in frames]
