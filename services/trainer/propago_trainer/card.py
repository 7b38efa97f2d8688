"""What an ONNX file says about itself: the encoder card and golden features, both in the file's metadata."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import Literal

import numpy as np
import onnx
from numpy.typing import NDArray

#: Metadata keys; the platform reads both.
CARD_KEY = "propago.card"
GOLDEN_KEY = "propago.golden"
#: The platform's limit for the text.
MAX_PROVENANCE = 4000

IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)

Floats = NDArray[np.float32]
Triple = tuple[float, float, float]


@dataclass(frozen=True)
class EncoderCard:
    """How to run an encoder. Input: RGB in 0..1, minus `mean`, divided by `std`, float32 [batch, 3, height, width].

    `layout` "tokens": output [batch, patches, dim], row-major; "map": [batch, dim, rows, cols]. Both sides of the input
    are multiples of `input_multiple`, itself a multiple of `patch_size`. `layer` says where in the network the features
    are taken.
    """

    name: str
    patch_size: int
    dim: int
    layout: Literal["tokens", "map"]
    input_multiple: int
    mean: Triple = IMAGENET_MEAN
    std: Triple = IMAGENET_STD
    l2_normalised: bool = False
    provenance: str = ""
    layer: str = ""

    def to_json(self) -> str:
        """The card as the platform's schema has it."""
        return json.dumps(
            {
                "name": self.name,
                "patchSize": self.patch_size,
                "dim": self.dim,
                "inputMultiple": self.input_multiple,
                "mean": self.mean,
                "std": self.std,
                "inputRange": [0, 1],
                "layout": self.layout,
                "l2Normalised": self.l2_normalised,
                "inputName": "image",
                "outputName": "features",
                "provenance": self.provenance[:MAX_PROVENANCE],
                **({"layer": self.layer} if self.layer else {}),
            }
        )


def read_card(model: onnx.ModelProto) -> EncoderCard:
    """The card in a file's metadata.

    @raises ValueError if it has none, or one that leaves something open
    """
    text = next((entry.value for entry in model.metadata_props if entry.key == CARD_KEY), None)
    if text is None:
        raise ValueError(f"The ONNX file has no card in its metadata ({CARD_KEY}).")
    facts = json.loads(text)
    try:
        red, green, blue = facts["mean"]
        red_std, green_std, blue_std = facts["std"]
        return EncoderCard(
            name=facts["name"],
            patch_size=facts["patchSize"],
            dim=facts["dim"],
            layout=facts["layout"],
            input_multiple=facts.get("inputMultiple", facts["patchSize"]),
            mean=(red, green, blue),
            std=(red_std, green_std, blue_std),
            l2_normalised=facts.get("l2Normalised", False),
            provenance=facts.get("provenance", ""),
            layer=facts.get("layer", ""),
        )
    except KeyError as error:
        raise ValueError(f"The card of the ONNX file does not state {error}.") from error


def set_metadata(model: onnx.ModelProto, entries: dict[str, str]) -> None:
    """Adds entries to the file's metadata, replacing those of the same key."""
    kept = [entry for entry in model.metadata_props if entry.key not in entries]
    del model.metadata_props[:]
    model.metadata_props.extend(kept)
    for key, value in entries.items():
        model.metadata_props.add(key=key, value=value)


def golden_image(card: EncoderCard) -> Floats:
    """The fixed image of the golden features, normalised for the encoder, [1, 3, 4 m, 6 m] with m = `input_multiple`.

    The rgb24 value of channel c at (x, y) is (7 x + 13 y + 29 c) mod 256: any language can make it.
    """
    height, width = 4 * card.input_multiple, 6 * card.input_multiple
    c, y, x = np.meshgrid(np.arange(3), np.arange(height), np.arange(width), indexing="ij")
    rgb = (7 * x + 13 * y + 29 * c) % 256 / 255
    mean, std = (np.array(value).reshape(3, 1, 1) for value in (card.mean, card.std))
    image: Floats = ((rgb - mean) / std).astype(np.float32)[None]
    return image


def golden_json(card: EncoderCard, features: Floats) -> str:
    """The golden features of `golden_image`, L2-normalised per patch, patches row-major, little-endian float32."""
    rows, cols = 4 * card.input_multiple // card.patch_size, 6 * card.input_multiple // card.patch_size
    patches = patch_rows(card, features)[0]
    unit = patches / np.linalg.norm(patches, axis=1, keepdims=True)
    return json.dumps(
        {
            "height": 4 * card.input_multiple,
            "width": 6 * card.input_multiple,
            "pattern": "affine-mod",
            "rows": rows,
            "cols": cols,
            "dim": card.dim,
            "features": base64.b64encode(unit.astype("<f4").tobytes()).decode(),
        }
    )


def patch_rows(card: EncoderCard, features: Floats) -> Floats:
    """Features of either layout as [batch, patches, dim]."""
    if card.layout == "tokens":
        return features
    return features.reshape(*features.shape[:2], -1).transpose(0, 2, 1)
