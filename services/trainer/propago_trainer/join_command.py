"""The command `join`: several encoders as one file."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from google.protobuf.message import DecodeError

from propago_trainer.graph.builder import ExportError
from propago_trainer.graph.join import join


def add_join_command(commands: Any) -> None:
    """`join FILE=WEIGHT FILE=WEIGHT ... -o FILE`."""
    command: argparse.ArgumentParser = commands.add_parser(
        "join", help="concatenate the features of several ONNX encoders in one graph"
    )
    command.add_argument("parts", nargs="+", type=part, metavar="FILE.onnx=WEIGHT")
    command.add_argument("-o", "--output", required=True, type=Path, metavar="FILE.onnx")
    command.add_argument("--provenance", help="what the card says about the encoder's origin")
    command.set_defaults(run=run_join)


def part(text: str) -> tuple[Path, float]:
    """`a.onnx=0.7`; the weight is 1 if none is said."""
    file, _, weight = text.rpartition("=") if "=" in text else (text, "", "1")
    return Path(file), float(weight)


def run_join(parsed: argparse.Namespace) -> int:
    """Prints the verified sizes."""
    told = ", ".join(f"{file.name} x {weight:g}" for file, weight in parsed.parts)
    provenance = parsed.provenance or f"Unit features of {told}, concatenated."
    try:
        report = join(parsed.parts, parsed.output, name=parsed.output.stem, provenance=provenance)
    except (ValueError, DecodeError) as error:
        raise ExportError(str(error)) from error
    sys.stdout.write(f"{report}\n")
    return 0
