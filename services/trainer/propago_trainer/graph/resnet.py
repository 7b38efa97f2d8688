"""The graph of a dense residual network."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from propago_trainer.graph.builder import GraphBuilder
from propago_trainer.models.lightness import Lightness
from propago_trainer.models.resnet import ResidualBlock, ResNet


def write_resnet(graph: GraphBuilder, model: ResNet, image: str) -> str:
    """Images [batch, 3, height, width] -> features [batch, dim, rows, cols]. Batch norms are folded."""
    x = _lightness(graph, model.lightness, image) if isinstance(model.lightness, Lightness) else image
    x = graph.add("Relu", _conv(graph, "conv1", model.conv1, model.bn1, x))
    x = graph.add("MaxPool", x, kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1])
    for index, stage in enumerate(model.stages(), start=1):
        for number, block in enumerate(stage.children()):
            assert isinstance(block, ResidualBlock)
            x = _block(graph, f"layer{index}.{number}", block, x)
    if model.projection is None:
        return x
    return graph.add("Relu", _conv(graph, "projection", model.projection, None, x))


def _block(graph: GraphBuilder, name: str, block: ResidualBlock, x: str) -> str:
    shortcut = x
    if block.downsample is not None:
        conv, norm = block.downsample.children()
        shortcut = _conv(graph, f"{name}.downsample", conv, norm, x)
    layers = block.layers()
    for index, (conv, norm) in enumerate(layers, start=1):
        x = _conv(graph, f"{name}.conv{index}", conv, norm, x)
        if index < len(layers):
            x = graph.add("Relu", x)
    return graph.add("Relu", graph.add("Add", x, shortcut))


def folded(conv: nn.Conv2d, norm: nn.BatchNorm2d) -> tuple[Tensor, Tensor]:
    """Weight and bias of the one convolution that equals a convolution without bias and a batch norm in evaluation."""
    assert norm.running_mean is not None
    assert norm.running_var is not None
    # In double precision: variances of dead channels are tiny and the quotients large.
    scale = norm.weight.double() * torch.rsqrt(norm.running_var.double() + norm.eps)
    weight = conv.weight.double() * scale[:, None, None, None]
    return weight.float(), (norm.bias.double() - norm.running_mean.double() * scale).float()


def fold_norms(model: ResNet) -> None:
    """Moves in place the factors of every batch norm into its convolution; the features stay the same.

    Rounding the weights afterwards rounds what the file stores.
    """
    pairs: list[tuple[nn.Module, nn.Module]] = [(model.conv1, model.bn1)]
    for part in model.modules():
        if isinstance(part, ResidualBlock):
            pairs += part.layers()
            if part.downsample is not None:
                conv, norm = part.downsample.children()
                pairs.append((conv, norm))
    for conv, norm in pairs:
        assert isinstance(conv, nn.Conv2d)
        assert isinstance(norm, nn.BatchNorm2d)
        weight, bias = folded(conv, norm)
        conv.weight.data = weight
        norm.bias.data = bias
        norm.weight.data.fill_(1)
        assert norm.running_mean is not None
        assert norm.running_var is not None
        norm.running_mean.zero_()
        norm.running_var.fill_(1 - norm.eps)


def _conv(graph: GraphBuilder, name: str, conv: nn.Module, norm: nn.Module | None, x: str) -> str:
    assert isinstance(conv, nn.Conv2d)
    kernel, stride = list(conv.kernel_size), list(conv.stride)
    top, left = int(conv.padding[0]), int(conv.padding[1])
    pads = [top, left, top, left]
    if any(pads) and conv.padding_mode == "reflect":
        x = graph.add("Pad", x, graph.ints(0, 0, top, left, 0, 0, top, left), mode="reflect")
        pads = [0, 0, 0, 0]
    if norm is None:
        inputs = [graph.weight(f"{name}.weight", conv.weight)]
    else:
        assert isinstance(norm, nn.BatchNorm2d)
        weight, bias = folded(conv, norm)
        inputs = [graph.weight(f"{name}.weight", weight), graph.weight(f"{name}.bias", bias)]
    return graph.add("Conv", x, *inputs, kernel_shape=kernel, strides=stride, pads=pads)


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
