"""A small writer of ONNX graphs.

Graphs are written operator by operator instead of traced: batch, height and width stay free, every shape is computed
from the input's, and only standard operators without control flow or functions appear, which is what the model
registry accepts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor

from propago_trainer.graph.onnx_file import OnnxFile

OPSET = 17
#: The IR version that goes with operator sets 17 and 18; older runtimes refuse newer ones.
IR_VERSION = 8
#: Below this many elements fewer bits save nothing and cost an operator.
SMALL = 1024
#: How learned tensors are stored. Computation is in float32 always.
Weights = Literal["fp32", "fp16", "int8"]

#: A protobuf message holds less than 2 GiB; a margin for everything that is no constant.
MAX_CONSTANT_BYTES = 2**31 - 2**24

Attribute = int | float | str | Sequence[int] | Sequence[float]


def as_array(value: Tensor) -> NDArray[np.float32]:
    array: NDArray[np.float32] = value.detach().cpu().float().numpy()
    return array


def int8_scale(kernel: NDArray[np.float32], channels: int) -> NDArray[np.float32]:
    """What one step of int8 is worth in each output channel: 127 steps reach the largest weight. Broadcastable."""
    others = tuple(axis for axis in range(kernel.ndim) if axis != channels)
    largest: NDArray[np.float32] = np.abs(kernel).max(axis=others, keepdims=True)
    return np.where(largest > 0, largest / np.float32(127), np.float32(1))


class ExportError(RuntimeError):
    """An encoder cannot be written as one file, or the written file does not give its features."""


def node(op: str, inputs: Sequence[str], outputs: Sequence[str], attributes: Mapping[str, Attribute]) -> onnx.NodeProto:
    made = onnx.NodeProto(op_type=op, input=inputs, output=outputs)
    made.attribute.extend(helper.make_attribute(key, value) for key, value in attributes.items())
    return made


class GraphBuilder:
    """Collects nodes and constants. Values are named by strings; every method that adds a node returns its output."""

    def __init__(self, weights: Weights = "fp32") -> None:
        """`weights` "fp16": large tensors are stored so; "int8": large kernels are, with a scale per output channel."""
        self.nodes: list[onnx.NodeProto] = []
        self.constants: dict[str, NDArray[np.generic]] = {}
        self.opset = OPSET
        """The operator set of the model; an operator that needs a newer one raises it."""
        self._weights = weights
        self._count = 0

    def add(self, op: str, *inputs: str, **attributes: Attribute) -> str:
        """Adds an operator with one output."""
        return self.add_split(op, 1, *inputs, **attributes)[0]

    def add_split(self, op: str, outputs: int, *inputs: str, **attributes: Attribute) -> list[str]:
        """Adds an operator with several outputs."""
        self._count += 1
        names = [f"{op.lower()}{self._count}" + (f".{i}" if outputs > 1 else "") for i in range(outputs)]
        self.nodes.append(node(op, inputs, names, attributes))
        return names

    def weight(self, name: str, value: Tensor) -> str:
        """A learned tensor, float32 for its readers."""
        array = as_array(value)
        if self._weights != "fp32" and array.size >= SMALL:
            stored = self.constant(f"{name}.half", array.astype(np.float16))
            return self.add("Cast", stored, to=TensorProto.FLOAT)
        return self.constant(name, array)

    def kernel(self, name: str, value: Tensor, channels: int) -> str:
        """The kernel of a matrix product or convolution; `channels` is the axis of its outputs."""
        array = as_array(value)
        if self._weights != "int8" or array.size < SMALL:
            return self.weight(name, value)
        scale = int8_scale(array, channels)
        stored = self.constant(f"{name}.int8", np.rint(array / scale).astype(np.int8))
        # Not DequantizeLinear: ONNX Runtime takes that as leave to quantise the activations too.
        steps = self.add("Cast", stored, to=TensorProto.FLOAT)
        return self.add("Mul", steps, self.constant(f"{name}.scale", scale))

    def constant(self, name: str, value: NDArray[np.generic]) -> str:
        if name not in self.constants:
            self.constants[name] = value
        return name

    def ints(self, *values: int) -> str:
        """An int64 vector."""
        name = "ints." + "_".join(str(value).replace("-", "m") for value in values)
        return self.constant(name, np.array(values, np.int64))

    def scalar(self, value: float) -> str:
        """A float32 scalar."""
        return self.constant(f"scalar.{value!r}", np.array(value, np.float32))

    def axes(self, value: str, first: int, last: int) -> str:
        """Lengths of the axes first..last-1 of a value, int64 vector."""
        return self.add("Slice", self.add("Shape", value), self.ints(first), self.ints(last))

    def counted(self, length: str) -> str:
        """0, 1, ... length-1 as float32 vector; `length` is an int64 vector of one element."""
        scalar = self.add("Squeeze", length, self.ints(0))
        zero = self.constant("zero", np.array(0, np.int64))
        one = self.constant("one", np.array(1, np.int64))
        return self.add("Cast", self.add("Range", zero, scalar, one), to=TensorProto.FLOAT)

    def prefixed(self, model: onnx.ModelProto, prefix: str, image: str) -> str:
        """Adds another model's graph with every name prefixed and its input replaced by `image`; returns its output."""
        graph = model.graph
        entry = graph.input[0].name

        def rename(name: str) -> str:
            if name == entry:
                return image
            return f"{prefix}.{name}" if name else ""

        for tensor in graph.initializer:
            self.constants[rename(tensor.name)] = numpy_helper.to_array(tensor)
        for node in graph.node:
            clone = onnx.NodeProto()
            clone.CopyFrom(node)
            clone.input[:] = [rename(name) for name in node.input]
            clone.output[:] = [rename(name) for name in node.output]
            clone.name = f"{prefix}.{node.name}" if node.name else ""
            self.nodes.append(clone)
        return rename(graph.output[0].name)

    def model(self, image: str, output: str, shape: Sequence[int | str], name: str) -> OnnxFile:
        """The finished model: float32 `image` [batch, 3, height, width] -> float32 `features` of the given shape.

        @raises ExportError if the constants do not fit one file
        @raises onnx.checker.ValidationError if the graph is malformed
        """
        self.nodes.append(node("Identity", [output], ["features"], {}))
        used = {name for entry in self.nodes for name in entry.input}
        constants = {key: value for key, value in self.constants.items() if key in used}
        size = sum(value.nbytes for value in constants.values())
        if size > MAX_CONSTANT_BYTES:
            raise ExportError(
                f"{size / 1e9:.1f} GB of weights do not fit one ONNX file, which holds 2.1 GB; float16 takes half."
            )
        graph = helper.make_graph(
            self.nodes,
            name,
            [helper.make_tensor_value_info(image, TensorProto.FLOAT, ["batch", 3, "height", "width"])],
            [helper.make_tensor_value_info("features", TensorProto.FLOAT, list(shape))],
        )
        model = helper.make_model(
            graph,
            producer_name="propago-trainer",
            opset_imports=[helper.make_opsetid("", self.opset)],
            ir_version=IR_VERSION,
        )
        made = OnnxFile(model, constants)
        made.check()
        return made
