"""A convolutional encoder whose convolutions work on bytes: about two and a half times as fast on a CPU with VNNI.

Each activation has one scale and one zero point, found beforehand on pictures; kernels have a scale per output channel.
So a frame's features follow from that frame alone, whatever is in the batch beside it. Kernels have 7 bits: then no sum
of two products leaves 16 bits, and processors with and without VNNI compute the same integers. That holds from the
first convolution on, because what comes before it works on single pixels: rounding that differs between processors
would otherwise be magnified to a step of the next scale.
"""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
from onnx import numpy_helper
from onnxruntime.quantization import (
    CalibrationDataReader,
    CalibrationMethod,
    QuantFormat,
    QuantType,
    quantize_static,
)

from propago_trainer.card import (
    CARD_KEY,
    GOLDEN_KEY,
    EncoderCard,
    Floats,
    golden_image,
    golden_json,
    read_card,
    set_metadata,
)
from propago_trainer.export import ExportReport, SizeCheck, difference, open_onnx, written_when_sound
from propago_trainer.graph.builder import ExportError
from propago_trainer.graph.onnx_file import OnnxFile

COLOURS = 3
#: Mean cosine that the features of pictures must keep.
MIN_KEPT_COSINE = 0.995


class Pictures(CalibrationDataReader):  # type: ignore[misc]
    """Images, each [1, 3, height, width] as the encoder takes them, in the form in which calibration asks for them."""

    def __init__(self, images: Iterable[Floats], input_name: str) -> None:
        self._images: Iterator[Floats] = iter(images)
        self._name = input_name

    def get_next(self) -> dict[str, Floats] | None:
        """The next image by the name of the graph's input, or nothing."""
        image = next(self._images, None)
        return None if image is None else {self._name: image}


def quantise(
    file: Path, path: Path, *, calibration: Sequence[Floats], held_out: Sequence[Floats], name: str
) -> ExportReport:
    """Writes an encoder with its convolutions in 8 bits.

    @param calibration: RGB in 0..1, [1, 3, height, width] each, that decide the scales
    @param held_out: others, on which features are compared with those of the given file
    @raises ValueError if the file has no card, or no convolution to quantise
    @raises ExportError if the features of held-out pictures change too much; nothing is left at `path` then
    """
    original = onnx.load(file)
    card = read_card(original)
    model = with_float_kernels(original)
    convolutions = quantised_convolutions(model)
    if not convolutions:
        raise ValueError(f"{file.name} has no convolution to quantise; only convolutional encoders can be.")
    small = quantised(model, convolutions, [normalised(card, image) for image in calibration])
    card = replace(
        card,
        name=name,
        provenance=f"{card.provenance} Convolutions in 8 bits, calibrated on {len(calibration)} pictures.".strip(),
    )
    run = open_onnx(small.SerializeToString())
    del small.metadata_props[:]
    set_metadata(small, {CARD_KEY: card.to_json(), GOLDEN_KEY: golden_json(card, run(golden_image(card)))})
    checks = changes(card, run, open_onnx(file), held_out)
    kept = float(np.mean([check.cosine for check in checks]))
    if not kept >= MIN_KEPT_COSINE:
        raise ExportError(f"8 bits change the features too much: mean cosine {kept:.4f} with those of {file.name}.")
    with written_when_sound(path, as_file(small)) as (_, size):
        return ExportReport(path, size, card, checks, kept)


def changes(
    card: EncoderCard, run: Callable[[Floats], Floats], original: Callable[[Floats], Floats], images: Sequence[Floats]
) -> tuple[SizeCheck, ...]:
    """How far the features of pictures, RGB in 0..1, [1, 3, height, width] each, have moved."""
    inputs = [normalised(card, image) for image in images]
    return tuple(difference(card, run(image), original(image), image.shape) for image in inputs)


def normalised(card: EncoderCard, image: Floats) -> Floats:
    """RGB in 0..1, [1, 3, height, width], as the encoder takes it."""
    mean, std = (np.array(value, np.float32).reshape(3, 1, 1) for value in (card.mean, card.std))
    return ((image - mean) / std).astype(np.float32)


def with_float_kernels(model: onnx.ModelProto) -> onnx.ModelProto:
    """The model with weights that are stored in fewer bits turned into float32, and every node named."""
    wide = onnx.ModelProto()
    wide.CopyFrom(model)
    stored = {tensor.name: tensor for tensor in wide.graph.initializer}
    kept = []
    for index, node in enumerate(wide.graph.node):
        if node.op_type == "Cast" and node.input[0] in stored:
            value = numpy_helper.to_array(stored[node.input[0]]).astype(np.float32)
            wide.graph.initializer.append(numpy_helper.from_array(value, node.output[0]))
            continue
        node.name = node.name or f"{node.op_type}{index}"
        kept.append(node)
    del wide.graph.node[:]
    wide.graph.node.extend(kept)
    used = {name for node in kept for name in node.input}
    weights = [tensor for tensor in wide.graph.initializer if tensor.name in used]
    del wide.graph.initializer[:]
    wide.graph.initializer.extend(weights)
    return wide


def quantised_convolutions(model: onnx.ModelProto) -> list[str]:
    """Names of all convolutions but projections of a pixel's colour; none where no convolution follows another."""
    kernels = {tensor.name: tuple(tensor.dims) for tensor in model.graph.initializer if len(tensor.dims) == 4}
    shapes = {node.name: kernels.get(node.input[1]) for node in model.graph.node if node.op_type == "Conv"}
    if not any(shape and shape[1] > COLOURS for shape in shapes.values()):
        return []
    return [name for name, shape in shapes.items() if shape and shape[1:] != (COLOURS, 1, 1)]


def quantised(model: onnx.ModelProto, nodes: list[str], images: Sequence[Floats]) -> onnx.ModelProto:
    """The model with those nodes between quantisation and its inverse, which ONNX Runtime fuses."""
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "float.onnx"), Path(folder, "bytes.onnx")
        onnx.save(model, source)
        # It advises steps that have been taken already, or have no effect on such a graph.
        logging.disable(logging.WARNING)
        try:
            quantize_static(
                source,
                target,
                Pictures(images, model.graph.input[0].name),
                quant_format=QuantFormat.QDQ,
                per_channel=True,
                reduce_range=True,
                activation_type=QuantType.QUInt8,
                weight_type=QuantType.QInt8,
                nodes_to_quantize=nodes,
                calibrate_method=CalibrationMethod.MinMax,
            )
        finally:
            logging.disable(logging.NOTSET)
        return onnx.load(target)


def as_file(model: onnx.ModelProto) -> OnnxFile:
    """The model with its constants beside it."""
    constants = {tensor.name: numpy_helper.to_array(tensor) for tensor in model.graph.initializer}
    return OnnxFile(model, constants)
