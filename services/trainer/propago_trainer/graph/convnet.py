"""The graph of the small convolutional encoder."""

from __future__ import annotations

from torch import nn

from propago_trainer.graph.builder import GraphBuilder
from propago_trainer.graph.convolution import fold_norm, write_conv
from propago_trainer.models.convnet import ConvEncoder, ConvNorm, Residual


def write_convnet(graph: GraphBuilder, model: ConvEncoder, image: str) -> str:
    """Images [batch, 3, height, width] -> patch features [batch, patches, dim], row-major."""
    x = image
    for index, layer in enumerate(model.stem):
        assert isinstance(layer, ConvNorm)
        x = graph.add("Relu", write_conv(graph, f"stem.{index}", layer.conv, layer.norm, x))
    x = write_residual(graph, "fine", model.fine, x)
    x = graph.add("Relu", write_conv(graph, "down", model.down.conv, model.down.norm, x))
    for index, block in enumerate(model.blocks):
        assert isinstance(block, Residual)
        x = write_residual(graph, f"blocks.{index}", block, x)
    x = write_conv(graph, "head", model.head, None, x)
    flat = graph.add("Reshape", x, graph.ints(0, model.config.dim, -1))
    return graph.add("Transpose", flat, perm=[0, 2, 1])


def fold_convnet(model: nn.Module) -> None:
    """Folds every batch norm in place."""
    for part in model.modules():
        if isinstance(part, ConvNorm):
            fold_norm(part.conv, part.norm)


def write_residual(graph: GraphBuilder, name: str, block: Residual, x: str) -> str:
    """Two convolutions round a shortcut."""
    first = graph.add("Relu", write_conv(graph, f"{name}.first", block.first.conv, block.first.norm, x))
    second = write_conv(graph, f"{name}.second", block.second.conv, block.second.norm, first)
    return graph.add("Relu", graph.add("Add", x, second))
