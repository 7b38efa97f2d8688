"""What the trainer does on a machine with one GPU, in some five minutes; prints JSON lines and asserts nothing.

    PYTHON bench/trainer_gpu.py [FOLDER_OF_PICTURES]

PYTHON is one that has the trainer's packages. The tests that need a card, the milliseconds of each part of drawing,
and for each recipe clips per second, share of the time spent waiting for data, and share of the card's peak.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

TRAINER = Path(__file__).resolve().parents[1] / "services/trainer"
SECONDS = 15
COMMON = (
    "siammae=0 correspondence=1 image=224 frames=4 batch=64 micro_batch=64 repeat=1 steps=1000000 lr=2e-3 "
    "warmup_steps=100 clip_gradient=1 workers=2 queries=256 device=cuda log_every=20"
).split()
RECIPES = {
    "width 128": ["arch=conv"],
    "width 128, compiled": ["arch=conv", "compile=true"],
    "width 256, compiled": ["arch=conv", "conv_width=256", "conv_dim=128", "compile=true"],
    "width 256, compiled, each clip twice": [
        "arch=conv", "conv_width=256", "conv_dim=128", "compile=true", "repeat=2",
    ],
    "pyramid with colour inside, compiled": ["arch=pyramid", "conv_colour=true", "compile=true"],
    "width 128, half of the clips bodies": ["arch=conv", "bodies=0.5"],
}  # fmt: skip


def command(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs Python in the trainer's folder; its output is kept."""
    program = [sys.executable, "-m", *arguments]
    return subprocess.run(program, cwd=TRAINER, capture_output=True, text=True, check=False)


def figures(out: Path) -> dict[str, float]:
    """Medians of the second half of a run, whose first half compiles and finds the fastest kernels."""
    events = [json.loads(line) for line in (out / "metrics.jsonl").read_text().splitlines()]
    steps = [event for event in events if event["event"] == "step"]
    late = steps[len(steps) // 2 :]
    names = ("pairsPerSecond", "dataWait", "modelFlopUtilisation")
    return {name: statistics.median(step[name] for step in late) for name in names if late}


def main() -> None:
    """Runs everything."""
    tests = command("pytest", "-m", "cuda", "-q", "-p", "no:cacheprovider")
    print(json.dumps({"event": "tests", "exit": tests.returncode, "says": tests.stdout.strip().splitlines()[-1:]}))
    print(command("propago_trainer", "bench-generator", "--device", "cuda", "--image", "224", "--clips", "64").stdout)
    pictures = [f"videos={folder}" for folder in sys.argv[1:2]]
    for name, settings in RECIPES.items():
        with tempfile.TemporaryDirectory() as folder:
            begin = time.monotonic()
            run = command(
                "propago_trainer", "train", f"out={folder}", f"seconds={SECONDS}", *COMMON, *settings, *pictures
            )
            taken = round(time.monotonic() - begin, 1)
            told = figures(Path(folder)) if run.returncode == 0 else {"says": run.stderr[-500:]}
            print(json.dumps({"event": "recipe", "name": name, "exit": run.returncode, "seconds": taken, **told}))
            sys.stdout.flush()


if __name__ == "__main__":
    main()
