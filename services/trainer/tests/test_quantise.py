"""A quantised file gives nearly the features of its source, the same for a frame whatever is beside it."""

from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from encoders import metadata, operators
from onnx import numpy_helper

from propago_trainer.card import CARD_KEY, GOLDEN_KEY, IMAGENET_MEAN, read_card
from propago_trainer.cli import main
from propago_trainer.export import export_encoder, open_onnx
from propago_trainer.graph.builder import ExportError
from propago_trainer.graph.quantise import normalised, quantise
from propago_trainer.models.convnet import ConvConfig, ConvEncoder
from propago_trainer.models.vit import VisionTransformer, VitConfig
from propago_trainer.quantise_command import generated_pictures

SHIPPED = Path(__file__).parents[3] / "encoders/conv-descriptor-fp32.onnx"


@pytest.fixture(scope="module")
def pictures():
    return generated_pictures(6, seed=3)


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    torch.manual_seed(0)
    file = tmp_path_factory.mktemp("source") / "wide.onnx"
    encoder = ConvEncoder(ConvConfig(dim=24, width=64)).eval()
    return export_encoder(encoder, file, name="wide", provenance="Random.", weights="fp16").path


def test_features_are_nearly_those_of_the_source(source, pictures, tmp_path):
    report = quantise(source, tmp_path / "small.onnx", calibration=pictures[2:], held_out=pictures[:2], name="small")
    assert report.kept > 0.995
    model = onnx.load(report.path)
    onnx.checker.check_model(model, full_check=True)
    card = read_card(model)
    assert (card.name, card.provenance) == ("small", "Random. Convolutions in 8 bits, calibrated on 4 pictures.")
    assert metadata(model).keys() == {CARD_KEY, GOLDEN_KEY}
    # [1, patches, dim]
    got, wanted = (open_onnx(file)(normalised(card, pictures[0])) for file in (report.path, source))
    cosine = (got * wanted).sum(2) / np.linalg.norm(got, axis=2) / np.linalg.norm(wanted, axis=2)
    assert cosine.mean() == pytest.approx(report.checks[0].cosine)
    assert report.bytes == report.path.stat().st_size < source.stat().st_size


def test_no_sum_of_two_products_leaves_16_bits(source, pictures, tmp_path):
    quantise(source, tmp_path / "small.onnx", calibration=pictures[:4], held_out=pictures[4:], name="small")
    model = onnx.load(tmp_path / "small.onnx")
    kernels = [numpy_helper.to_array(t) for t in model.graph.initializer if len(t.dims) == 4]
    in_bytes = [kernel for kernel in kernels if kernel.dtype == np.int8]
    assert len(in_bytes) >= 10
    assert max(int(np.abs(kernel.astype(int)).max()) for kernel in in_bytes) * 2 * 255 < 2**15
    # Nothing in between is summed in an order that depends on the processor.
    assert len(in_bytes) == len(kernels)
    assert {"QuantizeLinear", "DequantizeLinear"} < set(operators(model))
    assert {entry.domain for entry in model.opset_import} == {""}


def test_a_frame_has_the_same_features_beside_any_other(source, pictures, tmp_path):
    report = quantise(source, tmp_path / "small.onnx", calibration=pictures[:4], held_out=pictures[4:], name="small")
    run = open_onnx(report.path)
    frame, bright = normalised(report.card, pictures[0]), normalised(report.card, np.ones_like(pictures[0]))
    np.testing.assert_array_equal(run(np.concatenate([frame, bright]))[:1], run(frame))


def test_refuses_what_has_no_convolutions(pictures, tmp_path):
    vit = VisionTransformer(VitConfig(dim=48, depth=1, heads=3)).eval()
    report = export_encoder(vit, tmp_path / "vit.onnx", name="vit", provenance="random")
    with pytest.raises(ValueError, match="has no convolution to quantise"):
        quantise(report.path, tmp_path / "small.onnx", calibration=pictures, held_out=pictures, name="small")


def test_refuses_scales_that_fit_other_pictures_and_leaves_nothing(source, pictures, tmp_path):
    # Of this colour the normalised image is zero, and so is every activation that decides a scale.
    plain = [np.broadcast_to(np.float32(IMAGENET_MEAN).reshape(3, 1, 1), p.shape).copy() for p in pictures]
    with pytest.raises(ExportError, match="8 bits change the features too much"):
        quantise(source, tmp_path / "small.onnx", calibration=plain, held_out=pictures, name="small")
    assert list(tmp_path.iterdir()) == []


def test_command_quantises_the_shipped_encoder(tmp_path, capsys):
    assert main(["quantise", str(SHIPPED), "-o", str(tmp_path / "q.onnx"), "--pictures", "4", "--name", "mine"]) == 0
    assert "mean cosine with float32 weights 0.99" in capsys.readouterr().out
    assert read_card(onnx.load(tmp_path / "q.onnx")).name == "mine"
    assert main(["quantise", str(tmp_path / "none.onnx"), "-o", str(tmp_path / "x.onnx")]) == 2


def test_colours_of_single_pixels_stay_in_float32():
    shipped = onnx.load(SHIPPED.with_name("conv-descriptor.onnx"))
    kernels = [numpy_helper.to_array(t) for t in shipped.graph.initializer if len(t.dims) == 4]
    assert {kernel.shape[1:] for kernel in kernels if kernel.dtype == np.float32} == {(3, 1, 1)}
