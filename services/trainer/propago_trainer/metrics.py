"""JSON lines on stdout: what a supervisor reads and a person can plot."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any


class MetricLog:
    """Writes every line to stdout and appends it to `metrics.jsonl`. Only rank 0 writes."""

    def __init__(self, folder: Path, *, enabled: bool) -> None:
        self.enabled = enabled
        self.path = folder / "metrics.jsonl"
        if enabled:
            folder.mkdir(parents=True, exist_ok=True)

    def write(self, event: str, **values: Any) -> None:
        """One line {"event": ..., ...}."""
        if not self.enabled:
            return
        line = json.dumps({"event": event, **values}, allow_nan=False, default=str)
        sys.stdout.write(line + "\n")
        sys.stdout.flush()
        with self.path.open("a") as file:
            file.write(line + "\n")

    def truncate_after(self, step: int) -> None:
        """Drops the step lines of a run that is resumed at an earlier step, so that no step appears twice."""
        if not self.enabled or not self.path.exists():
            return
        lines = [line for line in self.path.read_text().splitlines() if line.strip()]
        kept = [line for line in lines if json.loads(line).get("step", 0) <= step]
        self.path.write_text("".join(line + "\n" for line in kept))
