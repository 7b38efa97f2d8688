"""Checkpoint files are read without running anything in them; what cannot be read is said in a sentence."""

import argparse
import os

import onnx
import pytest
import torch
import vit_layouts as layouts
from safetensors.torch import save_file

from propago_trainer.card import read_card
from propago_trainer.cli import main
from propago_trainer.config import TrainConfig, to_json
from propago_trainer.importers.checkpoint import CheckpointError, read_tensors
from propago_trainer.importers.formats import FORMATS, import_checkpoint
from propago_trainer.importers.imported import ImportOptions
from propago_trainer.objectives.objective import Objective


class Dangerous:
    def __reduce__(self):
        return os.system, ("touch /tmp/never",)


def test_every_system_of_the_papers_table_has_a_format():
    assert " ".join(sorted(FORMATS)) == (
        "cropmae crw dino dinov2 dinov3 mae mae-st moco siammae simsiam timecycle timm torchvision-resnet uvc vfs "
        "videomae"
    )


def test_pickled_code_is_refused_and_not_run(tmp_path, monkeypatch):
    ran = []
    monkeypatch.setattr(os, "system", ran.append)
    torch.save({"model": {"a": torch.zeros(1)}, "extra": Dangerous()}, tmp_path / "x.pth")
    with pytest.raises(CheckpointError, match="holds Python objects"):
        read_tensors(tmp_path / "x.pth")
    assert ran == []


def test_arguments_saved_beside_the_weights_are_accepted(tmp_path):
    torch.save({"model": {"a": torch.ones(1)}, "args": argparse.Namespace(lr=0.1)}, tmp_path / "x.pth")
    assert list(read_tensors(tmp_path / "x.pth")) == ["a"]


def test_safetensors_are_read(tmp_path):
    save_file({"a": torch.ones(2)}, tmp_path / "x.safetensors")
    assert read_tensors(tmp_path / "x.safetensors")["a"].tolist() == [1, 1]


@pytest.mark.parametrize(
    ("name", "content"), [("x.pth", b"no checkpoint"), ("x.safetensors", b"\xff" * 64), ("empty.pth", b"")]
)
def test_file_of_another_kind_is_refused(name, content, tmp_path):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(CheckpointError, match=name):
        read_tensors(tmp_path / name)


def test_missing_file_is_refused(tmp_path):
    with pytest.raises(CheckpointError, match="cannot be read"):
        read_tensors(tmp_path / "none.pth")


def test_file_without_weights_is_refused_naming_what_it_holds(tmp_path):
    torch.save({"epoch": 3, "optimizer": {"lr": 1}}, tmp_path / "x.pth")
    with pytest.raises(CheckpointError, match="holds no weights, only epoch, optimizer"):
        read_tensors(tmp_path / "x.pth")


def test_prefix_chooses_between_two_encoders(tmp_path):
    torch.manual_seed(0)
    layout = layouts.mae()
    second = {name: value + 1 for name, value in layout.encoder.items()}
    torch.save({**layouts.prefixed(layout.encoder, "a."), **layouts.prefixed(second, "bb.")}, tmp_path / "x.pth")
    image = torch.randn(1, 3, 224, 224)
    first = import_checkpoint(tmp_path / "x.pth", "mae", ImportOptions(prefix="a.")).encoder(image)
    other = import_checkpoint(tmp_path / "x.pth", "mae", ImportOptions(prefix="bb.")).encoder(image)
    torch.testing.assert_close(first, layouts.forward(layout, image), rtol=1e-3, atol=1e-4)
    assert not torch.allclose(first, other, atol=0.1)
    with pytest.raises(CheckpointError, match=r"only under \['a\.', 'bb\.'\]"):
        import_checkpoint(tmp_path / "x.pth", "mae", ImportOptions(prefix="c."))


def test_weights_of_another_shape_are_listed(tmp_path):
    torch.manual_seed(0)
    weights = dict(layouts.timm().file)
    weights["blocks.1.mlp.fc2.weight"] = torch.zeros(128, 7)
    torch.save(weights, tmp_path / "x.pth")
    with pytest.raises(CheckpointError, match=r"another shape: blocks\.1\.mlp\.fc2\.weight \[128, 7\] instead of"):
        import_checkpoint(tmp_path / "x.pth", "timm")


def test_command_imports_and_says_what_was_done(tmp_path, capsys):
    torch.manual_seed(0)
    torch.save(layouts.videomae().file, tmp_path / "vm.pth")
    output = tmp_path / "vm.onnx"
    arguments = ["import", "--format", "videomae", str(tmp_path / "vm.pth"), "-o", str(output), "--mean", "0.5,0.5,0.5"]
    assert main(arguments) == 0
    printed = capsys.readouterr().out
    assert "summed over time" in printed
    assert "not used: " in printed
    assert printed.count("max error") == 3
    card = read_card(onnx.load(output))
    assert (card.name, card.mean) == ("vm", (0.5, 0.5, 0.5))
    assert "VideoMAE" in card.provenance


def test_command_ends_with_2_and_a_sentence_for_a_wrong_file(tmp_path, capsys):
    torch.save({"a": torch.zeros(1)}, tmp_path / "x.pth")
    assert main(["import", "--format", "dino", str(tmp_path / "x.pth"), "-o", str(tmp_path / "x.onnx")]) == 2
    assert "no dino checkpoint" in capsys.readouterr().err
    assert not (tmp_path / "x.onnx").exists()


@pytest.mark.parametrize("name", FORMATS)
def test_foreign_file_is_refused_with_lists_of_missing_and_unexpected_names(name, tmp_path):
    torch.save({f"rnn.weight_{index}": torch.zeros(1) for index in range(20)}, tmp_path / "x.pth")
    with pytest.raises(CheckpointError) as raised:
        import_checkpoint(tmp_path / "x.pth", name)
    missing, unexpected = str(raised.value).split("unexpected: ")
    anchor = {"timecycle": "encoderVideo.conv1.weight", "vfs": "conv1.conv.weight"}.get(name, "")
    assert f"missing: {anchor}" in missing
    assert "conv1" in missing or "patch_embed.proj.weight, blocks.0.norm1.weight" in missing
    assert "rnn.weight_0, rnn.weight_1, " in unexpected
    assert unexpected.endswith("rnn.weight_11 and 8 more.")


VIT = {"dim": 48, "depth": 1, "heads": 3, "decoder_dim": 32, "decoder_depth": 1}
CONV = {"arch": "conv", "siammae": 0.0, "correspondence": 1.0}


@pytest.mark.parametrize(
    ("command", "shape"), [(["export"], VIT), (["export"], CONV), (["import", "--format", "siammae"], VIT)]
)
def test_commands_export_an_encoder_trained_here(command, shape, tmp_path, capsys):
    config = TrainConfig(**shape)
    model = Objective(config)
    torch.save({"step": 7, "config": to_json(config), "model": model.state_dict()}, tmp_path / "step-7.pt")
    assert main([*command, str(tmp_path / "step-7.pt"), "-o", str(tmp_path / "own.onnx")]) == 0
    assert capsys.readouterr().out.count("max error") == 3
    assert "step 7" in read_card(onnx.load(tmp_path / "own.onnx")).provenance
