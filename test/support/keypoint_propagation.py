"""Key points through a video by NumPy alone: an implementation that shares nothing with the platform's.

keypoint_propagation.py FOLDER: reads case.json and features.f32 (frames x patches x dim), prints the points of every
frame and their PCK as JSON.
"""

import json
import sys
from pathlib import Path

import numpy as np

SIGMA, BEST, REACH = 0.5, 5, 2


def gaussian(place: np.ndarray, centres: np.ndarray) -> np.ndarray:
    """place: (2,) x, y in patches; centres: (n, 2). Returns (n,)."""
    return np.exp(-((centres - place) ** 2).sum(axis=1) / (2 * SIGMA**2))


def mean_of_best(values: np.ndarray, centres: np.ndarray) -> np.ndarray:
    """The mean of the centres of the best cells, weighted by their values."""
    best = np.argsort(-values, kind="stable")[:BEST]
    return (values[best, None] * centres[best]).sum(axis=0) / values[best].sum()


def decode(values: np.ndarray, centres: np.ndarray, size: np.ndarray) -> np.ndarray:
    """values: (patches,) of one point. The place whose Gaussian has the same mean of its best cells; NaN for none."""
    if not values.max() > 0:
        return np.full(2, np.nan)
    near = (np.abs(centres - centres[values.argmax()]) <= REACH).all(axis=1)
    target = mean_of_best(values[near], centres[near])
    place = target.copy()
    for _ in range(400):
        place = np.clip(place + target - mean_of_best(gaussian(place, centres[near]), centres[near]), 0, size)
    return place


def propagate(features: np.ndarray, first: np.ndarray, centres: np.ndarray, case: dict) -> np.ndarray:
    """features: frames x patches x dim, first: patches x points. Returns frames x patches x points."""
    near = np.linalg.norm(centres[:, None] - centres[None], axis=2) < case["radius"]
    labels = [first]
    for frame in range(1, len(features)):
        context = [0, *range(max(1, frame - case["contextLength"]), frame)]
        scores = np.concatenate([np.where(near, features[frame] @ features[c].T, -np.inf) for c in context], axis=1)
        kept = np.argsort(-scores, axis=1, kind="stable")[:, : case["topK"]]
        values = np.take_along_axis(scores, kept, axis=1)
        weights = np.exp((values - values[:, :1]) / case["temperature"])
        weights /= weights.sum(axis=1, keepdims=True)
        votes = np.concatenate([labels[c] for c in context])[kept]
        labels.append((weights[..., None] * votes).sum(axis=1))
    return np.stack(labels)


def pck(truth: np.ndarray, found: np.ndarray, alpha: float) -> float:
    """truth, found: frames x points x 2 of one object, NaN where there is none; the first frame is left out."""
    truth, found = truth[1:], found[1:]
    size = 0.6 * np.linalg.norm(np.nanmax(truth, axis=1) - np.nanmin(truth, axis=1), axis=1)
    seen = ~np.isnan(truth[..., 0])
    near = np.nan_to_num(np.linalg.norm(found - truth, axis=2), nan=np.inf) <= alpha * size[:, None]
    return float(((near & seen).sum(axis=0) / seen.sum(axis=0)).mean())


def main() -> None:
    """Prints {found: frames x points x [x, y] or null, pck: {alpha: per object}}."""
    folder = Path(sys.argv[1])
    case = json.loads((folder / "case.json").read_text())
    rows, cols, scale = case["rows"], case["cols"], case["patch"]
    grid = np.stack(np.meshgrid(np.arange(cols), np.arange(rows)), axis=-1).reshape(-1, 2) + 0.5
    features = np.fromfile(folder / "features.f32", np.float32).astype(float).reshape(-1, rows * cols, case["dim"])
    truth = np.array(case["truth"], dtype=float)
    first = np.stack([gaussian(place / scale, grid) for place in truth[0]], axis=1)
    labels = propagate(features, first, grid, case)
    size = np.array([cols, rows])
    found = np.array(
        [[decode(frame[:, point], grid, size) * scale for point in range(truth.shape[1])] for frame in labels]
    )
    objects = np.split(np.arange(truth.shape[1]), case["objects"])
    seen = np.where(np.array(case["visible"])[..., None], truth, np.nan)
    scores = {str(alpha): [pck(seen[:, own], found[:, own], alpha) for own in objects] for alpha in case["alphas"]}
    print(json.dumps({"found": np.where(np.isnan(found), None, found).tolist(), "pck": scores}))


if __name__ == "__main__":
    main()
