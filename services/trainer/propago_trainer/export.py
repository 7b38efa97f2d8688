"""Any encoder of this package as one ONNX file with its card, checked against PyTorch.

    report = export_encoder(encoder, Path("encoder.onnx"), name="mine", provenance="trained on ...")

Batch, height and width are free; weights may be stored as float16 (cast back in the graph) or run as int8.
"""

from __future__ import annotations

import copy
import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast

import numpy as np
import onnx
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
from propago_trainer.graph.builder import HALF_MIN_ELEMENTS, GraphBuilder
from propago_trainer.graph.convnet import fold_convnet, write_convnet
from propago_trainer.graph.resnet import fold_resnet, write_resnet
from propago_trainer.graph.vit import write_vit
from propago_trainer.models.convnet import ConvEncoder
from propago_trainer.models.resnet import ResNet
from propago_trainer.models.vit import VisionTransformer

Weights = Literal["fp32", "fp16", "int8"]

#: Largest error that a file may have, relative to the largest feature.
MAX_RELATIVE_ERROR = 1e-3
#: Mean cosine that int8 features must have with those of float32.
MIN_INT8_COSINE = 0.95
#: Checked sizes: batch, rows and columns in units of the input multiple. The last is 480x832 at 16 px.
CHECKED_SIZES = ((1, 4, 6), (2, 10, 7), (1, 30, 52))


class ExportError(RuntimeError):
    """The written file does not give the encoder's features."""


@dataclass(frozen=True)
class SizeCheck:
    """Agreement of a file with PyTorch at one size: error relative to the largest feature, mean cosine per patch."""

    shape: tuple[int, ...]
    relative_error: float
    cosine: float

    def __str__(self) -> str:
        size = "x".join(str(side) for side in self.shape)
        return f"{size}: max error {self.relative_error:.1e} of the largest feature, mean cosine {self.cosine:.6f}"


@dataclass(frozen=True)
class ExportReport:
    """What was written and how it was checked."""

    path: Path
    bytes: int
    card: EncoderCard
    checks: tuple[SizeCheck, ...]

    def __str__(self) -> str:
        lines = [f"{self.path}: {self.bytes / 1e6:.1f} MB, {self.card.layout}, dim {self.card.dim}"]
        return "\n".join([*lines, *(f"  {check}" for check in self.checks)])


def card_of(
    encoder: nn.Module, name: str, provenance: str, mean: Triple = IMAGENET_MEAN, std: Triple = IMAGENET_STD
) -> EncoderCard:
    """The card of an encoder; shape facts come from the encoder itself.

    @raises TypeError for a module that has no graph
    """
    if isinstance(encoder, VisionTransformer | ConvEncoder):
        patch = encoder.config.patch
        return EncoderCard(name, patch, encoder.config.dim, "tokens", patch, mean, std, provenance=provenance)
    if isinstance(encoder, ResNet):
        return EncoderCard(name, 8, encoder.config.dim, "map", 8, mean, std, provenance=provenance)
    raise TypeError(f"No graph can be written for {type(encoder).__name__}; see propago_trainer/graph.")


def write_model(encoder: nn.Module, card: EncoderCard, half_weights: bool = False) -> onnx.ModelProto:
    """The ONNX model of an encoder, without metadata.

    @raises TypeError for a module that has no graph
    """
    graph = GraphBuilder(half_weights)
    tokens: list[int | str] = ["batch", "patches", card.dim]
    feature_map: list[int | str] = ["batch", card.dim, "rows", "cols"]
    shape = tokens if card.layout == "tokens" else feature_map
    if isinstance(encoder, VisionTransformer):
        return graph.model("image", write_vit(graph, encoder, "image"), shape, "vision_transformer")
    if isinstance(encoder, ResNet):
        return graph.model("image", write_resnet(graph, encoder, "image"), shape, "resnet")
    if isinstance(encoder, ConvEncoder):
        return graph.model("image", write_convnet(graph, encoder, "image"), shape, "convnet")
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
    """Writes an encoder as one ONNX file and compares it with PyTorch at three sizes.

    With float16 weights the comparison is with the encoder whose weights were rounded alike; int8 is compared by cosine
    and carries no golden features, because int8 sums differ between processors.

    @raises ExportError if the file differs from PyTorch; nothing is left at `path` then
    @raises TypeError for a module that has no graph
    """
    card = card_of(encoder, name, provenance, mean, std)
    reference = copy.deepcopy(encoder).cpu().float().eval()
    if weights == "fp16":
        round_to_half(reference)
    model = write_model(reference, card, half_weights=weights == "fp16")
    if weights == "int8":
        model = quantised(model)
    entries = {CARD_KEY: card.to_json()}
    if weights != "int8":
        entries[GOLDEN_KEY] = golden_json(card, run_torch(reference, golden_image(card)))
    set_metadata(model, entries)
    content = model.SerializeToString()
    checks = compare(card, content, lambda image: run_torch(reference, image))
    worst = max(check.relative_error for check in checks)
    if weights == "int8" and min(check.cosine for check in checks) < MIN_INT8_COSINE:
        raise ExportError(f"int8 changes the features too much: {'; '.join(map(str, checks))}")
    if weights != "int8" and not worst <= MAX_RELATIVE_ERROR:
        raise ExportError(f"The ONNX file differs from PyTorch: {'; '.join(map(str, checks))}")
    write_atomically(path, content)
    return ExportReport(path, len(content), card, tuple(checks))


def round_to_half(encoder: nn.Module) -> None:
    """Rounds in place the parameters that a file with float16 weights stores so."""
    if isinstance(encoder, ResNet):
        fold_resnet(encoder)
    elif isinstance(encoder, ConvEncoder):
        fold_convnet(encoder)
    with torch.no_grad():
        for parameter in encoder.parameters():
            if parameter.numel() >= HALF_MIN_ELEMENTS:
                parameter.copy_(parameter.half().float())


def quantised(model: onnx.ModelProto) -> onnx.ModelProto:
    """The model with int8 matrix products; activations are scaled at run time.

    @raises ExportError if the model has no matrix products to quantise
    """
    from onnxruntime.quantization import QuantType, quantize_dynamic

    if all(entry.op_type != "MatMul" for entry in model.graph.node):
        raise ExportError("int8 is for encoders made of matrix products; this one has convolutions only.")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "int8.onnx")
        quantize_dynamic(model, path, op_types_to_quantize=["MatMul"], weight_type=QuantType.QInt8, per_channel=True)
        return onnx.load(path)


def run_torch(encoder: nn.Module, image: Floats) -> Floats:
    """Features of normalised images by PyTorch."""
    with torch.inference_mode():
        return cast(Floats, encoder(torch.from_numpy(image)).numpy())


def run_onnx(content: bytes, image: Floats) -> Floats:
    """Features of normalised images by ONNX Runtime on the CPU."""
    session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    return cast(Floats, session.run(None, {session.get_inputs()[0].name: image})[0])


def compare(card: EncoderCard, content: bytes, expected: Callable[[Floats], Floats]) -> list[SizeCheck]:
    """Compares a file with other features of the same images at three sizes; the images are smooth noise."""
    random = np.random.default_rng(0)
    checks = []
    for batch, rows, cols in CHECKED_SIZES:
        coarse = random.standard_normal((batch, 3, rows, cols), dtype=np.float32)
        image = coarse.repeat(card.input_multiple, axis=2).repeat(card.input_multiple, axis=3)
        image += 0.3 * random.standard_normal(image.shape, dtype=np.float32)
        # Encoders that begin with colour arithmetic take no values outside 0..1.
        mean, std = (np.array(value, np.float32).reshape(3, 1, 1) for value in (card.mean, card.std))
        image = ((0.5 + 0.2 * image).clip(0, 1) - mean) / std
        got, wanted = run_onnx(content, image), expected(image)
        if got.shape != wanted.shape:
            raise ExportError(f"The ONNX file gives the shape {got.shape} instead of {wanted.shape}.")
        error = float(np.abs(got - wanted).max() / np.abs(wanted).max())
        a, b = patch_rows(card, got), patch_rows(card, wanted)
        length = np.linalg.norm(a, axis=2) * np.linalg.norm(b, axis=2)
        cosine = float(((a * b).sum(axis=2) / np.maximum(length, 1e-12)).mean())
        checks.append(SizeCheck(image.shape, error, cosine))
    return checks


def write_atomically(path: Path, content: bytes) -> None:
    """Readers see the whole file or none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        partial.write_bytes(content)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
