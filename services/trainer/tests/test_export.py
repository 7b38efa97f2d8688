"""Exported files give PyTorch's features at every size and say what they are."""

import base64
import json
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from encoders import metadata, operators, randomised
from torch import nn

from propago_trainer.card import CARD_KEY, GOLDEN_KEY, read_card
from propago_trainer.cli import main
from propago_trainer.export import difference, export_encoder, open_onnx, reference_of
from propago_trainer.graph import builder
from propago_trainer.graph.builder import ExportError
from propago_trainer.graph.join import join
from propago_trainer.models.convnet import ConvConfig, ConvEncoder
from propago_trainer.models.resnet import ResNet, ResNetConfig
from propago_trainer.models.vit import VisionTransformer, VitConfig

SMALL = {"dim": 48, "depth": 2, "heads": 3}
ENCODERS = {
    "sincos": lambda: VisionTransformer(VitConfig(**SMALL)),
    "learned positions of another grid, registers, LayerScale": lambda: VisionTransformer(
        VitConfig(**SMALL, positions="learned", grid=(5, 7), grid_offset=0.1, registers=2, layer_scale=True)
    ),
    "antialiased positions": lambda: VisionTransformer(
        VitConfig(**SMALL, positions="learned", grid=(9, 9), antialias=True)
    ),
    "learned positions without one for CLS": lambda: VisionTransformer(
        VitConfig(**SMALL, positions="learned", cls_position=False, patch=8)
    ),
    "rotary positions, SwiGLU": lambda: VisionTransformer(
        VitConfig(**SMALL, positions="rotary", registers=4, feed_forward="swiglu", mlp_ratio=8 / 3)
    ),
    "no CLS, patch 14, no query bias": lambda: VisionTransformer(
        VitConfig(**SMALL, cls=False, patch=14, qkv_bias=False)
    ),
    "residual network with reflected borders": lambda: ResNet(ResNetConfig(18, padding="reflect")),
    "residual network with a projection": lambda: ResNet(ResNetConfig(50, projection=24)),
    "convolutional encoder": lambda: ConvEncoder(ConvConfig(dim=24, width=32)),
}
#: What the platform's model registry accepts of these; no control flow, no functions.
ALLOWED = """
    Abs Add Cast Concat Conv Cos Div Erf Expand Identity LayerNormalization LessOrEqual MatMul Max MaxPool Min Mul Neg
    Pad Pow Range ReduceL2 ReduceSum Relu Reshape Resize Shape Sigmoid Sin Slice Softmax Split Squeeze Sub Transpose
    Unsqueeze Where
"""


def export(encoder: nn.Module, path: Path, weights="fp32", **options):
    return export_encoder(encoder, path, name="tiny", provenance="random", weights=weights, **options)


@pytest.mark.parametrize("kind", ENCODERS)
def test_file_equals_pytorch_at_three_sizes(kind, tmp_path):
    report = export(randomised(ENCODERS[kind]()), tmp_path / "tiny.onnx")
    assert len({check.shape[2:] for check in report.checks}) == 3
    assert max(check.relative_error for check in report.checks) < 1e-4


def test_report_tells_the_absolute_and_the_relative_error(tmp_path):
    report = export(randomised(VisionTransformer(VitConfig(**SMALL))), tmp_path / "tiny.onnx")
    wanted = np.array([[[2.0, -50.0, 5.0]]], np.float32)
    check = difference(report.card, wanted + np.float32([0.25, 0, 0]), wanted, (1, 3, 16, 16))
    assert (check.absolute_error, check.relative_error) == (0.25, 0.005)
    assert str(check) == "1x3x16x16: max error 2.5e-01, 5.0e-03 of the largest feature"
    assert str(report).count("of the largest feature") == 3


@pytest.mark.parametrize("kind", ENCODERS)
def test_graph_is_one_file_of_plain_operators_with_free_axes(kind, tmp_path):
    export(randomised(ENCODERS[kind]()), tmp_path / "tiny.onnx")
    model = onnx.load(tmp_path / "tiny.onnx", load_external_data=False)
    onnx.checker.check_model(model, full_check=True)
    assert set(operators(model)) <= set(ALLOWED.split())
    assert not model.functions
    assert [(entry.domain, entry.version) for entry in model.opset_import] == [
        ("", 18 if "antialiased" in kind else 17)
    ]
    (image,) = model.graph.input
    axes = [axis.dim_param or axis.dim_value for axis in image.type.tensor_type.shape.dim]
    assert axes == ["batch", 3, "height", "width"]
    assert [path.name for path in tmp_path.iterdir()] == ["tiny.onnx"]


@pytest.mark.parametrize("weights", ["fp32", "fp16", "int8"])
@pytest.mark.parametrize("kind", ENCODERS)
def test_file_has_the_bytes_that_protobuf_writes(kind, weights, tmp_path):
    report = export(randomised(ENCODERS[kind]()), tmp_path / "tiny.onnx", weights)
    content = report.path.read_bytes()
    assert len(content) == report.bytes
    assert onnx.load_from_string(content).SerializeToString(deterministic=True) == content


def test_large_encoder_is_checked_at_small_sizes_only(tmp_path, monkeypatch):
    encoder = randomised(VisionTransformer(VitConfig(**SMALL)))
    monkeypatch.setattr("propago_trainer.export.LARGE", 1000)
    sizes = [check.shape for check in export(encoder, tmp_path / "tiny.onnx").checks]
    assert sizes == [(1, 3, 64, 96), (2, 3, 160, 112)]


def test_export_shares_weights_that_it_does_not_change_and_leaves_the_encoder_as_it_is(tmp_path):
    encoder = randomised(VisionTransformer(VitConfig(**SMALL))).train()
    before = {name: value.clone() for name, value in encoder.state_dict().items()}
    shared, own = reference_of(encoder, shared=True), reference_of(encoder, shared=False)
    assert shared.norm.weight is encoder.norm.weight
    assert own.norm.weight is not encoder.norm.weight
    assert not shared.training
    for weights in ("fp32", "int8"):
        export(encoder, tmp_path / "tiny.onnx", weights)
    assert encoder.training
    assert encoder.blocks[0].training
    assert all(torch.equal(value, before[name]) for name, value in encoder.state_dict().items())


def test_half_weights_halve_the_file_and_stay_exact(tmp_path):
    encoder = randomised(VisionTransformer(VitConfig(dim=96, depth=2, heads=3)))
    whole = export(encoder, tmp_path / "whole.onnx")
    half = export(encoder, tmp_path / "half.onnx", "fp16")
    assert half.bytes < 0.6 * whole.bytes
    assert max(check.relative_error for check in half.checks) < 1e-4
    image = np.random.default_rng(0).standard_normal((1, 3, 32, 48), dtype=np.float32)
    features = [open_onnx(path.read_bytes())(image) for path in (whole.path, half.path)]
    assert 0 < np.abs(features[0] - features[1]).max() < 0.02


def test_half_weights_of_a_residual_network_are_those_after_folding(tmp_path):
    report = export(randomised(ResNet(ResNetConfig(18))), tmp_path / "half.onnx", "fp16")
    assert max(check.relative_error for check in report.checks) < 1e-4


@pytest.mark.parametrize("kind", ["sincos", "residual network with reflected borders", "convolutional encoder"])
def test_int8_kernels_quarter_the_file_and_keep_the_direction_of_the_features(kind, tmp_path):
    encoder = randomised(ENCODERS[kind]())
    whole = export(encoder, tmp_path / "whole.onnx")
    int8 = export(encoder, tmp_path / "int8.onnx", "int8")
    assert int8.bytes < 0.4 * whole.bytes
    assert max(check.relative_error for check in int8.checks) < 1e-4
    assert 0.98 < int8.kept < 1
    model = onnx.load(int8.path)
    assert set(operators(model)) <= set(ALLOWED.split())
    assert GOLDEN_KEY in metadata(model)


@pytest.mark.parametrize("weights", ["fp32", "fp16", "int8"])
def test_features_of_a_frame_do_not_depend_on_those_beside_it(weights, tmp_path):
    report = export(randomised(VisionTransformer(VitConfig(**SMALL))), tmp_path / "x.onnx", weights)
    run = open_onnx(report.path.read_bytes())
    images = np.random.default_rng(0).standard_normal((2, 3, 32, 48), dtype=np.float32) * [[[[1]]], [[[9]]]]
    images = images.astype(np.float32)
    np.testing.assert_allclose(run(images)[:1], run(images[:1]), atol=1e-5)


def test_rounding_that_changes_the_features_too_much_is_refused(tmp_path):
    encoder = randomised(VisionTransformer(VitConfig(**SMALL)))
    # One huge weight per output leaves a single step of int8 for all others.
    with torch.no_grad():
        for block in encoder.blocks:
            block.mlp.fc1.weight[:, 0] = 400
            block.norm2.weight[0] = block.norm2.bias[0] = 0
    with pytest.raises(ExportError, match="int8 changes the features too much"):
        export(encoder, tmp_path / "x.onnx", "int8")
    assert not any(tmp_path.iterdir())


def test_weights_that_do_not_fit_one_file_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(builder, "MAX_CONSTANT_BYTES", 100_000)
    with pytest.raises(ExportError, match="do not fit one ONNX file"):
        export(VisionTransformer(VitConfig(**SMALL)), tmp_path / "x.onnx")
    assert not any(tmp_path.iterdir())


def test_module_without_a_graph_is_refused(tmp_path):
    with pytest.raises(TypeError, match="Linear"):
        export(nn.Linear(2, 2), tmp_path / "x.onnx")
    assert not any(tmp_path.iterdir())


def test_encoder_that_differs_from_its_graph_leaves_no_file(tmp_path):
    class Shifted(VisionTransformer):
        def forward(self, images):
            return super().forward(images) + 1

    with pytest.raises(ExportError, match="differs from PyTorch"):
        export(Shifted(VitConfig(**SMALL)), tmp_path / "x.onnx")
    assert not any(tmp_path.iterdir())


def test_card_states_how_to_run_the_encoder(tmp_path):
    export(VisionTransformer(VitConfig(**SMALL, patch=8)), tmp_path / "x.onnx", mean=(0.5, 0.5, 0.5))
    assert json.loads(metadata(onnx.load(tmp_path / "x.onnx"))[CARD_KEY]) == {
        "name": "tiny",
        "patchSize": 8,
        "dim": 48,
        "inputMultiple": 8,
        "mean": [0.5, 0.5, 0.5],
        "std": [0.229, 0.224, 0.225],
        "inputRange": [0, 1],
        "layout": "tokens",
        "l2Normalised": False,
        "inputName": "image",
        "outputName": "features",
        "provenance": "random",
        "layer": "after the last norm",
    }


@pytest.mark.parametrize("kind", ["sincos", "residual network with a projection"])
def test_golden_features_can_be_computed_again_from_their_description(kind, tmp_path):
    encoder = randomised(ENCODERS[kind]())
    export(encoder, tmp_path / "x.onnx")
    entries = metadata(onnx.load(tmp_path / "x.onnx"))
    card, golden = json.loads(entries[CARD_KEY]), json.loads(entries[GOLDEN_KEY])
    assert golden["pattern"] == "affine-mod"
    image = torch.empty(1, 3, golden["height"], golden["width"])
    for c in range(3):
        for y in range(golden["height"]):
            for x in range(golden["width"]):
                value = (7 * x + 13 * y + 29 * c) % 256 / 255
                image[0, c, y, x] = (value - card["mean"][c]) / card["std"][c]
    with torch.no_grad():
        features = encoder(image)
    if card["layout"] == "map":
        features = features.flatten(2).transpose(1, 2)
    expected = torch.nn.functional.normalize(features[0], dim=1)
    stored = np.frombuffer(base64.b64decode(golden["features"]), "<f4")
    assert (golden["rows"], golden["cols"], golden["dim"]) == (4, 6, card["dim"])
    np.testing.assert_allclose(stored.reshape(24, -1), expected, atol=1e-5)


def test_join_concatenates_unit_features_on_the_finest_grid(tmp_path):
    coarse = export(randomised(VisionTransformer(VitConfig(**SMALL))), tmp_path / "coarse.onnx", "fp16")
    fine = export(randomised(ConvEncoder(ConvConfig(dim=24, width=32))), tmp_path / "fine.onnx", std=(1, 1, 1))
    report = join([(coarse.path, 0.7), (fine.path, 1.0)], tmp_path / "both.onnx", name="both", provenance="random")
    assert max(check.relative_error for check in report.checks) < 1e-4
    model = onnx.load(report.path)
    onnx.checker.check_model(model, full_check=True)
    assert set(operators(model)) <= set(ALLOWED.split())
    card = read_card(model)
    assert (card.patch_size, card.dim, card.input_multiple, card.layout) == (8, 72, 16, "map")
    image = np.random.default_rng(1).random((2, 3, 32, 48), dtype=np.float32)
    joined = open_onnx(report.path.read_bytes())(image)
    assert joined.shape == (2, 72, 4, 6)
    np.testing.assert_allclose(np.linalg.norm(joined, axis=1), 1, atol=1e-5)
    normalised = (image - np.reshape(fine.card.mean, (3, 1, 1))).astype(np.float32)
    alone = open_onnx(fine.path.read_bytes())(normalised).transpose(0, 2, 1).reshape(2, 24, 4, 6)
    alone /= np.linalg.norm(alone, axis=1, keepdims=True)
    np.testing.assert_allclose(joined[:, 48:], alone / np.sqrt(0.7**2 + 1), atol=1e-4)


def test_join_with_the_shipped_colour_descriptor_runs(tmp_path):
    shipped = Path(__file__).parents[3] / "encoders" / "colour-descriptor.onnx"
    learned = export(randomised(VisionTransformer(VitConfig(**SMALL))), tmp_path / "learned.onnx")
    report = join([(shipped, 1.0), (learned.path, 0.7)], tmp_path / "x.onnx", name="x", provenance="random")
    assert report.card.dim == 72 + 48
    assert max(check.relative_error for check in report.checks) < 1e-4


def test_join_takes_files_of_the_older_and_the_newer_operator_set(tmp_path):
    kinds = ("antialiased positions", "convolutional encoder")
    parts = [export(randomised(ENCODERS[kind]()), tmp_path / f"{index}.onnx") for index, kind in enumerate(kinds)]
    for order in (parts, parts[::-1]):
        files = [(part.path, 1.0) for part in order]
        report = join(files, tmp_path / "both.onnx", name="both", provenance="random")
        assert max(check.relative_error for check in report.checks) < 1e-4
        model = onnx.load(report.path)
        onnx.checker.check_model(model, full_check=True)
        assert [entry.version for entry in model.opset_import] == [18]


def test_join_refuses_a_file_without_a_card(tmp_path):
    part = export(VisionTransformer(VitConfig(**SMALL)), tmp_path / "x.onnx")
    model = onnx.load(part.path)
    del model.metadata_props[:]
    onnx.save(model, tmp_path / "bare.onnx")
    with pytest.raises(ValueError, match="no card"):
        join([(tmp_path / "bare.onnx", 1)], tmp_path / "y.onnx", name="y", provenance="")


def test_command_joins_files_with_their_weights(tmp_path, capsys):
    shipped = Path(__file__).parents[3] / "encoders" / "colour-descriptor.onnx"
    part = export(randomised(ConvEncoder(ConvConfig(dim=8, width=16))), tmp_path / "a.onnx")
    output = tmp_path / "joined.onnx"
    assert main(["join", str(shipped), f"{part.path}=0.5", "-o", str(output)]) == 0
    assert capsys.readouterr().out.count("max error") == 3
    assert "a.onnx x 0.5" in read_card(onnx.load(output)).provenance
    assert main(["join", str(tmp_path / "none.onnx"), "-o", str(output)]) == 2
