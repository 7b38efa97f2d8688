import pytest

from propago_trainer.config import ConfigError, TrainConfig, from_json, parse_overrides, to_json


def test_settings_are_parsed_by_the_type_of_their_key() -> None:
    config = parse_overrides(["dim=96", "lr=2e-3", "flip=false", "videos=a,b", "size=small"])
    assert (config.dim, config.lr, config.flip, config.videos, config.size) == (96, 2e-3, False, ("a", "b"), "small")


def test_every_problem_is_reported_at_once() -> None:
    with pytest.raises(ConfigError) as caught:
        parse_overrides(["dim=wide", "nonsense=1", "flip=perhaps"])
    assert all(word in str(caught.value) for word in ("dim", "nonsense", "flip"))


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        (["siammae=0"], "objective"),
        (["arch=conv"], "siammae"),
        (["correspondence=1", "data=videos", "videos=a"], "correspondence"),
        (["encoder=joint"], "decoder=joint"),
        (["image=100"], "image"),
        (["batch=10", "micro_batch=4"], "batch"),
        (["mask_ratio=1"], "mask_ratio"),
        (["decoder=deep"], "decoder"),
        (["gap_low=9", "gap_high=3"], "gap_low"),
        (["frames=9"], "frames"),
        (["data=videos"], "videos"),
        (["heads=5"], "heads: expected a divisor of dim 192"),
        (["dim=30", "heads=1"], "dim: expected a multiple of 4"),
        (["decoder_heads=3"], "decoder_heads: expected a divisor of decoder_dim"),
        (["dim=-4"], "dim: expected at least 0"),
        (["lr=nan"], "lr: expected a number"),
        (["beta1=2"], r"beta1: expected a value in \[0, 1\)"),
        (["temperature=0"], "temperature: expected more than 0"),
        (["mask_ratio=0"], "mask_ratio"),
        (["crop_low=3"], r"crop_low: expected a value in \(0, 1\]"),
        (["patch=32", "image=32"], "patch: expected two patches or more"),
        *(([f"{name}=-1"], f"{name}: expected at least") for name in ("workers", "threads", "objects", "weight_decay")),
        *(([f"{name}=0"], f"{name}: expected at least 1") for name in ("repeat", "log_every", "keep_checkpoints")),
    ],
)
def test_settings_that_do_not_fit_together_are_named(settings: list[str], named: str) -> None:
    with pytest.raises(ConfigError, match=named):
        parse_overrides(settings)


def test_the_paper_learning_rate_scales_with_the_batch() -> None:
    assert TrainConfig(batch=2048).learning_rate == pytest.approx(1.5e-4 * 8)
    assert TrainConfig(lr=1e-3).learning_rate == 1e-3


def test_a_configuration_survives_json() -> None:
    config = TrainConfig(videos=("a",), dim=96)
    assert from_json(to_json(config)) == config
