"""Joints of a short clip as JHMDB publishes them: python joint_positions.py FOLDER

Writes joint_positions.mat by SciPy, compressed as MATLAB does, and the same numbers as JSON.
"""

import json
import pathlib
import sys

import numpy as np
import scipy.io

JOINTS, FRAMES = 15, 3


def main(folder: pathlib.Path) -> None:
    random = np.random.RandomState(3)
    positions = np.round(random.rand(2, JOINTS, FRAMES) * [[[320]], [[240]]], 3)
    world = (positions - 160) / 320
    values = {"pos_img": positions, "pos_world": world, "scale": np.ones((1, FRAMES)), "viewpoint": "S"}
    scipy.io.savemat(folder / "joint_positions.mat", values, do_compression=True)
    (folder / "joint_positions.json").write_text(json.dumps(positions.transpose(2, 1, 0).tolist()))


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
