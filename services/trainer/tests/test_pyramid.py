"""The feature pyramid, the colour descriptor inside it, and the files that both become."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from propago_trainer.data.normalise import denormalise, normalise
from propago_trainer.export import export_encoder, open_onnx
from propago_trainer.graph.quantise import quantise
from propago_trainer.models import colour
from propago_trainer.models.colour import ColourDescriptor
from propago_trainer.models.pyramid import PyramidConfig, PyramidEncoder
from propago_trainer.quantise_command import generated_pictures

DESCRIPTOR = Path(__file__).parents[3] / "encoders/colour-descriptor.onnx"


def pictures(count: int, height: int, width: int) -> Tensor:
    """Smooth colours, 0..1."""
    coarse = torch.rand(count, 3, height // 8, width // 8, generator=torch.Generator().manual_seed(1))
    return F.interpolate(coarse, size=(height, width), mode="bilinear")


def encoder(*, inside: bool) -> PyramidEncoder:
    torch.manual_seed(0)
    made = PyramidEncoder(PyramidConfig(learned=24, width=32, blocks=(1, 1, 1), colour=inside))
    # As after some steps: what is zero at first would hide mistakes.
    for name, value in made.named_parameters():
        if name.endswith("norm.weight") or name.startswith("gate."):
            torch.nn.init.uniform_(value, 0.5, 1.5)
    made(normalise(pictures(2, 64, 64)))
    return made.eval()


def test_colours_are_those_of_the_descriptor_that_is_shipped() -> None:
    # Black, white and what lies beyond the outer bins too.
    images = torch.cat([pictures(2, 48, 80), torch.zeros(1, 3, 48, 80), torch.ones(1, 3, 48, 80)])
    images[0, :, :16, :16] = torch.tensor([1.0, 0.0, 0.0])[:, None, None]
    expected = open_onnx(DESCRIPTOR)(images.numpy())
    np.testing.assert_allclose(ColourDescriptor()(images).numpy(), expected, atol=1e-4)


@pytest.mark.parametrize("inside", [False, True])
def test_a_file_gives_the_features_of_the_encoder(inside: bool, tmp_path: Path) -> None:
    report = export_encoder(encoder(inside=inside), tmp_path / "p.onnx", name="p", provenance="Random.", weights="fp16")
    assert report.card.dim == 24 + (colour.DIM if inside else 0)
    assert report.card.l2_normalised == inside
    # Sides that no coarser map divides; the file is compared at others already.
    images = normalise(pictures(1, 56, 72))
    features = open_onnx(report.path)(images.numpy())
    assert features.shape == (1, 7 * 9, report.card.dim)
    if inside:
        np.testing.assert_allclose(np.linalg.norm(features, axis=2), 1, atol=1e-5)


def test_trust_moves_the_features_from_colour_to_what_was_learned() -> None:
    made = encoder(inside=True)
    assert made.gate is not None
    images = normalise(pictures(1, 64, 64))
    own = ColourDescriptor()(denormalise(images)).flatten(2).transpose(1, 2)
    with torch.no_grad():
        made.gate.weight.zero_()
        for bias, least, most in ((-12.0, 0.999, 1.0), (12.0, 0.0, 0.01)):
            made.gate.bias.fill_(bias)  # type: ignore[union-attr]
            colours = made(images)[..., : colour.DIM]
            assert least <= float((colours * own).sum(-1).mean()) <= most


def test_cells_see_further_than_the_trunk_at_stride_8_does() -> None:
    made = encoder(inside=False)
    images = normalise(pictures(1, 256, 256)).requires_grad_()
    made.features(images)[0, :, 16, 16].sum().backward()
    assert images.grad is not None
    reached = images.grad[0].abs().sum(0).nonzero()
    assert int(reached.max() - reached.min()) > 160


def test_a_pyramid_is_quantised_but_its_colours_are_not(tmp_path: Path) -> None:
    source = export_encoder(encoder(inside=True), tmp_path / "p.onnx", name="p", provenance="Random.").path
    images = generated_pictures(5, seed=3)
    report = quantise(source, tmp_path / "q.onnx", calibration=images[:3], held_out=images[3:], name="q")
    assert report.kept > 0.995
    assert report.bytes < 0.5 * source.stat().st_size
