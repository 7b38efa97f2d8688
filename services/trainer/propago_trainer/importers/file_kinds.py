"""What a file is by its first bytes, so that one that is no checkpoint is refused in words that help."""

from __future__ import annotations

import json
import re
import shlex
import zipfile
from pathlib import Path

#: Beginnings of files that people take for checkpoints, and what is said about each.
BEGINNINGS = (
    (b"version https://git-lfs", "is a Git LFS pointer instead of the weights; fetch them with `git lfs pull`"),
    (b"<!DOCTYPE", "is a web page; the download gave no weights"),
    (b"<!doctype", "is a web page; the download gave no weights"),
    (b"<html", "is a web page; the download gave no weights"),
    (b"\x89HDF\r\n", "is an HDF5 file, as Keras writes them; only PyTorch and safetensors files are read"),
    (b"GGUF", "is a GGUF file; only PyTorch and safetensors files are read"),
    (b"\x1f\x8b", "is compressed with gzip; unpack it first"),
    (b"\x93NUMPY", "is a NumPy array; only PyTorch and safetensors files are read"),
)
#: Longest header of a safetensors file, as the format limits it.
MAX_HEADER = 100_000_000
#: Fields of an ONNX model that stand behind its version at the beginning: opset, producer, domain, graph.
ONNX_SECOND_FIELDS = (0x12, 0x1A, 0x22, 0x32, 0x3A, 0x42)


def onnx_advice(path: Path) -> str:
    """What to do with a file that needs no import."""
    return f"{path} is an ONNX model already: nothing has to be imported. Register it: {register_command(path)}"


def register_command(path: Path) -> str:
    """The command that makes an ONNX file a version of a model, named as the platform allows."""
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", path.stem).lstrip("._-")[:100] or "encoder"
    return f"npx propago models register {shlex.quote(str(path))} --name {name}"


def foreign_kind(path: Path) -> str | None:
    """A sentence about a file that holds no weights in a format that is read; None where it may.

    @raises OSError if the file cannot be opened
    """
    with path.open("rb") as file:
        head = file.read(64)
    if path.suffix == ".onnx" or is_onnx(head):
        return onnx_advice(path)
    for beginning, said in BEGINNINGS:
        if head.lstrip().startswith(beginning):
            return f"{path} {said}."
    if not head:
        return f"{path} is empty."
    if head.startswith(b"PK"):
        return foreign_archive(path)
    return None


def is_onnx(head: bytes) -> bool:
    """Whether a file begins as ONNX models do: field 1, the version of the format, then another known field."""
    return len(head) > 2 and head[0] == 0x08 and 1 <= head[1] <= 32 and head[2] in ONNX_SECOND_FIELDS


def is_safetensors(path: Path) -> bool:
    """Whether a file begins with the length of a JSON header and with that header, whatever it is called."""
    with path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        if not 2 <= length <= MAX_HEADER:
            return False
        try:
            return isinstance(json.loads(file.read(length)), dict)
        except ValueError:
            return False


def foreign_archive(path: Path) -> str | None:
    """About a zip archive that is none of `torch.save`."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except zipfile.BadZipFile:
        return f"{path} is cut off or damaged: it begins as a PyTorch file, but its list of contents is missing."
    if any(name.endswith("/constants.pkl") for name in names):
        return (
            f"{path} is a TorchScript program instead of weights. Save its weights alone: "
            "torch.save(torch.jit.load(FILE).state_dict(), NEW)."
        )
    if any(name.endswith("data.pkl") for name in names):
        return None
    return f"{path} is a zip archive of {', '.join(names[:3])}; unpack it and name the checkpoint in it."
