"""Checkpoints of published vision transformers give the features that their own code gives."""

import re
from pathlib import Path

import numpy as np
import pytest
import torch
import vit_layouts as layouts

from propago_trainer.export import export_encoder, open_onnx
from propago_trainer.importers.checkpoint import CheckpointError
from propago_trainer.importers.formats import FORMATS, import_checkpoint
from propago_trainer.importers.imported import ImportOptions
from propago_trainer.models.vit import VisionTransformer

SHARED = Path(__file__).parents[4] / "shared" / "encoders"

LAYOUTS = {
    "mae": ("mae", layouts.mae),
    "siammae": ("siammae", layouts.siammae),
    "cropmae": ("cropmae", layouts.siammae),
    "dino": ("dino", layouts.dino),
    "dinov2": ("dinov2", layouts.dinov2),
    "dinov2 with registers": ("dinov2", lambda: layouts.dinov2(registers=4)),
    "dinov2 giant": ("dinov2", lambda: layouts.dinov2(mlp="w12")),
    "dinov2 in training": ("dinov2", layouts.dinov2_training),
    "dinov3": ("dinov3", layouts.dinov3),
    "dinov3 plus, wide heads": ("dinov3", lambda: layouts.dinov3(mlp="w123", heads=1)),
    "videomae": ("videomae", layouts.videomae),
    "videomae fine-tuned": ("videomae", layouts.videomae_tuned),
    "mae-st": ("mae-st", layouts.mae_st),
    "mae-st, one table": ("mae-st", layouts.mae_st_joint),
    "timm": ("timm", layouts.timm),
    "timm with registers": ("timm", layouts.timm_registers),
    "timm dinov2": ("timm", layouts.timm_dinov2),
    "timm dinov2 giant": ("timm", lambda: layouts.timm_dinov2(mlp="w12")),
    "timm dinov2 with registers": ("timm", layouts.timm_dinov2_registers),
    "timm dinov3": ("timm", layouts.timm_dinov3),
    "timm dinov3 with biases": ("timm", lambda: layouts.timm_dinov3(biases=True)),
    "timm dinov3 plus": ("timm", lambda: layouts.timm_dinov3(mlp="w123")),
    "moco v3": ("moco", layouts.moco_v3),
}


def saved(layout, folder):
    path = folder / "checkpoint.pth"
    torch.save(layout.file, path)
    return path


def make(kind):
    torch.manual_seed(0)
    name, build = LAYOUTS[kind]
    return name, build()


@pytest.mark.parametrize("kind", LAYOUTS)
def test_imported_encoder_equals_the_layout_run_by_its_own_names(kind, tmp_path):
    name, layout = make(kind)
    imported = import_checkpoint(saved(layout, tmp_path), name)
    for rows, cols in ((layout.grid, layout.grid), (3, 5)):
        image = torch.randn(2, 3, rows * layout.patch, cols * layout.patch)
        with torch.no_grad():
            got, expected = imported.encoder(image), layouts.forward(layout, image)
        torch.testing.assert_close(got, expected, rtol=1e-3, atol=2e-4)


@pytest.mark.parametrize("kind", LAYOUTS)
def test_imported_encoder_exports_with_its_features(kind, tmp_path):
    name, layout = make(kind)
    imported = import_checkpoint(saved(layout, tmp_path), name)
    output = tmp_path / "encoder.onnx"
    export_encoder(imported.encoder, output, name=name, provenance="random")
    image = torch.randn(1, 3, 4 * layout.patch, 6 * layout.patch)
    with torch.no_grad():
        expected = layouts.forward(layout, image).numpy()
    got = open_onnx(output.read_bytes())(image.numpy())
    assert np.abs(got - expected).max() < 1e-3 * np.abs(expected).max()


@pytest.mark.parametrize("kind", LAYOUTS)
def test_what_is_not_used_is_named(kind, tmp_path):
    name, layout = make(kind)
    unused = " ".join(import_checkpoint(saved(layout, tmp_path), name).ignored)
    for part in layout.ignored:
        assert part in unused


@pytest.mark.parametrize("kind", LAYOUTS)
def test_missing_and_unexpected_weights_are_listed(kind, tmp_path):
    name, layout = make(kind)
    holder = layout.file
    while not any(isinstance(value, torch.Tensor) for value in holder.values()):
        holder = holder["teacher"] if "teacher" in holder else next(v for v in holder.values() if isinstance(v, dict))
    holder = dict(holder)
    lost = next(
        key for key in holder if re.search(r"blocks\.(0\.)?0\.attn\.proj\.weight$", key) and "decoder" not in key
    )
    block = lost.removesuffix("proj.weight")
    del holder[lost]
    holder[f"{block}relative_position_bias_table"] = torch.zeros(3)
    path = tmp_path / "broken.pth"
    torch.save(holder, path)
    with pytest.raises(CheckpointError) as raised:
        import_checkpoint(path, name)
    message = str(raised.value)
    assert "missing:" in message
    assert "attn.proj.weight" in message.split("unexpected:")[0]
    assert "relative_position_bias_table" in message.split("unexpected:")[1]


@pytest.mark.parametrize(
    ("kind", "lost"),
    [
        ("mae", "pos_embed"),
        ("siammae", "pos_embed"),
        ("dino", "pos_embed"),
        ("timm", "pos_embed"),
        ("moco v3", "pos_embed"),
        ("mae-st", "pos_embed_temporal"),
        ("mae-st, one table", "pos_embed"),
        ("timm", "blocks.0.mlp.fc1.weight"),
    ],
)
def test_weights_that_tell_the_shape_are_missing_like_others(kind, lost, tmp_path):
    name, layout = make(kind)
    holder = layout.file
    while not any(isinstance(value, torch.Tensor) for value in holder.values()):
        holder = next(value for value in holder.values() if isinstance(value, dict))
    dropped = (lost, "blocks.0.attn.proj.bias")
    weights = {key: value for key, value in holder.items() if not f".{key}".endswith(tuple(f".{x}" for x in dropped))}
    block = next(key for key in holder if key.endswith(dropped[1])).removesuffix("attn.proj.bias")
    torch.save({**weights, f"{block}extra": torch.zeros(3)}, tmp_path / "x.pth")
    with pytest.raises(CheckpointError) as raised:
        import_checkpoint(tmp_path / "x.pth", name)
    missing, unexpected = str(raised.value).split("unexpected: ")
    assert "missing: " in missing
    assert all(part in missing for part in dropped)
    assert f"{block}extra" in unexpected


@pytest.mark.parametrize(
    ("name", "build", "heads", "count"),
    [
        ("mae", lambda: layouts.mae(768, 1), 12, 1),
        ("mae", lambda: layouts.mae(1280, 1), 16, 1),
        ("dinov2", lambda: layouts.dinov2(384, 12), 6, 12),
        ("dinov2", lambda: layouts.dinov2(1536, 1, mlp="w12"), 24, 1),
        ("dinov3", lambda: layouts.dinov3(1280, 1, mlp="w123", heads=20), 20, 1),
        ("moco", lambda: layouts.moco_v3(384, 12), 12, 12),
        ("timm", lambda: layouts.timm(192, 12), 3, 12),
    ],
)
def test_published_sizes_get_their_heads_and_depth(name, build, heads, count, tmp_path):
    encoder = import_checkpoint(saved(build(), tmp_path), name).encoder
    assert isinstance(encoder, VisionTransformer)
    assert (encoder.config.heads, encoder.config.depth) == (heads, count)


def test_stated_heads_win_over_the_usual_ones(tmp_path):
    encoder = import_checkpoint(saved(layouts.mae(), tmp_path), "mae", ImportOptions(heads=8)).encoder
    assert encoder.config.heads == 8


def test_still_frames_are_said_to_sum_the_kernel_over_time(tmp_path):
    imported = import_checkpoint(saved(layouts.videomae(), tmp_path), "videomae")
    assert "summed over time" in imported.notes[0]
    assert import_checkpoint(saved(layouts.mae_st(), tmp_path), "mae-st").mean == (0.45, 0.45, 0.45)


def test_video_table_of_another_image_size_is_refused(tmp_path):
    path = saved(layouts.mae_st_joint(), tmp_path)
    with pytest.raises(CheckpointError, match="no whole number of frames"):
        import_checkpoint(path, "mae-st", ImportOptions(image_size=240))


def test_every_transformer_format_refuses_a_residual_network(tmp_path):
    torch.save({"conv1.weight": torch.zeros(64, 3, 7, 7)}, tmp_path / "x.pth")
    for name in ("siammae", "mae", "dino", "dinov2", "dinov3", "cropmae", "videomae", "mae-st", "timm"):
        assert name in FORMATS
        with pytest.raises(CheckpointError, match=r"no .* checkpoint.*patch_embed\.proj\.weight.*conv1\.weight"):
            import_checkpoint(tmp_path / "x.pth", name)


@pytest.mark.skipif(not SHARED.is_dir(), reason="the real encoder beside the repository is absent")
def test_real_weights_give_the_features_of_a_file_exported_elsewhere(tmp_path):
    imported = import_checkpoint(SHARED / "vit_tiny_patch16_224.safetensors", "timm")
    assert (imported.mean, sorted(imported.ignored)) == ((0.5, 0.5, 0.5), ["head.bias", "head.weight"])
    report = export_encoder(imported.encoder, tmp_path / "x.onnx", name="x", provenance="")
    assert max(check.relative_error for check in report.checks) < 1e-3
    other = (SHARED / "vit_ti16_imagenet.onnx").read_bytes()
    random = np.random.default_rng(0)
    # Only at the trained size: at others the file does not antialias its positions, as timm does.
    coarse = random.standard_normal((1, 3, 28, 28), dtype=np.float32)
    image = coarse.repeat(8, axis=2).repeat(8, axis=3)
    expected = open_onnx(other)(image)
    assert np.abs(open_onnx(report.path.read_bytes())(image) - expected).max() < 1e-3 * np.abs(expected).max()
