import json
from pathlib import Path
from typing import Any

import pytest

from propago_trainer.config import (
    ConfigError,
    TrainConfig,
    changed_settings,
    doubts,
    from_json,
    list_settings,
    parse_overrides,
    refuse_idle_settings,
    to_json,
)

SETTINGS = Path(__file__).parents[1] / "settings.json"
"""For the command line; `node scripts/trainer.mjs settings` writes it."""


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


def test_problems_are_in_the_words_of_a_setting() -> None:
    with pytest.raises(ConfigError) as caught:
        parse_overrides(["steps", "steps=many", "lr=fast", "flip=perhaps", "stepz=3"])
    assert str(caught.value).split("; ") == [
        "steps: expected NAME=VALUE, like steps=2500",
        "steps must be a whole number but is 'many'",
        "lr must be a number but is 'fast'",
        "flip must be true or false but is 'perhaps'",
        "there is no setting stepz, did you mean steps?",
    ]


def test_settings_are_listed_each_with_what_it_does_and_the_list_of_the_command_line_is_current() -> None:
    settings = list_settings()
    assert [setting["name"] for setting in settings] == list(to_json(TrainConfig()))
    assert all(setting["description"].endswith(".") for setting in settings)
    assert json.loads(SETTINGS.read_text()) == json.loads(json.dumps(settings))


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"batch": 2, "micro_batch": 2}, ["base_lr 0.00015 x batch 2 / 256"]),
        ({"lr": 1e-7}, ["at most 1e-07"]),
        ({"lr": 1e-3, "steps": 20}, ["rises for 50 steps and the run has 20"]),
        ({"batch": 2, "micro_batch": 2, "steps": 20}, ["at most 1.2e-06", "rises for 50"]),
        ({}, []),
        ({"lr": 1e-3, "batch": 2, "micro_batch": 2}, []),
    ],
)
def test_a_learning_rate_that_teaches_nothing_is_doubted(settings: dict[str, Any], said: list[str]) -> None:
    found = doubts(TrainConfig(**settings))
    assert len(found) == len(said)
    assert all(part in text for part, text in zip(said, found, strict=True))


def test_the_paper_learning_rate_scales_with_the_batch() -> None:
    assert TrainConfig(batch=2048).learning_rate == pytest.approx(1.5e-4 * 8)
    assert TrainConfig(lr=1e-3).learning_rate == 1e-3


def test_a_configuration_survives_json() -> None:
    config = TrainConfig(videos=("a",), dim=96)
    assert from_json(to_json(config)) == config


@pytest.mark.parametrize(
    ("data", "settings"),
    [
        ("generated", ["colour_jitter=0.4", "gap_low=5", "gap_high=40", "crop_low=1", "flip=false", "epochs=3"]),
        ("videos", ["frames=3", "objects=1", "textures=5"]),
    ],
)
def test_settings_without_effect_on_the_data_are_refused_by_name_all_at_once(data: str, settings: list[str]) -> None:
    source = [f"data={data}", "videos=a"]
    refuse_idle_settings(parse_overrides(source))
    with pytest.raises(ConfigError) as caught:
        refuse_idle_settings(parse_overrides([*source, *settings]))
    said = str(caught.value).split("; ")
    names = [setting.split("=")[0] for setting in settings]
    assert [line.split(":")[0] for line in said] == names
    assert all(f"has no effect with data={data}, because " in line for line in said)
    other = "videos" if data == "generated" else "generated"
    refuse_idle_settings(parse_overrides([f"data={other}", "videos=a", *settings]))


def test_a_resumed_run_may_leave_out_what_had_no_effect_and_nothing_else() -> None:
    before = to_json(TrainConfig(colour_jitter=0.4, mask_ratio=0.5))
    assert changed_settings(before, TrainConfig(mask_ratio=0.5)) == []
    assert changed_settings(before, TrainConfig(colour_jitter=0.4, mask_ratio=0.5)) == []
    assert changed_settings(before, TrainConfig(colour_jitter=0.3, mask_ratio=0.75)) == [
        "mask_ratio: was 0.5 and is 0.75",
        "colour_jitter: was 0.4 and is 0.3",
    ]
