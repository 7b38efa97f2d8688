"""The graph of a vision transformer."""

from __future__ import annotations

import math

import numpy as np
import torch
from onnx import TensorProto
from torch import Tensor, nn

from propago_trainer.graph.builder import Attribute, GraphBuilder, as_array
from propago_trainer.models.gating import LayerScale, SwiGlu
from propago_trainer.models.positions import position_rates
from propago_trainer.models.vit import Attention, Block, Mlp, VisionTransformer

Rotation = tuple[str, str]
#: The first operator set whose Resize knows antialiasing.
ANTIALIAS_OPSET = 18


def write_vit(graph: GraphBuilder, model: VisionTransformer, image: str) -> str:
    """Images [batch, 3, height, width] -> patch features [batch, patches, dim] after the last norm, without CLS."""
    config = model.config
    projected = graph.add(
        "Conv",
        image,
        graph.kernel("patch.weight", model.patch_proj.weight, 0),
        *_bias(graph, "patch.bias", model.patch_proj.bias),
        kernel_shape=[config.patch, config.patch],
        strides=[config.patch, config.patch],
    )
    rows, cols = graph.axes(projected, 2, 3), graph.axes(projected, 3, 4)
    x = _rows_last(graph, projected, config.dim)
    positions = _positions(graph, model, rows, cols)
    if positions is not None:
        x = graph.add("Add", x, positions)
    rotation = _rotation(graph, model, rows, cols)
    if model.prefix:
        x = _with_prefix(graph, model, image, x)
    for index, block in enumerate(model.blocks):
        assert isinstance(block, Block)
        x = _block(graph, f"blocks.{index}", block, x, rotation)
    if model.prefix:
        # Slicing before the last norm is the same and cheaper: a LayerNorm looks at one token only.
        end = graph.ints(np.iinfo(np.int64).max)
        x = graph.add("Slice", x, graph.ints(model.prefix), end, graph.ints(1))
    return _norm(graph, "norm", model.norm, x)


def _rows_last(graph: GraphBuilder, value: str, dim: int) -> str:
    """[b, dim, rows, cols] -> [b, rows * cols, dim]."""
    flat = graph.add("Reshape", value, graph.ints(0, dim, -1))
    return graph.add("Transpose", flat, perm=[0, 2, 1])


def _positions(graph: GraphBuilder, model: VisionTransformer, rows: str, cols: str) -> str | None:
    """What is added to the patch tokens, [1, rows * cols, dim]."""
    config = model.config
    if config.positions == "sincos":
        by_row = _waves(graph, graph.counted(rows), config.dim)
        by_col = _waves(graph, graph.counted(cols), config.dim)
        half = graph.ints(config.dim // 2)
        shape = graph.add("Concat", rows, cols, half, axis=0)
        row_part = graph.add("Expand", graph.add("Unsqueeze", by_row, graph.ints(1)), shape)
        col_part = graph.add("Expand", graph.add("Unsqueeze", by_col, graph.ints(0)), shape)
        both = graph.add("Concat", col_part, row_part, axis=-1)
        return graph.add("Reshape", both, graph.ints(1, -1, config.dim))
    if model.pos_embed is None:
        return None
    table = model.pos_embed[:, 1:] if model.has_cls_position else model.pos_embed
    square = table.reshape(1, *config.grid, config.dim).permute(0, 3, 1, 2)
    scales, sizes = "", ""
    if config.grid_offset:
        scales = _offset_scales(graph, model, rows, cols)
    else:
        sizes = graph.add("Concat", graph.ints(1, config.dim), rows, cols, axis=0)
    # PyTorch's bicubic interpolation has another kernel with antialiasing than without.
    cubic: dict[str, Attribute] = {"cubic_coeff_a": -0.75}
    if config.antialias:
        graph.opset = max(graph.opset, ANTIALIAS_OPSET)
        cubic = {"cubic_coeff_a": -0.5, "antialias": 1, "exclude_outside": 1}
    resized = graph.add(
        "Resize",
        graph.weight("positions", square),
        "",
        scales,
        *([sizes] if sizes else []),
        mode="cubic",
        coordinate_transformation_mode="half_pixel",
        **cubic,
    )
    return _rows_last(graph, resized, config.dim)


def _offset_scales(graph: GraphBuilder, model: VisionTransformer, rows: str, cols: str) -> str:
    """Scales that take the table to the grid plus the offset; exactly 1 for the table's own grid."""
    own = graph.constant("positions.grid", np.array(model.config.grid, np.int64))
    grid = graph.add("Concat", rows, cols, axis=0)
    apart = graph.add("ReduceSum", graph.add("Abs", graph.add("Sub", grid, own)), keepdims=1)
    other = graph.add("Cast", graph.add("Min", apart, graph.ints(1)), to=TensorProto.FLOAT)
    offset = graph.add("Mul", other, graph.scalar(model.config.grid_offset))
    enlarged = graph.add("Add", graph.add("Cast", grid, to=TensorProto.FLOAT), offset)
    scale = graph.add("Div", enlarged, graph.add("Cast", own, to=TensorProto.FLOAT))
    same = graph.constant("positions.same", np.ones(2, np.float32))
    return graph.add("Concat", same, scale, axis=0)


def _waves(graph: GraphBuilder, along: str, dim: int) -> str:
    """Sines and cosines [n, dim / 2] of positions [n]."""
    rates = graph.weight("rates", position_rates(dim)[None])
    turns = graph.add("Mul", graph.add("Unsqueeze", along, graph.ints(1)), rates)
    return graph.add("Concat", graph.add("Sin", turns), graph.add("Cos", turns), axis=-1)


def _rotation(graph: GraphBuilder, model: VisionTransformer, rows: str, cols: str) -> Rotation | None:
    """Cosines and sines [prefix + rows * cols, head dim] of rotary positions."""
    if model.periods is None:
        return None
    width = len(model.periods)
    rate = graph.weight("rotary.rate", (2 * math.pi / model.periods.float())[None])
    shape = graph.add("Concat", rows, cols, graph.ints(width), axis=0)
    parts = []
    for length, axis in ((rows, 1), (cols, 0)):
        centre = graph.add("Add", graph.counted(length), graph.scalar(0.5))
        count = graph.add("Cast", length, to=TensorProto.FLOAT)
        scaled = graph.add(
            "Sub", graph.add("Mul", graph.add("Div", centre, count), graph.scalar(2.0)), graph.scalar(1.0)
        )
        angles = graph.add("Mul", graph.add("Unsqueeze", scaled, graph.ints(1)), rate)
        parts.append(graph.add("Expand", graph.add("Unsqueeze", angles, graph.ints(axis)), shape))
    angles = graph.add("Concat", *parts, *parts, axis=-1)
    angles = graph.add("Reshape", angles, graph.ints(-1, 4 * width))
    if model.prefix:
        still = graph.constant("rotary.prefix", np.zeros((model.prefix, 4 * width), np.float32))
        angles = graph.add("Concat", still, angles, axis=0)
    return graph.add("Cos", angles), graph.add("Sin", angles)


def _with_prefix(graph: GraphBuilder, model: VisionTransformer, image: str, x: str) -> str:
    """CLS and registers before the patch tokens of every image."""
    parts: list[Tensor] = []
    if model.cls_token is not None:
        cls: Tensor = model.cls_token
        if model.pos_embed is not None and model.has_cls_position:
            cls = cls + model.pos_embed[:, :1]
        parts.append(cls)
    if model.register_tokens is not None:
        parts.append(model.register_tokens)
    shape = graph.add("Concat", graph.axes(image, 0, 1), graph.ints(model.prefix, model.config.dim), axis=0)
    tokens = graph.add("Expand", graph.constant("prefix", as_array(torch.cat(parts, dim=1))), shape)
    return graph.add("Concat", tokens, x, axis=1)


def _block(graph: GraphBuilder, name: str, block: Block, x: str, rotation: Rotation | None) -> str:
    mixed = _attention(graph, f"{name}.attn", block.attn, _norm(graph, f"{name}.norm1", block.norm1, x), rotation)
    x = graph.add("Add", x, _scaled(graph, f"{name}.ls1", block.ls1, mixed))
    fed = _feed_forward(graph, f"{name}.mlp", block.mlp, _norm(graph, f"{name}.norm2", block.norm2, x))
    return graph.add("Add", x, _scaled(graph, f"{name}.ls2", block.ls2, fed))


def _attention(graph: GraphBuilder, name: str, attention: Attention, x: str, rotation: Rotation | None) -> str:
    heads = attention.heads
    dim = attention.proj.in_features
    qkv = _affine(graph, f"{name}.qkv", attention.qkv.weight, attention.qkv.bias, x)
    split = graph.add_split("Split", 3, qkv, graph.ints(dim, dim, dim), axis=2)
    by_head = graph.ints(0, 0, heads, dim // heads)
    q, k, v = (graph.add("Transpose", graph.add("Reshape", part, by_head), perm=[0, 2, 1, 3]) for part in split)
    if rotation is not None:
        q, k = _rotated(graph, q, rotation, dim // heads), _rotated(graph, k, rotation, dim // heads)
    # Scaling the queries instead of the scores costs a product per channel, not per pair of patches.
    q = graph.add("Mul", q, graph.scalar((dim // heads) ** -0.5))
    scores = graph.add("MatMul", q, graph.add("Transpose", k, perm=[0, 1, 3, 2]))
    mixed = graph.add("MatMul", graph.add("Softmax", scores, axis=-1), v)
    joined = graph.add("Reshape", graph.add("Transpose", mixed, perm=[0, 2, 1, 3]), graph.ints(0, 0, dim))
    return _affine(graph, f"{name}.proj", attention.proj.weight, attention.proj.bias, joined)


def _rotated(graph: GraphBuilder, x: str, rotation: Rotation, width: int) -> str:
    cos, sin = rotation
    first, second = graph.add_split("Split", 2, x, graph.ints(width // 2, width // 2), axis=3)
    turned = graph.add("Concat", graph.add("Neg", second), first, axis=3)
    return graph.add("Add", graph.add("Mul", x, cos), graph.add("Mul", turned, sin))


def _feed_forward(graph: GraphBuilder, name: str, part: nn.Module, x: str) -> str:
    assert isinstance(part, Mlp | SwiGlu)
    inner = _affine(graph, f"{name}.fc1", part.fc1.weight, part.fc1.bias, x)
    if isinstance(part, SwiGlu):
        width = part.fc2.in_features
        gate, value = graph.add_split("Split", 2, inner, graph.ints(width, width), axis=2)
        active = graph.add("Mul", graph.add("Mul", gate, graph.add("Sigmoid", gate)), value)
    else:
        # x * (1 + erf(x / sqrt 2)) * 0.5, in the order that runtimes recognise and fuse.
        turned = graph.add("Erf", graph.add("Div", inner, graph.scalar(math.sqrt(2))))
        raised = graph.add("Add", turned, graph.scalar(1.0))
        active = graph.add("Mul", graph.add("Mul", inner, raised), graph.scalar(0.5))
    return _affine(graph, f"{name}.fc2", part.fc2.weight, part.fc2.bias, active)


def _affine(graph: GraphBuilder, name: str, weight: Tensor, bias: Tensor | None, x: str) -> str:
    product = graph.add("MatMul", x, graph.kernel(f"{name}.weight", weight.detach().t(), 1))
    return product if bias is None else graph.add("Add", product, graph.weight(f"{name}.bias", bias))


def _norm(graph: GraphBuilder, name: str, norm: nn.LayerNorm, x: str) -> str:
    weight, bias = graph.weight(f"{name}.weight", norm.weight), graph.weight(f"{name}.bias", norm.bias)
    return graph.add("LayerNormalization", x, weight, bias, axis=-1, epsilon=norm.eps)


def _scaled(graph: GraphBuilder, name: str, scale: nn.Module, x: str) -> str:
    return graph.add("Mul", x, graph.weight(name, scale.gamma)) if isinstance(scale, LayerScale) else x


def _bias(graph: GraphBuilder, name: str, bias: Tensor | None) -> list[str]:
    return [] if bias is None else [graph.weight(name, bias)]
