"""The graph of a dense residual network."""

from __future__ import annotations

from propago_trainer.graph.builder import GraphBuilder
from propago_trainer.graph.convolution import fold_norm, write_conv
from propago_trainer.models.lightness import Lightness
from propago_trainer.models.resnet import ResidualBlock, ResNet


def write_resnet(graph: GraphBuilder, model: ResNet, image: str) -> str:
    """Images [batch, 3, height, width] -> features [batch, dim, rows, cols]. Batch norms are folded."""
    x = _lightness(graph, model.lightness, image) if isinstance(model.lightness, Lightness) else image
    x = graph.add("Relu", write_conv(graph, "conv1", model.conv1, model.bn1, x))
    x = graph.add("MaxPool", x, kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1])
    for index, stage in enumerate(model.stages(), start=1):
        for number, block in enumerate(stage.children()):
            assert isinstance(block, ResidualBlock)
            x = _block(graph, f"layer{index}.{number}", block, x)
    if model.projection is None:
        return x
    return graph.add("Relu", write_conv(graph, "projection", model.projection, None, x))


def _block(graph: GraphBuilder, name: str, block: ResidualBlock, x: str) -> str:
    shortcut = x
    if block.downsample is not None:
        conv, norm = block.downsample.children()
        shortcut = write_conv(graph, f"{name}.downsample", conv, norm, x)
    layers = block.layers()
    for index, (conv, norm) in enumerate(layers, start=1):
        x = write_conv(graph, f"{name}.conv{index}", conv, norm, x)
        if index < len(layers):
            x = graph.add("Relu", x)
    return graph.add("Relu", graph.add("Add", x, shortcut))


def fold_resnet(model: ResNet) -> None:
    """Folds every batch norm in place."""
    fold_norm(model.conv1, model.bn1)
    for part in model.modules():
        if isinstance(part, ResidualBlock):
            for conv, norm in part.layers():
                fold_norm(conv, norm)
            if part.downsample is not None:
                fold_norm(*part.downsample.children())


def _lightness(graph: GraphBuilder, part: Lightness, image: str) -> str:
    """CIE lightness of RGB in 0..1, scaled for the network, [batch, 3, height, width]."""
    curve = graph.add("Div", graph.add("Add", image, graph.scalar(0.055)), graph.scalar(1.055))
    linear = graph.add(
        "Where",
        graph.add("LessOrEqual", image, graph.scalar(0.04045)),
        graph.add("Div", image, graph.scalar(12.92)),
        graph.add("Pow", curve, graph.scalar(2.4)),
    )
    luminance = graph.add("Conv", linear, graph.weight("luminance", part.weight), kernel_shape=[1, 1])
    root = graph.add("Pow", luminance, graph.scalar(1 / 3))
    lightness = graph.add(
        "Where",
        graph.add("LessOrEqual", luminance, graph.scalar(0.008856)),
        graph.add("Mul", luminance, graph.scalar(903.3)),
        graph.add("Sub", graph.add("Mul", root, graph.scalar(116.0)), graph.scalar(16.0)),
    )
    scaled = graph.add("Mul", lightness, graph.weight("lightness.scale", part.scale))
    return graph.add("Add", scaled, graph.weight("lightness.shift", part.shift))
