"""`python -m propago_trainer.settings_check key=value ...`: whether a run could begin, in a fraction of a second.

Imports nothing heavy. Exit codes: 0 it could, 2 the settings cannot be used, 7 packages are missing; stderr says what.
Standard output has a line for each doubt about a run that could begin; with `--list` it has all settings as JSON.
"""

from __future__ import annotations

import importlib.util
import json
import sys
from collections.abc import Sequence

from propago_trainer.config import ConfigError, doubts, list_settings, parse_overrides, refuse_idle_settings

NEEDED = ("av", "matplotlib", "numpy", "onnx", "onnxruntime", "torch")
EXIT_CONFIG = 2
EXIT_MISSING_PACKAGES = 7


def main(arguments: Sequence[str]) -> int:
    """Checks packages and settings. Returns the exit code."""
    if list(arguments) == ["--list"]:
        sys.stdout.write(json.dumps(list_settings(), indent=2) + "\n")
        return 0
    missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        sys.stderr.write(f"Python packages are missing: {', '.join(missing)}\n")
        return EXIT_MISSING_PACKAGES
    try:
        config = parse_overrides(arguments)
        refuse_idle_settings(config)
    except ConfigError as error:
        sys.stderr.write(f"{error}\n")
        return EXIT_CONFIG
    for doubt in doubts(config):
        sys.stdout.write(f"{doubt}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
