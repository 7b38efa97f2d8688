"""Golden values of PCK: random points, and their scores by a NumPy implementation that shares nothing with src/pck.ts.

python3 libs/evaluation/testing/golden_pck.py > libs/evaluation/testing/golden-pck.json
"""

import json

import numpy as np

FRAMES, JOINTS, ALPHAS = 16, 15, (0.05, 0.1, 0.2, 0.5)


def pck(truth: np.ndarray, prediction: np.ndarray, alpha: float) -> tuple[float, list[float]]:
    """truth, prediction: frames x joints x 2, NaN where there is none. Returns the mean over joints, and each joint."""
    low, high = np.nanmin(truth, axis=1), np.nanmax(truth, axis=1)
    size = 0.6 * np.linalg.norm(high - low, axis=1)
    seen = ~np.isnan(truth[..., 0]) & (size > 0)[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        distance = np.linalg.norm(prediction - truth, axis=2) / size[:, None]
    hits = (np.nan_to_num(distance, nan=np.inf) <= alpha) & seen
    with np.errstate(invalid="ignore"):
        joints = hits.sum(axis=0) / seen.sum(axis=0)
    return float(np.nanmean(joints)), [float(value) for value in joints]


def rounded(points: np.ndarray) -> list:
    """frames x joints x 2 as lists, None in the place of NaN."""
    return [[None if np.isnan(x) else [float(x), float(y)] for x, y in frame] for frame in points]


def main() -> None:
    """Prints one case as JSON."""
    random = np.random.default_rng(20)
    truth = np.round(random.uniform(0, 320, (FRAMES, JOINTS, 2)), 3)
    prediction = np.round(truth + random.normal(0, 1, truth.shape) * random.uniform(1, 80, (FRAMES, 1, 1)), 3)
    truth[random.random((FRAMES, JOINTS)) < 0.2] = np.nan
    truth[:, 7] = np.nan
    truth[3, 1:] = np.nan
    prediction[random.random((FRAMES, JOINTS)) < 0.1] = np.nan
    scores = [pck(truth, prediction, alpha) for alpha in ALPHAS]
    print(
        json.dumps(
            {
                "truth": rounded(truth),
                "prediction": rounded(prediction),
                "scores": [
                    {"alpha": alpha, "mean": mean, "perPoint": [None if np.isnan(v) else v for v in joints]}
                    for alpha, (mean, joints) in zip(ALPHAS, scores, strict=True)
                ],
            }
        )
    )


if __name__ == "__main__":
    main()
