"""DINOv2 and DINOv3 in Hugging Face's layout give the same files as in their own projects' layouts."""

import json

import numpy as np
import pytest
import torch
import vit_layouts as layouts
from safetensors.torch import save_file

from propago_trainer.export import open_onnx
from propago_trainer.importers.checkpoint import CheckpointError
from propago_trainer.importers.formats import import_checkpoint, import_to_onnx
from propago_trainer.importers.imported import ImportOptions

MODELS = {
    "dinov2": layouts.dinov2,
    "dinov2 giant": lambda: layouts.dinov2(mlp="w12"),
    "dinov2 with registers": lambda: layouts.dinov2(registers=4),
    "dinov3": layouts.dinov3,
    "dinov3 plus": lambda: layouts.dinov3(mlp="w123"),
}


def make(kind):
    torch.manual_seed(0)
    return MODELS[kind]()


def write(layout, folder, binary=False, prefix=""):
    """The files of a model's folder: weights, config.json, preprocessor_config.json."""
    state = layouts.prefixed(layouts.hugging_face(layout), prefix)
    rotary = "rope_embed.periods" in layout.encoder
    gated = any("gate_proj" in name for name in state)
    if binary:
        torch.save(state, folder / "pytorch_model.bin")
    else:
        save_file({name: value.contiguous() for name, value in state.items()}, folder / "model.safetensors")
    config = {
        "model_type": "dinov3_vit" if rotary else "dinov2",
        "patch_size": layout.patch,
        "num_attention_heads": layout.heads,
        "layer_norm_eps": layout.eps,
        "hidden_act": "silu" if rotary and gated else "gelu",
    }
    (folder / "config.json").write_text(json.dumps(config))
    return config


@pytest.mark.parametrize("binary", [False, True])
@pytest.mark.parametrize("kind", MODELS)
def test_file_equals_that_of_the_projects_own_layout(kind, binary, tmp_path):
    layout = make(kind)
    write(layout, tmp_path, binary)
    torch.save(layout.file, tmp_path / "own.pth")
    own = import_checkpoint(tmp_path / "own.pth", kind.split()[0])
    other = import_checkpoint(tmp_path)
    assert other.format == own.format
    runs = []
    for number, imported in enumerate((own, other)):
        report = import_to_onnx(tmp_path / "x", tmp_path / f"{number}.onnx", imported)
        runs.append(open_onnx(report.path.read_bytes()))
    for rows, cols in ((layout.grid, layout.grid), (5, 9)):
        image = np.random.default_rng(0).standard_normal((1, 3, rows * layout.patch, cols * layout.patch), np.float32)
        assert np.array_equal(runs[0](image), runs[1](image))


@pytest.mark.parametrize("kind", MODELS)
def test_format_is_known_by_the_names_alone_and_under_a_prefix(kind, tmp_path):
    layout = make(kind)
    write(layout, tmp_path, prefix="dinov2." if "rope_embed.periods" not in layout.encoder else "")
    (tmp_path / "config.json").unlink()
    imported = import_checkpoint(tmp_path / "model.safetensors")
    assert imported.format == kind.split()[0]
    image = torch.randn(1, 3, 4 * layout.patch, 6 * layout.patch)
    with torch.no_grad():
        torch.testing.assert_close(imported.encoder(image), layouts.forward(layout, image), rtol=1e-3, atol=2e-4)


def test_names_of_a_loaded_model_are_read_too(tmp_path):
    """Newer versions of the library rename in memory what they save under the older names."""
    layout = make("dinov2")
    state = layouts.hugging_face(layout)
    for old, new in (("query", "q_proj"), ("key", "k_proj"), ("value", "v_proj")):
        state = {name.replace(f"attention.attention.{old}", f"attention.{new}"): v for name, v in state.items()}
    torch.save(
        {name.replace("attention.output.dense", "attention.o_proj"): v for name, v in state.items()}, tmp_path / "x.pth"
    )
    rotary = make("dinov3")
    in_memory = {
        name.replace("layer.", "model.layer.", 1) if name.startswith("layer.") else name: value
        for name, value in layouts.hugging_face(rotary).items()
    }
    torch.save(in_memory, tmp_path / "y.pth")
    for file, expected in (("x.pth", layout), ("y.pth", rotary)):
        image = torch.randn(1, 3, 3 * expected.patch, 5 * expected.patch)
        with torch.no_grad():
            got = import_checkpoint(tmp_path / file).encoder(image)
        torch.testing.assert_close(got, layouts.forward(expected, image), rtol=1e-3, atol=2e-4)


def test_heads_epsilon_mean_and_std_beside_the_file_are_used(tmp_path):
    layout = make("dinov3")
    config = write(layout, tmp_path)
    (tmp_path / "config.json").write_text(json.dumps({**config, "num_attention_heads": 4, "layer_norm_eps": 1e-3}))
    statistics = {"image_mean": [0.43, 0.411, 0.296], "image_std": [0.213, 0.156, 0.143]}
    (tmp_path / "preprocessor_config.json").write_text(json.dumps(statistics))
    imported = import_checkpoint(tmp_path)
    assert (imported.encoder.config.heads, imported.encoder.config.eps) == (4, 1e-3)
    assert (imported.mean, imported.std) == ((0.43, 0.411, 0.296), (0.213, 0.156, 0.143))
    assert "config.json and preprocessor_config.json beside the file was read." in imported.notes
    assert import_checkpoint(tmp_path, options=ImportOptions(heads=1)).encoder.config.heads == 1


@pytest.mark.parametrize(
    ("change", "said"),
    [({"patch_size": 14}, "patches of 16 px, and config.json .* says 14"), ({"hidden_act": "relu"}, "'relu'")],
)
def test_config_that_contradicts_the_weights_is_refused(change, said, tmp_path):
    config = write(make("dinov3"), tmp_path)
    (tmp_path / "config.json").write_text(json.dumps({**config, **change}))
    with pytest.raises(CheckpointError, match=said):
        import_checkpoint(tmp_path)


def test_config_that_is_no_json_is_refused_naming_it(tmp_path):
    write(make("dinov3"), tmp_path)
    (tmp_path / "config.json").write_text("{")
    with pytest.raises(CheckpointError, match=r"config\.json cannot be read as JSON"):
        import_checkpoint(tmp_path)


def test_config_of_another_model_beside_the_file_says_nothing_about_it(tmp_path):
    torch.manual_seed(0)
    torch.save(layouts.timm().file, tmp_path / "vit.pth")
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "gpt2", "num_attention_heads": 1}))
    imported = import_checkpoint(tmp_path / "vit.pth", "timm")
    assert (imported.encoder.config.heads, imported.mean) == (2, (0.5, 0.5, 0.5))


def test_folder_without_a_checkpoint_is_refused(tmp_path):
    with pytest.raises(CheckpointError, match=r"without model\.safetensors or pytorch_model\.bin"):
        import_checkpoint(tmp_path)


def test_missing_weight_of_the_layout_is_told_in_the_projects_names(tmp_path):
    state = layouts.hugging_face(make("dinov2"))
    del state["encoder.layer.0.attention.output.dense.weight"]
    torch.save(state, tmp_path / "x.pth")
    with pytest.raises(CheckpointError, match=r"missing: blocks\.0\.attn\.proj\.weight.*names are those of Hugging"):
        import_checkpoint(tmp_path / "x.pth", "dinov2")
