"""Checkpoint files are read without running anything in them; what cannot be read is said in a sentence."""

import argparse
import io
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
import vit_layouts as layouts
from encoders import randomised
from safetensors.torch import save_file

from propago_trainer.card import read_card
from propago_trainer.cli import main
from propago_trainer.config import TrainConfig, to_json
from propago_trainer.export import open_onnx
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
    ("command", "shape"),
    [(["export"], VIT), (["export"], CONV), (["import"], CONV), (["import", "--format", "siammae"], VIT)],
)
def test_commands_export_an_encoder_trained_here(command, shape, tmp_path, capsys):
    config = TrainConfig(**shape)
    model = Objective(config)
    torch.save({"step": 7, "config": to_json(config), "model": model.state_dict()}, tmp_path / "step-7.pt")
    assert main([*command, str(tmp_path / "step-7.pt"), "-o", str(tmp_path / "own.onnx")]) == 0
    assert capsys.readouterr().out.count("max error") == 3
    assert "step 7" in read_card(onnx.load(tmp_path / "own.onnx")).provenance


def onnx_bytes():
    node = onnx.helper.make_node("Identity", ["image"], ["features"])
    shape = [1, 3, "height", "width"]
    values = [onnx.helper.make_tensor_value_info(n, onnx.TensorProto.FLOAT, shape) for n in ("image", "features")]
    graph = onnx.helper.make_graph([node], "g", values[:1], values[1:])
    return onnx.helper.make_model(graph, producer_name="anyone").SerializeToString()


def zipped(*names):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in names:
            archive.writestr(name, b"x")
    return buffer.getvalue()


def cut_off():
    buffer = io.BytesIO()
    torch.save({"a": torch.zeros(1000)}, buffer)
    return buffer.getvalue()[:2000]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("encoder.onnx", onnx_bytes(), "ONNX model already.*npx propago models register .*encoder.onnx --name encoder"),
        ("my encoder.pth", onnx_bytes(), r"ONNX model already.* register '.*my encoder\.pth' --name my-encoder"),
        ("x.pth", b"version https://git-lfs.github.com/spec/v1\noid sha256:0", "Git LFS pointer"),
        ("x.safetensors", b"version https://git-lfs.github.com/spec/v1\noid sha256:0", "Git LFS pointer"),
        ("x.pth", b"\n<!DOCTYPE html><html>", "web page"),
        ("x.bin", b"\x89HDF\r\n\x1a\n", "HDF5"),
        ("x.pth", b"GGUF\x03", "GGUF"),
        ("x.pth.gz", b"\x1f\x8b\x08", "gzip"),
        ("x.npy", b"\x93NUMPY\x01", "NumPy"),
        ("x.pth", zipped("net/data.pkl", "net/constants.pkl"), "TorchScript"),
        ("x.pth", cut_off(), "cut off or damaged"),
        ("x.zip", zipped("a/model.pth", "b.txt"), "zip archive of a/model.pth, b.txt"),
        ("x.pth", b"", "is empty"),
        ("x.pth", b"no checkpoint", "is no PyTorch file"),
    ],
)
def test_file_of_another_kind_is_called_what_it_is(name, content, said, tmp_path):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(CheckpointError, match=said) as raised:
        import_checkpoint(tmp_path / name, "dinov2")
    assert "Python objects" not in str(raised.value)


def test_safetensors_under_another_name_and_legacy_files_are_read(tmp_path):
    save_file({"a": torch.ones(2)}, tmp_path / "x.bin")
    torch.save({"a": torch.ones(2)}, tmp_path / "old.pth", _use_new_zipfile_serialization=False)
    assert [read_tensors(tmp_path / name)["a"].tolist() for name in ("x.bin", "old.pth")] == [[1, 1], [1, 1]]


def own_checkpoint(folder, **changes):
    """A checkpoint of this trainer (64 px, patches of 8), and its weights as CropMAE's repository saves them."""
    config = TrainConfig(**VIT, patch=8, image=64, **changes)
    model = randomised(Objective(config))
    torch.save({"step": 7, "config": to_json(config), "model": model.state_dict()}, folder / "step-7.pt")
    state = {
        f"module.{name}".replace("patch_proj", "patch_embed.proj"): v for name, v in model.encoder.state_dict().items()
    }
    state["module.pos_embed"] = layouts.sincos_table(48, 8)
    torch.save({"model": state}, folder / "cropmae.pth")


def onnx_features(folder, *arguments):
    assert main([*arguments, "-o", str(folder / "x.onnx")]) == 0
    run = open_onnx((folder / "x.onnx").read_bytes())
    random = np.random.default_rng(0)
    return [run(random.standard_normal((1, 3, *size), np.float32)) for size in ((64, 64), (96, 40), (120, 216))]


def test_own_encoder_equals_the_same_weights_in_the_layout_of_cropmae_at_every_size(tmp_path):
    own_checkpoint(tmp_path)
    published = onnx_features(tmp_path, "import", "--format", "cropmae", "--heads", "3", str(tmp_path / "cropmae.pth"))
    for command in (["export"], ["import"], ["import", "--format", "siammae"]):
        own = onnx_features(tmp_path, *command, str(tmp_path / "step-7.pt"))
        # The published table was computed in double precision.
        for ours, theirs in zip(own, published, strict=True):
            np.testing.assert_allclose(ours, theirs, atol=1e-5)


@pytest.mark.parametrize("command", ["export", "import"])
def test_own_encoder_computes_positions_beyond_its_grid_on_request(command, tmp_path):
    own_checkpoint(tmp_path)
    stretched = onnx_features(tmp_path, command, str(tmp_path / "step-7.pt"))
    extended = onnx_features(tmp_path, command, str(tmp_path / "step-7.pt"), "--positions", "extend")
    np.testing.assert_allclose(stretched[0], extended[0], atol=1e-4)
    assert all(np.abs(a - b).max() > 0.01 for a, b in zip(stretched[1:], extended[1:], strict=True))


def test_python_without_pytorch_is_told_where_the_right_one_is():
    folder = Path(__file__).parents[1]
    # Without site-packages.
    command = [sys.executable, "-S", "-m", "propago_trainer", "import", "x.pth", "-o", "x.onnx"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, env={})
    assert done.returncode == 1
    assert "npm run import:encoder" in done.stderr
    assert "node scripts/python-env.mjs" in done.stderr
    assert "Traceback" not in done.stderr


def test_own_checkpoint_under_another_format_is_told_to_be_one(tmp_path):
    own_checkpoint(tmp_path)
    with pytest.raises(CheckpointError, match="It is a checkpoint of this trainer: leave out --format"):
        import_checkpoint(tmp_path / "step-7.pt", "dino")


def test_part_of_a_checkpoint_is_told_to_be_one(tmp_path):
    weights = {"blocks.20.norm1.weight": torch.zeros(3)}
    save_file(weights, tmp_path / "model-00002-of-00002.safetensors")
    with pytest.raises(CheckpointError, match="one part of several"):
        import_checkpoint(tmp_path / "model-00002-of-00002.safetensors", "timm")
