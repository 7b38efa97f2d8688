"""Small random encoders for tests, and what an ONNX file holds."""

from __future__ import annotations

from collections.abc import Iterator

import onnx
import torch
from torch import nn


def randomised(encoder: nn.Module, seed: int = 0) -> nn.Module:
    """Every parameter and statistic away from its initial value, so that a forgotten one shows."""
    generator = torch.Generator().manual_seed(seed)
    for parameter in encoder.parameters():
        parameter.data += 0.1 * torch.randn(parameter.shape, generator=generator)
    for part in encoder.modules():
        if isinstance(part, nn.BatchNorm2d):
            assert part.running_mean is not None
            assert part.running_var is not None
            part.running_mean.copy_(0.1 * torch.randn(part.running_mean.shape, generator=generator))
            part.running_var.copy_(0.5 + torch.rand(part.running_var.shape, generator=generator))
    return encoder.eval()


def operators(model: onnx.ModelProto) -> Iterator[str]:
    """Operator types with their domain, of the graph and of whatever is nested in it."""
    for node in model.graph.node:
        yield f"{node.domain}.{node.op_type}" if node.domain else node.op_type
        for attribute in node.attribute:
            assert attribute.type not in (onnx.AttributeProto.GRAPH, onnx.AttributeProto.GRAPHS), node.op_type


def metadata(model: onnx.ModelProto) -> dict[str, str]:
    return {entry.key: entry.value for entry in model.metadata_props}
