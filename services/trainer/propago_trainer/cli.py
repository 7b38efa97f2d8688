"""Command line: `python -m propago_trainer COMMAND`. Exit codes: see `EXIT_CODES`."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from typing import Any

import torch

from propago_trainer.bench import add_bench_command
from propago_trainer.bench_generator import add_bench_generator_command
from propago_trainer.config import ConfigError, TrainConfig, parse_overrides, to_json
from propago_trainer.data.picture_packages import add_fetch_pictures_command
from propago_trainer.data.source import NoData
from propago_trainer.data.videos import NoUsableVideo
from propago_trainer.engine import EXIT_LOSS_NOT_FINITE, LossNotFinite, train
from propago_trainer.graph.builder import ExportError
from propago_trainer.importers.checkpoint import CheckpointError
from propago_trainer.importers.command import add_import_command
from propago_trainer.join_command import add_join_command
from propago_trainer.probes.command import ProbeError, add_probe_command
from propago_trainer.quantise_command import add_quantise_command
from propago_trainer.trained import add_export_command

EXIT_CODES = (
    "Exit codes: 0 finished, 2 configuration or arguments cannot be used, 3 the loss is not finite,\n"
    "4 no data to train on, 5 out of memory, 6 a file cannot be written, 75 interrupted and saved\n"
    "(the same command goes on)."
)
EXIT_CONFIG = 2
EXIT_NO_DATA = 4
EXIT_OUT_OF_MEMORY = 5
EXIT_WRITE = 6


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command. Returns the exit code; 2 comes after a sentence on stderr about what cannot be done."""
    parser = argparse.ArgumentParser(prog="propago_trainer", description="Encoders for label propagation.")
    commands = parser.add_subparsers(dest="command", required=True)
    add_train_command(commands)
    add_import_command(commands)
    add_export_command(commands)
    add_join_command(commands)
    add_quantise_command(commands)
    add_probe_command(commands)
    add_bench_command(commands)
    add_bench_generator_command(commands)
    add_fetch_pictures_command(commands)
    parsed = parser.parse_args(arguments)
    try:
        return int(parsed.run(parsed))
    except (CheckpointError, ExportError, ProbeError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return EXIT_CONFIG


def add_train_command(commands: Any) -> None:
    """`train key=value ...`: see `propago_trainer/config.py` for every key."""
    command = commands.add_parser(
        "train",
        help="train an encoder; settings are key=value",
        description="Settings, with their defaults, explained in propago_trainer/config.py:",
        epilog="\n".join(f"  {key}={_shown(value)}" for key, value in to_json(TrainConfig()).items())
        + f"\n\n{EXIT_CODES}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument("settings", nargs="*", metavar="key=value")
    command.set_defaults(run=lambda parsed: run_train(parsed.settings))


def _shown(value: object) -> str:
    """A value as a setting's text."""
    if isinstance(value, tuple):
        return ",".join(value)
    return str(value).lower() if isinstance(value, bool) else str(value)


def run_train(settings: Sequence[str]) -> int:
    """Trains; a failure is one JSON line {"event": "error", "code", "message"} and an exit code."""
    try:
        return train(parse_overrides(settings))
    except ConfigError as error:
        return _fail("training.config-invalid", error, EXIT_CONFIG)
    except LossNotFinite as error:
        return _fail("training.loss-not-finite", error, EXIT_LOSS_NOT_FINITE)
    except (NoData, NoUsableVideo) as error:
        return _fail("training.no-data", error, EXIT_NO_DATA)
    except (MemoryError, torch.OutOfMemoryError) as error:
        return _fail("training.out-of-memory", error, EXIT_OUT_OF_MEMORY)
    except OSError as error:
        return _fail("training.write-failed", error, EXIT_WRITE)
    except RuntimeError as error:
        # PyTorch's class for memory that runs out is the GPU's alone.
        if "DefaultCPUAllocator" in str(error):
            return _fail("training.out-of-memory", error, EXIT_OUT_OF_MEMORY)
        raise


def _fail(code: str, error: BaseException, exit_code: int) -> int:
    sys.stdout.write(json.dumps({"event": "error", "code": code, "message": str(error) or type(error).__name__}) + "\n")
    sys.stdout.flush()
    return exit_code
