"""Tensors of a checkpoint file, read without running anything in it and taken one by one by name."""

from __future__ import annotations

import argparse
import pickle
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import torch
from torch import Tensor

from propago_trainer.importers.file_kinds import foreign_kind, is_safetensors

Tensors = Mapping[str, Tensor]

#: Entries under which training scripts keep the weights, most specific first.
CONTAINERS = ("model", "state_dict", "model_state_dict", "model_state", "network", "teacher", "student", "module")
#: How many names an error lists of each kind.
LISTED = 12


class CheckpointError(ValueError):
    """The file is not a checkpoint of the format that was said."""


def read_tensors(path: Path, containers: Sequence[str] = CONTAINERS) -> dict[str, Tensor]:
    """The weights in a PyTorch or safetensors file, by name.

    Nothing in the file is executed: PyTorch files are read with `weights_only`, in which only tensors, plain values and
    the arguments that many scripts save beside them are allowed.

    @param containers entries that may hold the weights, tried in this order
    @raises CheckpointError if the file cannot be read so, or holds no weights
    """
    return weights_in(read_file(path), path, containers)


def weights_in(content: Mapping[str, object], path: Path, containers: Sequence[str] = CONTAINERS) -> dict[str, Tensor]:
    """The weights in what a file holds, by name.

    @raises CheckpointError if there are none
    """
    for _ in range(3):
        weights = {name: value for name, value in content.items() if isinstance(value, Tensor)}
        inside = [value for key in containers if isinstance(value := content.get(key), Mapping)]
        if not inside:
            if not weights:
                raise CheckpointError(f"{path} holds no weights, only {summary(content)}.")
            return weights
        content = inside[0]
    raise CheckpointError(f"{path} nests its weights too deeply.")


def read_file(path: Path, mapped: bool = False) -> Mapping[str, object]:
    """What a PyTorch or safetensors file holds; a file of another kind is refused saying what it is.

    @param mapped reads tensors from the disk when they are used, where the file allows it; it must not be written to as
    long as they are
    @raises CheckpointError if the file cannot be read
    """
    try:
        foreign = foreign_kind(path)
        safetensors = path.suffix == ".safetensors" or is_safetensors(path)
    except OSError as error:
        raise CheckpointError(f"{path} cannot be read: {error}.") from error
    if foreign is not None:
        raise CheckpointError(foreign)
    if safetensors:
        from safetensors import SafetensorError
        from safetensors.torch import load_file

        try:
            return dict(load_file(path))
        except (SafetensorError, OSError) as error:
            raise CheckpointError(f"{path} cannot be read as safetensors: {error}.") from error
    try:
        # The arguments of a training script: a bag of plain values, checked like the rest.
        with torch.serialization.safe_globals([argparse.Namespace]):
            content = torch.load(path, map_location="cpu", weights_only=True, mmap=mapped and is_archive(path))
    except pickle.UnpicklingError as error:
        what = re.search(r"GLOBAL ([\w.]+)", str(error))
        if what is None:
            raise CheckpointError(f"{path} is no PyTorch file, and no safetensors file either.") from error
        raise CheckpointError(
            f"{path} holds Python objects ({what.group(1)}) that are not read, because reading them would run code of "
            "the file. "
            "Save its weights alone, as safetensors or with torch.save(state_dict)."
        ) from error
    except (OSError, RuntimeError, ValueError, EOFError, KeyError) as error:
        raise CheckpointError(f"{path} cannot be read as a PyTorch file: {error}.") from error
    if not isinstance(content, Mapping):
        raise CheckpointError(f"{path} holds a {type(content).__name__} instead of named weights.")
    return content


def is_archive(path: Path) -> bool:
    """Whether a PyTorch file is one of today's and not of the older format, which cannot be mapped."""
    with path.open("rb") as file:
        return file.read(2) == b"PK"


class Checkpoint:
    """Weights that are taken by name; keeps account of what was missing, had another shape or was left over."""

    def __init__(self, tensors: Tensors, prefix: str = "") -> None:
        """`prefix`: what stands before every name of the encoder; other names are another part of the model."""
        self.prefix = prefix
        # A counter of training steps, no weight.
        tensors = {name: value for name, value in tensors.items() if not name.endswith("num_batches_tracked")}
        self._inside = {name[len(prefix) :]: value for name, value in tensors.items() if name.startswith(prefix)}
        self._outside = [name for name in tensors if not name.startswith(prefix)]
        self._taken: set[str] = set()
        self._missing: list[str] = []
        self._misshapen: list[str] = []

    def names(self) -> list[str]:
        """Names of the encoder's weights, without the prefix."""
        return list(self._inside)

    def has(self, name: str) -> bool:
        return name in self._inside

    def shape(self, name: str, *usual: int) -> tuple[int, ...]:
        """Shape of a weight; the usual one if it is missing, so that `finish` can tell all that is."""
        return tuple(self._inside[name].shape) if name in self._inside else usual

    def take(self, name: str, *shape: int) -> Tensor:
        """A weight as float32; zeros and a note for `finish` if it is missing or of another shape."""
        found = self._inside.get(name)
        if found is None:
            self._missing.append(name)
            return torch.zeros(shape)
        self._taken.add(name)
        if tuple(found.shape) != shape:
            self._misshapen.append(f"{name} {list(found.shape)} instead of {list(shape)}")
            return torch.zeros(shape)
        return found.float()

    def finish(self, ignorable: Sequence[str]) -> list[str]:
        """Ends the reading. Returns what was not used, grouped.

        @param ignorable regular expressions of names that no encoder needs, such as heads and decoders
        @raises CheckpointError naming what is missing, misshapen or unexpected
        """
        left = [name for name in self._inside if name not in self._taken]
        ignored = [name for name in left if any(re.match(pattern, name) for pattern in ignorable)]
        unexpected = [name for name in left if name not in set(ignored)]
        faults = [
            f"{kind}: {listed(names, self.prefix)}"
            for kind, names in (
                ("missing", self._missing),
                ("unexpected", unexpected),
                ("of another shape", self._misshapen),
            )
            if names
        ]
        unused = grouped([self.prefix + name for name in ignored] + self._outside)
        if faults:
            beside = f"; ignored: {', '.join(unused)}" if unused else ""
            raise CheckpointError(f"The weights do not fit. {'; '.join(faults)}{beside}.")
        return unused


def find_prefix(tensors: Tensors, anchors: Sequence[str], prefer: Sequence[str], wanted: str | None) -> str:
    """What stands before the encoder's names.

    @param anchors names that the encoder certainly has; all must be there after the prefix
    @param prefer parts of a prefix that decide between several, best first; else the shortest is taken
    @param wanted the user's choice
    @raises CheckpointError if there is none, or not the wanted one
    """
    places = dict.fromkeys(
        name.removesuffix(anchor) for anchor in anchors for name in tensors if f".{name}".endswith(f".{anchor}")
    )
    absent = {place: [place + anchor for anchor in anchors if place + anchor not in tensors] for place in places}
    found = [place for place in places if not absent[place]]
    if not found:
        nearest = min(absent.values(), key=lambda names: (len(names), len(names[0])), default=anchors)
        # Without these nothing else can be told apart.
        raise CheckpointError(
            f"No such encoder is in it. missing: {listed(nearest)}; "
            f"so all that it has is unexpected: {listed(list(tensors))}."
        )
    if wanted is not None:
        if wanted not in found:
            raise CheckpointError(f"No encoder stands under {wanted!r}, only under {sorted(found)}.")
        return wanted
    for part in prefer:
        matching = [prefix for prefix in found if part in prefix]
        if matching:
            return min(matching, key=len)
    return min(found, key=len)


def listed(names: Sequence[str], prefix: str = "") -> str:
    """The first names, and how many more there are."""
    shown = ", ".join(prefix + name for name in names[:LISTED])
    return shown + (f" and {len(names) - LISTED} more" if len(names) > LISTED else "")


def grouped(names: Iterable[str]) -> list[str]:
    """Names by what stands before their first number, with counts: `decoder_blocks.* (96)`."""
    heads = Counter(re.split(r"\.\d+\.", name)[0] if re.search(r"\.\d+\.", name) else name for name in names)
    return [f"{head}.* ({count})" if count > 1 else head for head, count in heads.items()]


def summary(content: Iterable[str]) -> str:
    """What a file holds, in a few words."""
    groups = grouped(str(name) for name in content)
    return listed(groups) or "nothing"
