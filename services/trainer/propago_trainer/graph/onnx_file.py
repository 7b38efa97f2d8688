"""An ONNX model that is written piece by piece, so that its weights are never held twice.

The bytes are those of the whole message: fields in ascending order, as protobuf writes them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import helper

#: Constants of fewer elements go through the checker; it needs no more of the others than type and shape.
CHECKED_ELEMENTS = 1024


@dataclass(frozen=True)
class OnnxFile:
    """A model without its constants, and those."""

    model: onnx.ModelProto
    constants: Mapping[str, NDArray[np.generic]]

    def check(self) -> None:
        """@raises onnx.checker.ValidationError if the graph is malformed"""
        skeleton = onnx.ModelProto()
        skeleton.CopyFrom(self.model)
        for name, value in self.constants.items():
            if value.size < CHECKED_ELEMENTS:
                skeleton.graph.initializer.append(onnx.numpy_helper.from_array(np.ascontiguousarray(value), name))
            else:
                kind = helper.np_dtype_to_tensor_dtype(value.dtype)
                skeleton.graph.input.append(helper.make_tensor_value_info(name, kind, value.shape))
        onnx.checker.check_model(skeleton)

    def write(self, file: BinaryIO) -> int:
        """Writes the model and returns its length in bytes."""
        length = 0
        for piece in self._pieces():
            length += file.write(piece)
        return length

    def _pieces(self) -> Iterator[bytes | memoryview]:
        graph = self.model.graph
        head = onnx.GraphProto(node=graph.node, name=graph.name).SerializeToString()
        tail = onnx.GraphProto(input=graph.input, output=graph.output).SerializeToString()
        heads = {name: tensor_head(name, value) for name, value in self.constants.items()}
        lengths = {name: len(heads[name]) + value.nbytes for name, value in self.constants.items()}
        inside = sum(len(field(5, length)) + length for length in lengths.values())
        yield onnx.ModelProto(
            ir_version=self.model.ir_version, producer_name=self.model.producer_name
        ).SerializeToString()
        yield field(7, len(head) + inside + len(tail))
        yield head
        for name, value in self.constants.items():
            yield field(5, lengths[name])
            yield heads[name]
            yield np.ascontiguousarray(value).reshape(-1).view(np.uint8).data
        yield tail
        yield onnx.ModelProto(
            opset_import=self.model.opset_import, metadata_props=self.model.metadata_props
        ).SerializeToString()


def tensor_head(name: str, value: NDArray[np.generic]) -> bytes:
    """A TensorProto up to its elements (field 9)."""
    kind = helper.np_dtype_to_tensor_dtype(value.dtype)
    tensor = onnx.TensorProto(dims=value.shape, data_type=kind, name=name)
    return tensor.SerializeToString() + field(9, value.nbytes)


def field(number: int, length: int) -> bytes:
    """Tag and length of a field of bytes."""
    return varint(number << 3 | 2) + varint(length)


def varint(value: int) -> bytes:
    """A whole number in protobuf's variable length."""
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)
