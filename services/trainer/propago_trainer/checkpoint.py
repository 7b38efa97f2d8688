"""Checkpoints: written beside the old one and renamed, so a kill at any moment leaves a whole file."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

import torch

from propago_trainer.importers.checkpoint import CheckpointError, read_file

PATTERN = "step-*.pt"
KEYS = frozenset({"config", "model", "step"})
"""What every checkpoint has."""


def save_checkpoint(folder: Path, step: int, state: dict[str, Any], keep: int) -> Path:
    """Writes `step-XXXXXXXX.pt` atomically and removes all but the newest `keep`.

    Raises OSError when it cannot be written, as on a full disk.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"step-{step:08d}.pt"
    partial = path.with_suffix(".partial")
    try:
        with partial.open("wb") as file:
            _write({"step": step, **state}, file)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
    for old in sorted(folder.glob(PATTERN))[:-keep]:
        old.unlink(missing_ok=True)
    return path


def _write(state: dict[str, Any], file: BinaryIO) -> None:
    try:
        torch.save(state, file)
    except RuntimeError as error:
        # PyTorch ends its archive also after a failed write, and then complains about where it is in the file.
        if isinstance(error.__context__, OSError):
            raise error.__context__ from None
        raise


def newest_checkpoint(folder: Path) -> Path | None:
    """The checkpoint with the highest step, if there is any."""
    return max(folder.glob(PATTERN), default=None)


def load_checkpoint(path: Path) -> Mapping[str, Any]:
    """Tensors and plain values only; pickled code is refused.

    Raises CheckpointError for what cannot be read or is something else.
    """
    state = read_file(path)
    if not state.keys() >= KEYS:
        raise CheckpointError(f"{path} is no checkpoint of this trainer: it needs {', '.join(sorted(KEYS))}.")
    return state


def newest_sound_checkpoint(folder: Path) -> tuple[Mapping[str, Any] | None, list[str]]:
    """The state of the newest checkpoint that can be read, if there is any, and why newer ones cannot."""
    problems: list[str] = []
    for path in sorted(folder.glob(PATTERN), reverse=True):
        try:
            return load_checkpoint(path), problems
        except CheckpointError as error:
            problems.append(str(error))
    return None, problems
