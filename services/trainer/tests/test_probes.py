from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from propago_trainer.checkpoint import newest_checkpoint
from propago_trainer.cli import main
from propago_trainer.config import TrainConfig
from propago_trainer.engine import Trainer
from propago_trainer.models.vit import VisionTransformer, VitConfig
from propago_trainer.probes.command import probe
from propago_trainer.probes.figures import cls_attention, feature_colours
from propago_trainer.probes.propagation import Protocol, folder_sequences, propagate, score

Tiny = Callable[..., TrainConfig]


def test_labels_follow_features_that_move() -> None:
    codes = torch.eye(16).view(4, 4, 16)
    features = torch.stack([torch.roll(codes, step, dims=1).reshape(16, 16) for step in range(3)])
    first = torch.zeros(16, 2)
    first[:, 0] = 1
    first[5] = torch.tensor([0.0, 1.0])
    labels = propagate(features, (4, 4), first, Protocol(top_k=1, radius=4))
    assert labels.argmax(dim=2)[2].nonzero().flatten().tolist() == [7]


def test_labels_do_not_come_from_beyond_the_neighbourhood() -> None:
    codes = torch.eye(16).view(4, 4, 16)
    features = torch.stack([codes.reshape(16, 16), torch.roll(codes, 3, dims=1).reshape(16, 16)])
    first = torch.zeros(16, 2)
    first[:, 0] = 1
    first[4] = torch.tensor([0.0, 1.0])
    near = propagate(features, (4, 4), first, Protocol(top_k=1, radius=1))
    far = propagate(features, (4, 4), first, Protocol(top_k=1, radius=3))
    assert near[1, 7].argmax() == 0
    assert far[1, 7].argmax() == 1


def test_fewer_cells_than_neighbours_asked_for_are_all_used() -> None:
    features = torch.eye(2).repeat(3, 1, 1)
    labels = propagate(features, (1, 2), torch.eye(2), Protocol(top_k=5))
    torch.testing.assert_close(labels[2], torch.eye(2), atol=1e-3, rtol=0)


def davis(root: Path, *, palette: bool) -> None:
    """Four frames of a bright square that moves right on dark ground, two sequences."""
    for name in ("one", "two"):
        for folder in ("JPEGImages", "Annotations"):
            (root / folder / "480p" / name).mkdir(parents=True)
        for number in range(4):
            mask = np.zeros((64, 96), dtype=np.uint8)
            mask[16:48, 16 + 8 * number : 48 + 8 * number] = 1
            image = np.full((64, 96, 3), 40, dtype=np.uint8) + (150 * mask[..., None]).astype(np.uint8)
            Image.fromarray(image).save(root / "JPEGImages/480p" / name / f"{number:05d}.jpg")
            labels = Image.fromarray(mask if palette else mask * 255)
            if palette:
                labels = labels.convert("P")
                labels.putpalette([0, 0, 0, 128, 0, 0])
                labels.putdata(mask.flatten().tolist())
            labels.save(root / "Annotations/480p" / name / f"{number:05d}.png")


@pytest.mark.parametrize("palette", [False, True])
def test_folders_in_davis_layout_are_scored(tmp_path: Path, palette: bool) -> None:
    davis(tmp_path, palette=palette)
    sequences = list(folder_sequences(tmp_path, short_side=64))
    assert [sequence.name for sequence in sequences] == ["one", "two"]
    assert sequences[0].labels.unique().tolist() == [0, 1]

    def brightness(images: torch.Tensor) -> torch.Tensor:
        grey = torch.nn.functional.avg_pool2d(images.mean(dim=1, keepdim=True), 8).flatten(2).transpose(1, 2)
        return torch.cat([grey, torch.ones_like(grey)], dim=2)

    scores = score(brightness, 8, sequences, Protocol())
    assert scores.keys() == {"one", "two", "mean"}
    assert scores["mean"] > 80


def test_attention_of_cls_is_one_map_per_head() -> None:
    torch.manual_seed(0)
    encoder = VisionTransformer(VitConfig(dim=32, depth=2, heads=4, patch=8))
    maps = cls_attention(encoder, torch.randn(2, 3, 32, 48))
    assert maps.shape == (2, 4, 4, 6)
    torch.testing.assert_close(maps.amax(dim=(2, 3)), torch.ones(2, 4))


def test_equal_features_get_equal_colours() -> None:
    features = torch.randn(1, 6, 8).repeat(2, 1, 1)
    colours = feature_colours(features, (2, 3))
    assert colours.shape == (2, 3, 2, 3)
    assert torch.equal(colours[0], colours[1])
    assert colours.flatten(2).std(dim=2).min() > 0


def test_a_run_gives_all_figures_and_scores(tiny: Tiny, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    davis(tmp_path / "davis", palette=False)
    config = tiny(correspondence=1.0, steps=2)
    Trainer(config).run()
    assert probe(Path(config.out), None, tmp_path / "davis", 3) == 0
    names = {path.name for path in (Path(config.out) / "probes").iterdir()}
    assert names == {"reconstructions.png", "attention.png", "features.png", "curves.png"}
    of_folder = json.loads(capsys.readouterr().out.splitlines()[-1])["scores"]
    assert "one" in of_folder
    # As it is downloaded from a platform: without the run that it belongs to.
    (alone := tmp_path / "downloads").mkdir()
    checkpoint = shutil.copy(newest_checkpoint(Path(config.out)), alone / "checkpoint-2.pt")
    assert main(["probe", str(checkpoint), "--sequences", str(tmp_path / "davis"), "--frames", "3"]) == 0
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["scores"] == of_folder
    assert {path.name for path in (alone / "probes").iterdir()} == names - {"curves.png"}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["probe", "{empty}"], "has no checkpoint"),
        (["probe", "{run}", "--sequences", "{empty}"], "holds no JPEGImages"),
        (["export", "{empty}", "-o", "{empty}/x.onnx"], "has no checkpoint"),
        (["export", "{run}", "-o", "{run}/metrics.jsonl/x.onnx"], "metrics.jsonl"),
        (["join", "{run}/metrics.jsonl=1", "-o", "{empty}/x.onnx"], "rror"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(
    tiny: Tiny, tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    run, empty = tmp_path / "run", tmp_path / "empty"
    empty.mkdir()
    Trainer(tiny(steps=1, out=str(run))).run()
    capsys.readouterr()
    assert main([text.format(run=run, empty=empty) for text in arguments]) == 2
    assert said in capsys.readouterr().err
    assert list(empty.iterdir()) == []


def test_a_run_is_exported_by_its_folder(tiny: Tiny, tmp_path: Path) -> None:
    Trainer(tiny(steps=1, out=str(tmp_path / "run"))).run()
    assert main(["export", str(tmp_path / "run"), "-o", str(tmp_path / "encoder.onnx")]) == 0
    assert (tmp_path / "encoder.onnx").stat().st_size > 1000
