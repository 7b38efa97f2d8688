"""Predicted or labelled points of a SLEAP project (.slp, also of old versions) as a csv of DeepLabCut, on stdout.

python3 bench/sleap_to_csv.py centered_pair_predictions.h5 > flies.csv     (needs h5py)
"""

import json
import sys
from collections import defaultdict

import h5py
import numpy as np


def main() -> None:
    """Writes the tracks that last at least half of the video; DeepLabCut counts from the centre of the first pixel."""
    file = h5py.File(sys.argv[1])
    metadata = json.loads(file["metadata"].attrs["json"])
    names = [metadata["nodes"][node["id"]]["name"] for node in metadata["skeletons"][0]["nodes"]]
    # Since version 1.1 of the format, coordinates count from the centre of the first pixel, before from its corner.
    corner = 0.0 if file["metadata"].attrs.get("format_id", 1.0) >= 1.1 else 0.5
    frame_of = dict(zip(file["frames"]["frame_id"], file["frames"]["frame_idx"], strict=True))
    tracks: dict[int, dict[int, np.ndarray]] = defaultdict(dict)
    for row in file["instances"][:]:
        source = file["points" if row["instance_type"] == 0 else "pred_points"]
        points = source[row["point_id_start"] : row["point_id_end"]]
        xy = np.stack([points["x"], points["y"]], axis=1) - corner
        xy[~points["visible"]] = np.nan
        tracks[int(row["track"])][int(frame_of[row["frame_id"]])] = xy
    long = {track: of for track, of in tracks.items() if 2 * len(of) >= len(frame_of)}
    columns = [(f"track {track}", name, axis) for track in long for name in names for axis in "xy"]
    print(",".join(["scorer", *["sleap"] * len(columns)]))
    for level, title in enumerate(["individuals", "bodyparts", "coords"]):
        print(",".join([title, *[column[level] for column in columns]]))
    nothing = np.full((len(names), 2), np.nan)
    for frame in sorted(frame_of.values()):
        values = np.concatenate([of.get(int(frame), nothing).ravel() for of in long.values()])
        print(",".join([str(frame), *["" if np.isnan(value) else f"{value:.3f}" for value in values]]))


if __name__ == "__main__":
    main()
