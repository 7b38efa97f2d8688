"""A file is told by its marks: guessed where no format is stated, refused where another is stated."""

import dataclasses
import json

import onnx
import pytest
import resnet_layouts
import torch
import vit_layouts as layouts
from safetensors.torch import save_file

from propago_trainer.card import read_card
from propago_trainer.cli import main
from propago_trainer.importers.checkpoint import CheckpointError
from propago_trainer.importers.formats import FORMATS, import_checkpoint
from propago_trainer.importers.imported import ImportOptions
from propago_trainer.importers.marks import MARKS, fixed_positions

#: What each published layout is guessed as.
GUESSED = {
    "mae": (layouts.mae, "mae"),
    "siammae": (layouts.siammae, "siammae"),
    "dino in training": (layouts.dino, "dino"),
    "dinov2": (layouts.dinov2, "dinov2"),
    "dinov2 with registers": (lambda: layouts.dinov2(registers=4), "dinov2"),
    "dinov2 giant": (lambda: layouts.dinov2(mlp="w12"), "dinov2"),
    "dinov3": (layouts.dinov3, "dinov3"),
    "videomae": (layouts.videomae, "videomae"),
    "videomae fine-tuned": (layouts.videomae_tuned, "videomae"),
    "mae-st": (layouts.mae_st, "mae-st"),
    "mae-st, one table": (layouts.mae_st_joint, "mae-st"),
    "timm": (layouts.timm, "timm"),
    "timm with registers": (layouts.timm_registers, "timm"),
    "timm dinov2": (layouts.timm_dinov2, "timm"),
    "timm dinov3": (layouts.timm_dinov3, "timm"),
    "moco v3": (layouts.moco_v3, "moco"),
    "moco": (resnet_layouts.moco, "moco"),
    "resnet": (lambda: resnet_layouts.torchvision(34), "torchvision-resnet"),
    "simsiam": (resnet_layouts.simsiam, "simsiam"),
    "vfs": (lambda: resnet_layouts.vfs(18), "vfs"),
    "crw": (resnet_layouts.crw, "crw"),
    "crw as published": (resnet_layouts.crw_published, "crw"),
    "uvc": (resnet_layouts.uvc, "uvc"),
    "timecycle": (resnet_layouts.timecycle, "timecycle"),
}


def mae_encoder():
    """`mae_pretrain_vit_base.pth`: the encoder alone."""
    layout = layouts.mae()
    return dataclasses.replace(layout, file={"model": layout.encoder})


def saved(file, folder, name="checkpoint.pth"):
    torch.manual_seed(0)
    torch.save(file, folder / name)
    return folder / name


def test_every_format_has_marks():
    assert MARKS.keys() == FORMATS.keys()


@pytest.mark.parametrize("kind", GUESSED)
def test_format_is_guessed_and_said(kind, tmp_path):
    torch.manual_seed(0)
    build, expected = GUESSED[kind]
    imported = import_checkpoint(saved(build().file, tmp_path))
    assert imported.format == expected
    assert f"by its marks the file is of the format {expected}" in imported.notes[0]


@pytest.mark.parametrize("kind", GUESSED)
def test_file_of_its_own_format_is_read_without_a_warning(kind, tmp_path):
    torch.manual_seed(0)
    build, expected = GUESSED[kind]
    imported = import_checkpoint(saved(build().file, tmp_path), expected)
    assert not any("Warning" in note for note in imported.notes)


@pytest.mark.parametrize(
    ("build", "stated", "against", "better"),
    [
        (layouts.timm, "dinov2", "no LayerScale", "timm"),
        (layouts.timm, "dino", "has a classifier", "timm"),
        (layouts.timm, "mae", "positions are learned", "timm"),
        (layouts.timm, "moco", "positions are learned", "timm"),
        (mae_encoder, "dino", "fixed sines and cosines", "mae"),
        (mae_encoder, "timm", "fixed sines and cosines", "mae"),
        (mae_encoder, "dinov2", "no LayerScale", "mae"),
        (layouts.dino, "mae", "positions are learned", "dino"),
        (layouts.dino, "siammae", "positions are learned", "dino"),
        (layouts.dino, "timm", "DINO's head", "dino"),
        (layouts.moco_v3, "mae", "MoCo", "moco"),
        (lambda: resnet_layouts.torchvision(34), "crw", "encoder.model", "torchvision-resnet"),
        (lambda: resnet_layouts.torchvision(34), "uvc", "gray_encoder", "torchvision-resnet"),
        (resnet_layouts.crw, "torchvision-resnet", "CRW's", "crw"),
        (resnet_layouts.uvc, "simsiam", "gray_encoder", "uvc"),
    ],
)
def test_file_whose_names_fit_another_format_is_refused_and_read_when_forced(build, stated, against, better, tmp_path):
    torch.manual_seed(0)
    path = saved(build().file, tmp_path)
    with pytest.raises(CheckpointError) as raised:
        import_checkpoint(path, stated)
    message = str(raised.value)
    assert against in message
    assert f"State --format {better}" in message
    assert "ignored:" not in message
    if FORMATS[stated].mean != FORMATS[better].mean:
        assert "would be normalised with mean" in message
    forced = import_checkpoint(path, stated, ImportOptions(force=True))
    assert any(against in note and note.startswith("Warning: forced") for note in forced.notes)


@pytest.mark.parametrize(
    ("build", "stated", "better"), [(layouts.mae, "dino", "mae"), (layouts.dinov2, "timm", "dinov2")]
)
def test_file_whose_names_do_not_fit_is_refused_naming_its_own_format(build, stated, better, tmp_path):
    torch.manual_seed(0)
    with pytest.raises(CheckpointError, match=rf"unexpected: .* By its marks it is of the format {better}\."):
        import_checkpoint(saved(build().file, tmp_path), stated)


def test_backbone_of_dino_alone_is_not_guessed_because_timm_has_the_same_names(tmp_path):
    torch.manual_seed(0)
    path = saved(layouts.dino().encoder, tmp_path)
    with pytest.raises(CheckpointError, match=r"dino or timm, .* State which with --format"):
        import_checkpoint(path)
    for name in ("dino", "timm"):
        assert any(note.startswith("Warning: the names do not tell") for note in import_checkpoint(path, name).notes)


def test_timms_dinov2_as_dinov2_warns_of_the_missing_mask_token(tmp_path):
    torch.manual_seed(0)
    imported = import_checkpoint(saved(layouts.timm_dinov2().file, tmp_path), "dinov2")
    assert any("mask_token" in note and note.startswith("Warning") for note in imported.notes)


def test_fixed_positions_are_known_in_half_precision_and_by_row_first():
    table = layouts.sincos_table(64, 14)
    turned = table[:, 1:].view(14, 14, 64).transpose(0, 1).reshape(1, 196, 64)
    learned = table + 0.02 * torch.randn(table.shape, generator=torch.Generator().manual_seed(0))
    assert [fixed_positions({"pos_embed": value}) for value in (table, table.half(), turned, learned)] == [
        True,
        True,
        True,
        False,
    ]
    assert fixed_positions({}) is None


@pytest.mark.parametrize("build", [layouts.timm_dinov2, layouts.timm_dinov3, layouts.timm_dinov2_registers])
def test_timms_dino_models_have_imagenets_mean(build, tmp_path):
    torch.manual_seed(0)
    assert import_checkpoint(saved(build().file, tmp_path), "timm").mean == (0.485, 0.456, 0.406)


def test_config_of_timm_beside_the_file_names_format_mean_and_std(tmp_path):
    torch.manual_seed(0)
    save_file(layouts.dino().encoder, tmp_path / "model.safetensors")
    config = {
        "architecture": "vit_base_patch16_224",
        "num_classes": 0,
        "pretrained_cfg": {"mean": [0.4, 0.5, 0.6], "std": [0.1, 0.2, 0.3]},
    }
    (tmp_path / "config.json").write_text(json.dumps(config))
    imported = import_checkpoint(tmp_path)
    assert (imported.format, imported.mean, imported.std) == ("timm", (0.4, 0.5, 0.6), (0.1, 0.2, 0.3))
    assert not any("Warning" in note for note in imported.notes)


def test_residual_post_norm_of_timm_is_refused_and_told_from_a_model_without_cls(tmp_path):
    torch.manual_seed(0)
    state = dict(layouts.timm_registers().encoder)
    del state["cls_token"], state["reg_token"]
    save_file(state, tmp_path / "model.safetensors")
    with pytest.raises(CheckpointError, match=r"vit_.*_rpn_.* not supported"):
        import_checkpoint(tmp_path / "model.safetensors", "timm")
    assert import_checkpoint(tmp_path / "model.safetensors", "timm", ImportOptions(force=True)).format == "timm"
    for architecture, accepted in (("vit_base_patch16_rpn_224", False), ("vit_base_patch16_gap_224", True)):
        (tmp_path / "config.json").write_text(json.dumps({"architecture": architecture, "pretrained_cfg": {}}))
        if accepted:
            assert import_checkpoint(tmp_path).format == "timm"
        else:
            with pytest.raises(CheckpointError, match="_rpn_"):
                import_checkpoint(tmp_path)


def test_eva_with_a_table_is_refused_because_its_rotary_positions_are_not_in_the_file(tmp_path):
    torch.manual_seed(0)
    state = {**layouts.timm_dinov3(biases=True).file, "pos_embed": torch.randn(1, 197, 128)}
    with pytest.raises(CheckpointError, match="Eva class"):
        import_checkpoint(saved(state, tmp_path), "timm")


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("image_encoder.trunk.blocks.0.attn.qkv.weight", "Hiera"),
        ("model.image_encoder.trunk.pos_embed_window", "Hiera"),
        ("blocks.2.proj.weight", "hierarchical"),
        ("image_encoder.blocks.0.attn.rel_pos_h", "Segment Anything"),
        ("visual.transformer.resblocks.0.attn.in_proj_weight", "CLIP"),
        ("vision_model.encoder.layers.0.self_attn.k_proj.weight", "CLIP"),
        ("norm_pre.weight", "CLIP"),
        ("vit.encoder.layer.0.layernorm_before.weight", "Hugging Face"),
        ("layers.0.blocks.0.attn.relative_position_bias_table", "Swin"),
        ("stages.0.blocks.0.conv_dw.weight", "ConvNeXt"),
        ("model.embed_tokens.weight", "language model"),
    ],
)
def test_models_that_are_not_supported_are_named(name, told, tmp_path):
    path = saved({name: torch.zeros(3, 3)}, tmp_path)
    for stated in (None, "dinov2", "timm"):
        with pytest.raises(CheckpointError, match=told):
            import_checkpoint(path, stated)


def test_command_without_format_says_what_it_took(tmp_path, capsys):
    torch.manual_seed(0)
    path = saved(layouts.timm().file, tmp_path)
    assert main(["import", str(path), "-o", str(tmp_path / "vit.onnx")]) == 0
    printed = capsys.readouterr().out
    assert "of the format timm" in printed
    assert "Mean and std of timm's AugReg weights were taken, 0.5" in printed
    assert f"npx propago models register {tmp_path / 'vit.onnx'} --name vit" in printed
    assert read_card(onnx.load(tmp_path / "vit.onnx")).mean == (0.5, 0.5, 0.5)


def test_command_refuses_a_wrong_format_and_leaves_no_file(tmp_path, capsys):
    torch.manual_seed(0)
    path = saved(layouts.timm().file, tmp_path)
    assert main(["import", "--format", "dinov2", str(path), "-o", str(tmp_path / "vit.onnx")]) == 2
    said = capsys.readouterr().err
    assert "As dinov2 its images would be normalised with mean 0.485, 0.456, 0.406 and std" in said
    assert "timm has mean 0.5, 0.5, 0.5 and std 0.5, 0.5, 0.5" in said
    assert not (tmp_path / "vit.onnx").exists()
