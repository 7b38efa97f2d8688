"""Any encoder of this package as one ONNX file with its card, checked against PyTorch.

    report = export_encoder(encoder, Path("encoder.onnx"), name="mine", provenance="trained on ...")

Batch, height and width are free. Weights may be stored as float16, or kernels as int8 with a scale per output channel;
both are turned back into float32 in the graph, so that features depend on nothing but the image. Activations stay as
they are; `graph/quantise.py` is for those.
"""

from __future__ import annotations

import copy
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import numpy as np
import onnxruntime
import torch
from torch import nn

from propago_trainer.card import (
    CARD_KEY,
    GOLDEN_KEY,
    IMAGENET_MEAN,
    IMAGENET_STD,
    EncoderCard,
    Floats,
    Triple,
    golden_image,
    golden_json,
    patch_rows,
    set_metadata,
)
from propago_trainer.graph.builder import SMALL, ExportError, GraphBuilder, Weights, as_array, int8_scale
from propago_trainer.graph.convnet import fold_convnet, write_convnet
from propago_trainer.graph.onnx_file import OnnxFile
from propago_trainer.graph.pyramid import write_pyramid
from propago_trainer.graph.resnet import fold_resnet, write_resnet
from propago_trainer.graph.vit import write_vit
from propago_trainer.models.convnet import ConvEncoder
from propago_trainer.models.pyramid import PyramidEncoder
from propago_trainer.models.resnet import ResNet
from propago_trainer.models.vit import VisionTransformer

#: Largest error that a file may have, relative to the largest feature.
MAX_RELATIVE_ERROR = 1e-3
#: Mean cosine that features must keep with those of the weights before rounding.
MIN_KEPT_COSINE = 0.95
#: Checked sizes: batch, rows and columns in units of the input multiple. The last is 480x832 at 16 px.
CHECKED_SIZES = ((1, 4, 6), (2, 10, 7), (1, 30, 52))
#: From this many parameters on an encoder is checked at small sizes only: a ViT-L has 300 million, a ViT-B 86.
LARGE = 150_000_000
CHECKED_SIZES_OF_LARGE = ((1, 4, 6), (2, 10, 7))


@dataclass(frozen=True)
class SizeCheck:
    """Agreement of a file with other features at one size.

    The largest error, as it is and relative to the largest feature, and the mean cosine per patch.
    """

    shape: tuple[int, ...]
    absolute_error: float
    relative_error: float
    cosine: float

    def __str__(self) -> str:
        size = "x".join(str(side) for side in self.shape)
        return f"{size}: max error {self.absolute_error:.1e}, {self.relative_error:.1e} of the largest feature"


@dataclass(frozen=True)
class ExportReport:
    """What was written and how it was checked. `kept`: mean cosine with the features before weights were rounded."""

    path: Path
    bytes: int
    card: EncoderCard
    checks: tuple[SizeCheck, ...]
    kept: float = 1.0

    def __str__(self) -> str:
        first = f"{self.path}: {self.bytes / 1e6:.1f} MB, {self.card.layout}, dim {self.card.dim}"
        rounded = [f"  mean cosine with float32 weights {self.kept:.5f}"] if self.kept < 1 else []
        return "\n".join([first, *(f"  {check}" for check in self.checks), *rounded])


def card_of(
    encoder: nn.Module, name: str, provenance: str, mean: Triple = IMAGENET_MEAN, std: Triple = IMAGENET_STD
) -> EncoderCard:
    """The card of an encoder; shape facts come from the encoder itself.

    @raises TypeError for a module that has no graph
    """
    if isinstance(encoder, VisionTransformer | ConvEncoder):
        patch = encoder.config.patch
        layer = "after the last norm" if isinstance(encoder, VisionTransformer) else "last convolution"
        return EncoderCard(name, patch, encoder.config.dim, "tokens", patch, mean, std, False, provenance, layer)
    if isinstance(encoder, PyramidEncoder):
        config, layer = encoder.config, "finest map of the pyramid" + (", colour" if encoder.config.colour else "")
        return EncoderCard(
            name, config.patch, config.dim, "tokens", config.patch, mean, std, config.colour, provenance, layer
        )
    if isinstance(encoder, ResNet):
        layer = f"res{encoder.config.stages + 1}"
        return EncoderCard(name, 8, encoder.config.dim, "map", 8, mean, std, False, provenance, layer)
    raise TypeError(f"No graph can be written for {type(encoder).__name__}; see propago_trainer/graph.")


def write_model(encoder: nn.Module, card: EncoderCard, weights: Weights = "fp32") -> OnnxFile:
    """The ONNX model of an encoder, without metadata.

    @raises TypeError for a module that has no graph
    """
    graph = GraphBuilder(weights)
    tokens: list[int | str] = ["batch", "patches", card.dim]
    feature_map: list[int | str] = ["batch", card.dim, "rows", "cols"]
    shape = tokens if card.layout == "tokens" else feature_map
    if isinstance(encoder, VisionTransformer):
        return graph.model("image", write_vit(graph, encoder, "image"), shape, "vision_transformer")
    if isinstance(encoder, ResNet):
        return graph.model("image", write_resnet(graph, encoder, "image"), shape, "resnet")
    if isinstance(encoder, ConvEncoder):
        return graph.model("image", write_convnet(graph, encoder, "image"), shape, "convnet")
    if isinstance(encoder, PyramidEncoder):
        return graph.model("image", write_pyramid(graph, encoder, "image"), shape, "pyramid")
    raise TypeError(f"No graph can be written for {type(encoder).__name__}; see propago_trainer/graph.")


def export_encoder(
    encoder: nn.Module,
    path: Path,
    *,
    name: str,
    provenance: str,
    mean: Triple = IMAGENET_MEAN,
    std: Triple = IMAGENET_STD,
    weights: Weights = "fp32",
) -> ExportReport:
    """Writes an encoder as one ONNX file and compares it with PyTorch at three sizes, a large one at two small ones.

    With fewer bits the comparison is with the encoder whose weights were rounded alike.

    @raises ExportError if the file differs from PyTorch or rounding changes the features too much; nothing is left at
    `path` then
    @raises TypeError for a module that has no graph
    """
    card = card_of(encoder, name, provenance, mean, std)
    reference = reference_of(encoder, shared=weights == "fp32")
    kept = 1.0
    if weights != "fp32":
        image = next(iter(checked_images(card)))
        original = run_torch(reference, image)
        round_weights(reference, weights)
        kept = difference(card, run_torch(reference, image), original, image.shape).cosine
    model = write_model(reference, card, weights)
    golden = golden_json(card, run_torch(reference, golden_image(card)))
    set_metadata(model.model, {CARD_KEY: card.to_json(), GOLDEN_KEY: golden})
    if kept < MIN_KEPT_COSINE:
        raise ExportError(f"{weights} changes the features too much: mean cosine {kept:.3f} with those of float32.")
    sizes = checked_sizes(reference)
    with written_when_sound(path, model) as (partial, size):
        checks = compare(card, partial, lambda image: run_torch(reference, image), sizes)
        if not max(check.relative_error for check in checks) <= MAX_RELATIVE_ERROR:
            raise ExportError(f"The ONNX file differs from PyTorch: {'; '.join(map(str, checks))}")
    return ExportReport(path, size, card, tuple(checks), kept)


def reference_of(encoder: nn.Module, shared: bool) -> nn.Module:
    """The encoder on the CPU, in float32 and in evaluation mode; the one that is given stays as it is.

    @param shared whether its weights may be the same tensors, because nothing will change them
    """
    own = {id(p): p for p in encoder.parameters() if shared and p.device.type == "cpu" and p.dtype == torch.float32}
    return copy.deepcopy(encoder, own).cpu().float().eval()


def checked_sizes(encoder: nn.Module) -> Sequence[tuple[int, int, int]]:
    """Sizes at which a file is compared; a large encoder takes minutes for the largest."""
    count = sum(parameter.numel() for parameter in encoder.parameters())
    return CHECKED_SIZES if count < LARGE else CHECKED_SIZES_OF_LARGE


def round_weights(encoder: nn.Module, weights: Weights) -> None:
    """Rounds in place what a file with such weights stores rounded."""
    if isinstance(encoder, ResNet):
        fold_resnet(encoder)
    elif isinstance(encoder, ConvEncoder | PyramidEncoder):
        fold_convnet(encoder)
    kernels = {id(part.weight) for part in encoder.modules() if isinstance(part, nn.Linear | nn.Conv2d)}
    for parameter in encoder.parameters():
        if parameter.numel() < SMALL:
            continue
        if weights == "int8" and id(parameter) in kernels:
            array = as_array(parameter)
            scale = int8_scale(array, 0)
            parameter.data = torch.from_numpy(np.rint(array / scale) * scale)
        else:
            parameter.data = parameter.data.half().float()


def run_torch(encoder: nn.Module, image: Floats) -> Floats:
    """Features of normalised images by PyTorch."""
    with torch.inference_mode():
        return cast(Floats, encoder(torch.from_numpy(image)).numpy())


def open_onnx(model: bytes | Path) -> Callable[[Floats], Floats]:
    """Features of normalised images by ONNX Runtime on the CPU; from a file it reads the weights one by one."""
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    source = str(model) if isinstance(model, Path) else model
    session = onnxruntime.InferenceSession(source, options, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    return lambda image: cast(Floats, session.run(None, {name: image})[0])


def compare(
    card: EncoderCard,
    path: Path,
    expected: Callable[[Floats], Floats],
    sizes: Sequence[tuple[int, int, int]] = CHECKED_SIZES,
) -> list[SizeCheck]:
    """Compares a file with other features of the same images at some sizes.

    @raises ExportError if a shape differs
    """
    run = open_onnx(path)
    checks = []
    for image in checked_images(card, sizes):
        got, wanted = run(image), expected(image)
        if got.shape != wanted.shape:
            raise ExportError(f"The ONNX file gives the shape {got.shape} instead of {wanted.shape}.")
        checks.append(difference(card, got, wanted, image.shape))
    return checks


def checked_images(card: EncoderCard, sizes: Sequence[tuple[int, int, int]] = CHECKED_SIZES) -> Iterator[Floats]:
    """Patches of different colours under noise, normalised for the encoder. Colours stay in 0..1: encoders that begin
    with colour arithmetic take no others."""
    random = np.random.default_rng(0)
    mean, std = (np.array(value, np.float32).reshape(3, 1, 1) for value in (card.mean, card.std))
    for batch, rows, cols in sizes:
        coarse = random.standard_normal((batch, 3, rows, cols), dtype=np.float32)
        image = coarse.repeat(card.input_multiple, axis=2).repeat(card.input_multiple, axis=3)
        image += 0.3 * random.standard_normal(image.shape, dtype=np.float32)
        yield ((0.5 + 0.2 * image).clip(0, 1) - mean) / std


def difference(card: EncoderCard, got: Floats, wanted: Floats, shape: tuple[int, ...]) -> SizeCheck:
    """How far features are from those that were wanted."""
    error = float(np.abs(got - wanted).max())
    a, b = patch_rows(card, got), patch_rows(card, wanted)
    length = np.linalg.norm(a, axis=2) * np.linalg.norm(b, axis=2)
    cosine = float(((a * b).sum(axis=2) / np.maximum(length, 1e-12)).mean())
    return SizeCheck(shape, error, error / float(np.abs(wanted).max()), cosine)


@contextmanager
def written_when_sound(path: Path, model: OnnxFile) -> Iterator[tuple[Path, int]]:
    """Writes a model beside `path` and moves it there when the body ends well: readers see the whole file or none.

    Gives the file to check and its length in bytes.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with partial.open("wb") as file:
            size = model.write(file)
        yield partial, size
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
