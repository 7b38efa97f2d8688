"""Checkpoints: written beside the old one and renamed, so a kill at any moment leaves a whole file."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, BinaryIO

import torch

PATTERN = "step-*.pt"


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


def load_checkpoint(path: Path) -> dict[str, Any]:
    """Tensors and plain values only; pickled code is refused."""
    state: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
    return state
