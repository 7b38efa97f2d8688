"""Convolutions with their batch norms folded in."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from propago_trainer.graph.builder import GraphBuilder


def folded(conv: nn.Conv2d, norm: nn.BatchNorm2d) -> tuple[Tensor, Tensor]:
    """Weight and bias of the one convolution that equals a convolution without bias and a batch norm in evaluation."""
    assert norm.running_mean is not None
    assert norm.running_var is not None
    # In double precision: variances of dead channels are tiny and the quotients large.
    scale = norm.weight.double() * torch.rsqrt(norm.running_var.double() + norm.eps)
    weight = conv.weight.double() * scale[:, None, None, None]
    return weight.float(), (norm.bias.double() - norm.running_mean.double() * scale).float()


def fold_norm(conv: nn.Module, norm: nn.Module) -> None:
    """Moves in place the factors of a batch norm into its convolution; the features stay the same.

    Rounding the weights afterwards rounds what a file stores.
    """
    assert isinstance(conv, nn.Conv2d)
    assert isinstance(norm, nn.BatchNorm2d)
    assert norm.running_mean is not None
    assert norm.running_var is not None
    conv.weight.data, norm.bias.data = folded(conv, norm)
    norm.weight.data.fill_(1)
    norm.running_mean.zero_()
    norm.running_var.fill_(1 - norm.eps)


def write_conv(graph: GraphBuilder, name: str, conv: nn.Module, norm: nn.Module | None, x: str) -> str:
    """A convolution with its padding, followed by a batch norm in evaluation or by nothing."""
    assert isinstance(conv, nn.Conv2d)
    assert not isinstance(conv.padding, str)
    top, left = conv.padding
    pads = [top, left, top, left]
    if any(pads) and conv.padding_mode == "reflect":
        x = graph.add("Pad", x, graph.ints(0, 0, top, left, 0, 0, top, left), mode="reflect")
        pads = [0, 0, 0, 0]
    if norm is None:
        weight, bias = conv.weight, conv.bias
    else:
        assert isinstance(norm, nn.BatchNorm2d)
        weight, bias = folded(conv, norm)
    inputs = [graph.kernel(f"{name}.weight", weight, 0)]
    if bias is not None:
        inputs.append(graph.weight(f"{name}.bias", bias))
    return graph.add(
        "Conv",
        x,
        *inputs,
        kernel_shape=list(conv.kernel_size),
        strides=list(conv.stride),
        dilations=list(conv.dilation),
        pads=pads,
    )
