"""The command `import`."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from propago_trainer.card import Triple
from propago_trainer.importers.file_kinds import register_command
from propago_trainer.importers.formats import FORMATS, import_checkpoint, import_to_onnx
from propago_trainer.importers.imported import ImportOptions
from propago_trainer.trained import add_positions_option


def add_import_command(commands: Any) -> None:
    """`import [--format NAME] CHECKPOINT -o FILE`."""
    command: argparse.ArgumentParser = commands.add_parser(
        "import", help="turn a published checkpoint into an ONNX encoder"
    )
    command.add_argument(
        "checkpoint", type=Path, help="PyTorch or safetensors file, or its folder; nothing in it is executed"
    )
    command.add_argument("--format", choices=sorted(FORMATS), help="what the file is; guessed by its names if not said")
    command.add_argument("-o", "--output", required=True, type=Path, metavar="FILE.onnx")
    command.add_argument("--weights", choices=("fp32", "fp16", "int8"), default="fp32")
    command.add_argument("--prefix", help="what stands before the encoder's names, where there are several")
    command.add_argument("--heads", type=positive, help="attention heads, where they are not the usual ones")
    command.add_argument("--image-size", type=positive, default=224, help="side of the training images, px")
    command.add_argument("--layer", choices=("res4", "res5"), default="res4", help="last stage of a residual network")
    command.add_argument("--mean", type=triple, help="mean of the training images, R,G,B in 0..1")
    command.add_argument("--std", type=triple, help="deviation of the training images, R,G,B")
    command.add_argument(
        "--force", action="store_true", help="read the file as --format although its marks are those of another"
    )
    add_positions_option(command)
    command.set_defaults(run=run_import)


def triple(text: str) -> Triple:
    """`0.5,0.5,0.5` as numbers."""
    red, green, blue = (float(value) for value in text.split(","))
    if not all(0 < value <= 1 for value in (red, green, blue)):
        raise argparse.ArgumentTypeError(f"expected three values above 0 and up to 1 but received {text}")
    return red, green, blue


def positive(text: str) -> int:
    """A whole number of at least 1."""
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"expected at least 1 but received {text}")
    return value


def run_import(parsed: argparse.Namespace) -> int:
    """Prints what was done."""
    options = ImportOptions(
        prefix=parsed.prefix,
        heads=parsed.heads,
        image_size=parsed.image_size,
        layer=parsed.layer,
        force=parsed.force,
        positions=parsed.positions,
    )
    imported = import_checkpoint(parsed.checkpoint, parsed.format, options)
    imported = replace(imported, mean=parsed.mean or imported.mean, std=parsed.std or imported.std)
    report = import_to_onnx(parsed.checkpoint, parsed.output, imported, parsed.weights)
    for note in imported.notes:
        sys.stdout.write(f"{note}\n")
    if imported.ignored:
        sys.stdout.write(f"not used: {', '.join(imported.ignored)}\n")
    sys.stdout.write(f"{report}\n")
    sys.stdout.write(f"Register it: {register_command(parsed.output)}\n")
    return 0
