"""Every row of the paper's Tables 2 and 3 is a setting, and trains."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from propago_trainer.config import TrainConfig
from propago_trainer.engine import EXIT_FINISHED, Trainer


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"future_only": False}, id="FrameMAE"),
        pytest.param({"future_only": False, "decoder": "joint", "mask_ratio": 0.75}, id="FrameMAE, joint decoder"),
        pytest.param({"encoder": "joint", "decoder": "joint"}, id="joint encoder"),
        pytest.param({"encoder": "joint", "decoder": "joint", "mask_ratio_past": 0.95}, id="joint, both masked"),
        pytest.param({"decoder": "joint"}, id="siamese encoder, joint decoder"),
        pytest.param({"decoder": "cross"}, id="cross decoder"),
        pytest.param({"decoder": "cross-self"}, id="cross-self decoder"),
        pytest.param({"mask_ratio": 0.5}, id="half masked"),
        pytest.param({"mask_ratio": 0.9, "mask_ratio_past": 0.9}, id="symmetric mask"),
        pytest.param({"mask_ratio": 0.75, "mask_ratio_past": 0.5}, id="asymmetric mask"),
        pytest.param({"mask_kind": "grid", "mask_ratio": 0.75}, id="grid mask"),
        pytest.param({"mask_kind": "grid", "mask_ratio": 0.75, "mask_ratio_past": 0.75}, id="symmetric grid mask"),
        pytest.param({"positions": "learned"}, id="learned positions"),
        pytest.param({"siammae": 0.0, "correspondence": 1.0, "frames": 4}, id="correspondence"),
        pytest.param({"correspondence": 0.5, "frames": 3}, id="both objectives"),
        pytest.param({"siammae": 0.0, "correspondence": 1.0, "arch": "conv"}, id="convolutional encoder"),
        pytest.param({"bf16": True}, id="bfloat16"),
        pytest.param({"clip_gradient": 1.0}, id="clipped gradient"),
    ],
)
def test_a_variant_trains(tiny: Callable[..., TrainConfig], changes: dict[str, Any]) -> None:
    assert Trainer(tiny(steps=2, image=64, **changes)).run() == EXIT_FINISHED


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"colour_jitter": 0.4}, id="colour jitter"),
        pytest.param({"gap_low": 16, "gap_high": 16}, id="fixed gap"),
        pytest.param({"gap_low": 4, "gap_high": 48}, id="random gap"),
        pytest.param({"crop_low": 1.0, "flip": False}, id="no spatial augmentation"),
        pytest.param({"repeat": 1}, id="no repeated sampling"),
    ],
)
def test_a_data_variant_trains(tiny: Callable[..., TrainConfig], video_folder: Path, changes: dict[str, Any]) -> None:
    config = tiny(**{"steps": 2, "data": "videos", "videos": (str(video_folder),), "repeat": 2, **changes})
    assert Trainer(config).run() == EXIT_FINISHED
