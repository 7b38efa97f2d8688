"""The videos that a run is given: folders, files, lists and Kinetics-style CSV files.

`skipped` collects what is named but cannot be used, and why, by file or by CSV:LINE.
"""

from __future__ import annotations

import csv
from collections.abc import Collection, Sequence
from pathlib import Path

VIDEO_SUFFIXES = frozenset({".mp4", ".mov", ".mkv", ".webm", ".avi", ".m4v"})


def video_files(place: Path, skipped: dict[str, str], suffixes: Collection[str]) -> list[Path]:
    """Videos of a folder (any depth, name order), of a list (.txt, one path a line), of a CSV, or the file itself."""
    if place.is_dir():
        return sorted(path for path in place.rglob("*") if path.suffix.lower() in suffixes)
    if place.suffix.lower() == ".csv":
        return csv_videos(place, skipped)
    if place.suffix.lower() == ".txt":
        lines = place.read_text().splitlines()
        return [place.parent / line.strip() for line in lines if line.strip()]
    return [place]


def all_videos(places: Sequence[Path], suffixes: Collection[str] = VIDEO_SUFFIXES) -> tuple[list[Path], dict[str, str]]:
    """The videos of all places, each once, and what is skipped. Of a folder the files with these suffixes are taken."""
    skipped: dict[str, str] = {}
    return list(dict.fromkeys(path for place in places for path in video_files(place, skipped, suffixes))), skipped


def csv_videos(file: Path, skipped: dict[str, str]) -> list[Path]:
    """Videos of a CSV, relative to its folder.

    Either a column `path`, or the columns of Kinetics: `youtube_id`, `time_start`, `time_end` and maybe `label`, whose
    files are ID_SSSSSS_EEEEEE.mp4, in a folder of the label's name or not. Rows whose file is missing are skipped.
    """
    found = []
    with file.open(newline="") as handle:
        reader = csv.DictReader(handle)
        for row in reader:
            names = [file.parent / row["path"]] if row.get("path") else _kinetics_names(file.parent, row)
            there = next((name for name in names if name.exists()), None)
            if there is not None:
                found.append(there)
            elif names:
                skipped[str(names[0])] = f"there is no such file, named in {file.name}"
            else:
                skipped[f"{file}:{reader.line_num}"] = "this row names no video"
    return found


def _kinetics_names(folder: Path, row: dict[str, str]) -> list[Path]:
    if not row.get("youtube_id"):
        return []
    try:
        start, end = (int(float(row.get(key) or 0)) for key in ("time_start", "time_end"))
    except ValueError:
        # No file can have the name of such a row.
        return []
    names = [f"{row['youtube_id']}_{start:06d}_{end:06d}.mp4", f"{row['youtube_id']}.mp4"]
    label = row.get("label") or "."
    return [place / name for name in names for place in (folder, folder / label, folder / label.replace(" ", "_"))]
