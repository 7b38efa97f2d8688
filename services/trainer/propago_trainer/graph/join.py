"""Several encoders as one: features of each patch concatenated, one graph, one file."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
from onnx.version_converter import convert_version

from propago_trainer.card import (
    CARD_KEY,
    GOLDEN_KEY,
    EncoderCard,
    Floats,
    golden_image,
    golden_json,
    read_card,
    set_metadata,
)
from propago_trainer.export import (
    MAX_RELATIVE_ERROR,
    ExportReport,
    compare,
    open_onnx,
    written_when_sound,
)
from propago_trainer.graph.builder import OPSET, ExportError, GraphBuilder
from propago_trainer.graph.vit import ANTIALIAS_OPSET

#: Keeps patches whose features are all zero finite.
SMALLEST_LENGTH = 1e-12
#: Operator sets of files that this package writes.
JOINED_OPSETS = (OPSET, ANTIALIAS_OPSET)
#: From this operator set on reductions take their axes as an input.
REDUCE_BY_INPUT_OPSET = 18


@dataclass(frozen=True)
class Part:
    """One encoder of a join. Its unit features are multiplied by `weight` before the concatenation."""

    model: onnx.ModelProto
    card: EncoderCard
    weight: float
    run: Callable[[Floats], Floats]


def join(parts: Sequence[tuple[Path, float]], path: Path, *, name: str, provenance: str) -> ExportReport:
    """Writes encoders with their weights as one encoder on the finest grid among them, [batch, dim, rows, cols].

    The features of each part are brought to the finest grid (bilinear), scaled to unit length per patch and multiplied
    by its weight; the concatenation is scaled to unit length. The joined encoder takes RGB in 0..1; each part's own
    mean and std are applied in the graph. So the cosine of two patches is the mean of the parts' cosines weighted by
    the squares of the weights. The file is compared with the parts run one by one.

    @raises ValueError if a part has no card, another operator set, or a grid that divides no common one
    @raises ExportError if the file differs from its parts
    """
    loaded = [load_part(file, weight) for file, weight in parts]
    check_parts(loaded)
    patch = min(part.card.patch_size for part in loaded)
    card = EncoderCard(
        name=name,
        patch_size=patch,
        dim=sum(part.card.dim for part in loaded),
        layout="map",
        input_multiple=math.lcm(*(part.card.input_multiple for part in loaded)),
        mean=(0.0, 0.0, 0.0),
        std=(1.0, 1.0, 1.0),
        l2_normalised=True,
        provenance=provenance,
        layer="; ".join(f"{part.card.name}: {part.card.layer}" for part in loaded if part.card.layer),
    )
    graph = GraphBuilder()
    graph.opset = max(opset_of(part.model) for part in loaded)
    pieces = [write_part(graph, index, part, patch) for index, part in enumerate(loaded)]
    length = math.sqrt(sum(part.weight**2 for part in loaded))
    scaled = [
        graph.add("Mul", piece, graph.scalar(part.weight / length)) for piece, part in zip(pieces, loaded, strict=True)
    ]
    output = graph.add("Concat", *scaled, axis=1)
    model = graph.model("image", output, ["batch", card.dim, "rows", "cols"], "joined_encoders")

    def apart(image: Floats) -> Floats:
        return joined_features(loaded, card, image)

    entries = {CARD_KEY: card.to_json(), GOLDEN_KEY: golden_json(card, apart(golden_image(card)))}
    set_metadata(model.model, entries)
    with written_when_sound(path, model) as (partial, size):
        checks = compare(card, partial, apart)
        if not max(check.relative_error for check in checks) <= MAX_RELATIVE_ERROR:
            raise ExportError(f"The joined file differs from its parts: {'; '.join(map(str, checks))}")
    return ExportReport(path, size, card, tuple(checks))


def load_part(file: Path, weight: float) -> Part:
    """@raises ValueError if the file has no card"""
    model = onnx.load(file)
    return Part(model, read_card(model), weight, open_onnx(file.read_bytes()))


def check_parts(parts: Sequence[Part]) -> None:
    """@raises ValueError naming what does not fit"""
    patch = min(part.card.patch_size for part in parts)
    for part in parts:
        opsets = {entry.domain: entry.version for entry in part.model.opset_import}
        if opsets.keys() != {""} or opsets[""] not in JOINED_OPSETS:
            wanted = " or ".join(map(str, JOINED_OPSETS))
            raise ValueError(f"{part.card.name} uses the operator sets {opsets}; only {{'': {wanted}}} can be joined.")
        if part.card.patch_size % patch != 0:
            raise ValueError(f"The patches of {part.card.name} ({part.card.patch_size} px) hold no whole {patch} px.")
        if not part.weight > 0:
            raise ValueError(f"The weight of {part.card.name} must be positive, not {part.weight}.")


def opset_of(model: onnx.ModelProto) -> int:
    """The version of ONNX's own operator set."""
    return next(entry.version for entry in model.opset_import if entry.domain == "")


def write_part(graph: GraphBuilder, index: int, part: Part, patch: int) -> str:
    """Unit features of one part on the finest grid, [batch, dim, rows, cols]."""
    card = part.card
    image = "image"
    if card.mean != (0, 0, 0) or card.std != (1, 1, 1):
        mean, std = (np.array(value, np.float32).reshape(1, 3, 1, 1) for value in (card.mean, card.std))
        centred = graph.add("Sub", image, graph.constant(f"mean{index}", mean))
        image = graph.add("Div", centred, graph.constant(f"std{index}", std))
    model = part.model if opset_of(part.model) == graph.opset else convert_version(part.model, graph.opset)
    features = graph.prefixed(model, f"part{index}", image)
    pixels = graph.axes("image", 2, 4)
    if card.layout == "tokens":
        grid = graph.add("Div", pixels, graph.ints(card.patch_size))
        shape = graph.add("Concat", graph.ints(0, card.dim), grid, axis=0)
        features = graph.add("Reshape", graph.add("Transpose", features, perm=[0, 2, 1]), shape)
    if card.patch_size != patch:
        finest = graph.add("Div", pixels, graph.ints(patch))
        batch_and_dim = graph.add("Concat", graph.axes("image", 0, 1), graph.ints(card.dim), axis=0)
        sizes = graph.add("Concat", batch_and_dim, finest, axis=0)
        features = graph.add(
            "Resize", features, "", "", sizes, mode="linear", coordinate_transformation_mode="half_pixel"
        )
    if graph.opset < REDUCE_BY_INPUT_OPSET:
        length = graph.add("ReduceL2", features, axes=[1], keepdims=1)
    else:
        length = graph.add("ReduceL2", features, graph.ints(1), keepdims=1)
    return graph.add("Div", features, graph.add("Max", length, graph.scalar(SMALLEST_LENGTH)))


def joined_features(parts: Sequence[Part], card: EncoderCard, image: Floats) -> Floats:
    """The same by running the parts one by one, to check the joined graph; [batch, dim, rows, cols]."""
    rows, cols = image.shape[2] // card.patch_size, image.shape[3] // card.patch_size
    pieces = []
    for part in parts:
        mean, std = (np.array(value, np.float32).reshape(3, 1, 1) for value in (part.card.mean, part.card.std))
        features = part.run((image - mean) / std)
        grid = (image.shape[2] // part.card.patch_size, image.shape[3] // part.card.patch_size)
        if part.card.layout == "tokens":
            features = features.transpose(0, 2, 1).reshape(len(image), part.card.dim, *grid)
        features = enlarge(enlarge(features, rows, 2), cols, 3)
        length = np.linalg.norm(features, axis=1, keepdims=True)
        pieces.append(part.weight * features / np.maximum(length, SMALLEST_LENGTH))
    total = math.sqrt(sum(part.weight**2 for part in parts))
    return (np.concatenate(pieces, axis=1) / total).astype(np.float32)


def enlarge(features: Floats, length: int, axis: int) -> Floats:
    """Linear interpolation between cell centres along one axis; the outer cells go on to the border."""
    have = features.shape[axis]
    place = ((np.arange(length) + 0.5) * have / length - 0.5).clip(0, have - 1)
    low = np.minimum(place.astype(int), max(have - 2, 0))
    share = (place - low).reshape([-1 if index == axis else 1 for index in range(features.ndim)])
    near = features.take(low, axis=axis)
    far = features.take(np.minimum(low + 1, have - 1), axis=axis)
    mixed: Floats = (near * (1 - share) + far * share).astype(np.float32)
    return mixed
