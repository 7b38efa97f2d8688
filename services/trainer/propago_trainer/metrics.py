"""JSON lines on stdout: what a supervisor reads and a person can plot."""

from __future__ import annotations

import contextlib
import json
import math
import sys
import time
from pathlib import Path
from typing import Any


class MetricLog:
    """Writes every line to stdout and appends it to `metrics.jsonl`. Only rank 0 writes."""

    def __init__(self, folder: Path, *, enabled: bool) -> None:
        self.enabled = enabled
        self.path = folder / "metrics.jsonl"
        self._told = -math.inf
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

    def progress(self, step: int, phase: str | None = None, *, at_once: bool = False) -> None:
        """Tells stdout alone which step is done, and what is done within the next one; at most once a second."""
        now = time.monotonic()
        if self.enabled and (at_once or now - self._told >= 1):
            self._told = now
            within = {} if phase is None else {"phase": phase}
            sys.stdout.write(json.dumps({"event": "progress", "step": step, **within}) + "\n")
            sys.stdout.flush()

    def phase(self, text: str) -> None:
        """What is done now that is no step, in words; the next step or progress ends it."""
        self.write("phase", phase=text)

    def truncate_after(self, step: int) -> None:
        """Drops the step lines of a run that is resumed at an earlier step, so that no step appears twice."""
        if not self.enabled or not self.path.exists():
            return
        kept = [event for event in read_events(self.path) if event.get("step", 0) <= step]
        partial = self.path.with_suffix(".partial")
        partial.write_text("".join(json.dumps(event) + "\n" for event in kept))
        partial.replace(self.path)


def read_events(path: Path) -> list[dict[str, Any]]:
    """The lines of a `metrics.jsonl`. A line that a killed process left unfinished is no event."""
    events = []
    for line in path.read_text().splitlines():
        with contextlib.suppress(json.JSONDecodeError):
            events.append(json.loads(line))
    return events
