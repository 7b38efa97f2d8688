"""The graphs of the feature pyramid and of the colour descriptor."""

from __future__ import annotations

import numpy as np
from torch import Tensor, nn

from propago_trainer.card import IMAGENET_MEAN, IMAGENET_STD
from propago_trainer.graph.builder import GraphBuilder, as_array
from propago_trainer.graph.convnet import write_residual
from propago_trainer.graph.convolution import write_conv
from propago_trainer.models import colour
from propago_trainer.models.colour import ColourDescriptor
from propago_trainer.models.convnet import ConvNorm, Residual
from propago_trainer.models.pyramid import SMALLEST_LENGTH, PyramidEncoder


def write_pyramid(graph: GraphBuilder, model: PyramidEncoder, image: str) -> str:
    """Images [batch, 3, height, width] -> patch features [batch, patches, dim], row-major."""
    x = _write_trunk(graph, model, image)
    learned = write_conv(graph, "head", model.head, None, x)
    if model.gate is None:
        return _tokens(graph, learned, model.config.dim)
    length = graph.add("Max", graph.add("ReduceL2", learned, axes=[1], keepdims=1), graph.scalar(SMALLEST_LENGTH))
    learned = graph.add("Div", learned, length)
    trust = graph.add("Sigmoid", write_conv(graph, "gate", model.gate, None, x))
    rest = graph.add("Sub", graph.scalar(1.0), trust)
    described = write_colour(graph, model.colour, _denormalised(graph, image))
    parts = [graph.add("Mul", part, graph.add("Sqrt", share)) for part, share in ((described, rest), (learned, trust))]
    return _tokens(graph, graph.add("Concat", *parts, axis=1), model.config.dim)


def _tokens(graph: GraphBuilder, x: str, dim: int) -> str:
    return graph.add("Transpose", graph.add("Reshape", x, graph.ints(0, dim, -1)), perm=[0, 2, 1])


def _write_trunk(graph: GraphBuilder, model: PyramidEncoder, image: str) -> str:
    x = image
    for index, layer in enumerate(model.stem):
        x = _conv_relu(graph, f"stem.{index}", layer, x)
    x = write_residual(graph, "fine", model.fine, x)
    levels = []
    for index, (down, stage) in enumerate(zip(model.down, model.stages, strict=True)):
        x = _conv_relu(graph, f"down.{index}", down, x)
        assert isinstance(stage, nn.ModuleList)
        for number, block in enumerate(stage):
            assert isinstance(block, Residual)
            x = write_residual(graph, f"stages.{index}.{number}", block, x)
        levels.append(x)
    for index, (lateral, mix, finer) in enumerate(zip(model.lateral, model.mix, levels[-2::-1], strict=True)):
        coarse = write_conv(graph, f"lateral.{index}", lateral, None, x)
        sizes = graph.add("Concat", graph.axes(coarse, 0, 2), graph.axes(finer, 2, 4), axis=0)
        context = graph.add("Resize", coarse, "", "", sizes, mode="linear", coordinate_transformation_mode="half_pixel")
        assert isinstance(mix, Residual)
        x = write_residual(graph, f"mix.{index}", mix, graph.add("Relu", graph.add("Add", finer, context)))
    return x


def _conv_relu(graph: GraphBuilder, name: str, layer: nn.Module, x: str) -> str:
    assert isinstance(layer, ConvNorm)
    return graph.add("Relu", write_conv(graph, name, layer.conv, layer.norm, x))


def _denormalised(graph: GraphBuilder, image: str) -> str:
    """Images as encoders take them -> RGB in 0..1; rounding may leave that range, where powers are no numbers."""
    mean, std = (np.array(value, np.float32).reshape(1, 3, 1, 1) for value in (IMAGENET_MEAN, IMAGENET_STD))
    scaled = graph.add("Mul", image, graph.constant("colour.std", std))
    return graph.add("Relu", graph.add("Add", scaled, graph.constant("colour.mean", mean)))


def write_colour(graph: GraphBuilder, model: ColourDescriptor, image: str) -> str:
    """RGB [batch, 3, height, width] in 0..1 -> unit colour descriptors [batch, 72, rows, cols]."""

    def pointwise(name: str, matrix: Tensor, bias: Tensor, x: str) -> str:
        kernel = graph.constant(f"colour.{name}", as_array(matrix)[:, :, None, None])
        return graph.add("Conv", x, kernel, graph.constant(f"colour.{name}.bias", as_array(bias)), kernel_shape=[1, 1])

    def pool(x: str, side: int, stride: int) -> str:
        return graph.add("AveragePool", x, kernel_shape=[side, side], strides=[stride, stride])

    linear = graph.add("Pow", pool(image, 2, 2), graph.scalar(colour.GAMMA))
    xyz = pointwise("xyz", model.xyz, model.xyz.new_full((3,), colour.BLACK), linear)
    lab = pointwise("lab", model.lab, model.lab_bias.flatten(), graph.add("Pow", xyz, graph.scalar(1 / 3)))
    low, high = (graph.constant(f"colour.{name}", as_array(getattr(model, name))) for name in ("low", "high"))
    inside = graph.add("Min", graph.add("Max", lab, low), high)
    # (value - centre) / spacing for every bin of every channel.
    spread = model.xyz.new_zeros(3, colour.BINS, 3)
    for channel in range(3):
        spread[channel, :, channel] = 1 / model.spacing[channel]
    offsets = -(model.low / model.spacing).flatten()[:, None] - model.bins.flatten()
    distance = graph.add("Abs", pointwise("bins", spread.flatten(0, 1), offsets.flatten(), inside))
    quarter = pool(graph.add("Relu", graph.add("Sub", graph.scalar(1.0), distance)), 2, 2)
    parts = [_write_window(graph, quarter, window) for window in colour.WINDOWS]
    return graph.add("Mul", graph.add("Concat", *parts, axis=1), graph.scalar(len(colour.WINDOWS) ** -0.5))


def _write_window(graph: GraphBuilder, shares: str, window: int) -> str:
    margin = (window - colour.STRIDE) // 8
    if margin:
        shares = graph.add("Pad", shares, graph.ints(0, 0, margin, margin, 0, 0, margin, margin), mode="edge")
    side, stride = window // 4, colour.STRIDE // 4
    mean = graph.add("AveragePool", shares, kernel_shape=[side, side], strides=[stride, stride])
    mean = graph.add("Add", mean, graph.scalar(colour.EMPTY))
    length = graph.add("Sqrt", graph.add("ReduceSum", mean, graph.ints(1), keepdims=1))
    return graph.add("Div", graph.add("Sqrt", mean), length)
