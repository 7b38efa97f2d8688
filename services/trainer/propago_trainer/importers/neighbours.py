"""What the files beside a checkpoint say: config.json and preprocessor_config.json of Hugging Face and timm."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from propago_trainer.card import Triple
from propago_trainer.importers.checkpoint import CheckpointError

#: Model types of the transformers library, and the format that they are.
MODEL_TYPES = {"dinov2": "dinov2", "dinov2_with_registers": "dinov2", "dinov3_vit": "dinov3", "dinov3vit": "dinov3"}
#: Names of a checkpoint in a folder, in the order in which they are looked for.
CHECKPOINTS = ("model.safetensors", "pytorch_model.bin")


@dataclass(frozen=True)
class Neighbours:
    """Facts about a checkpoint that its weights do not tell; None where nothing is said."""

    source: str = ""
    """Names of the files that said something."""
    format: str | None = None
    architecture: str | None = None
    """timm's name of the model."""
    heads: int | None = None
    patch: int | None = None
    eps: float | None = None
    rope_base: float | None = None
    activation: str | None = None
    """Activation of the feed-forward, by transformers' name."""
    mean: Triple | None = None
    std: Triple | None = None


def checkpoint_file(path: Path) -> Path:
    """The checkpoint itself, where a folder is named as Hugging Face's tools download it.

    @raises CheckpointError for a folder without a checkpoint
    """
    if not path.is_dir():
        return path
    for name in CHECKPOINTS:
        if (path / name).is_file():
            return path / name
    raise CheckpointError(f"{path} is a folder without {' or '.join(CHECKPOINTS)}; name the checkpoint itself.")


def read_neighbours(checkpoint: Path) -> Neighbours:
    """Facts from the files beside a checkpoint.

    @raises CheckpointError if a file is there but is not JSON
    """
    model, image = (read_json(checkpoint.with_name(name)) for name in ("config.json", "preprocessor_config.json"))
    timm = mapping(model.get("pretrained_cfg"))
    model_type = model.get("model_type")
    said = [name for name, facts in (("config.json", model), ("preprocessor_config.json", image)) if facts]
    architecture = text(model.get("architecture"))
    rope = mapping(model.get("rope_parameters"))
    return Neighbours(
        source=" and ".join(said),
        format="timm" if timm or architecture else MODEL_TYPES.get(str(model_type).lower()),
        architecture=architecture,
        heads=whole(model.get("num_attention_heads")),
        patch=whole(model.get("patch_size")),
        eps=number(model.get("layer_norm_eps")),
        rope_base=number(model.get("rope_theta", rope.get("rope_theta"))),
        activation=text(model.get("hidden_act")),
        mean=triple(image.get("image_mean") or timm.get("mean")),
        std=triple(image.get("image_std") or timm.get("std")),
    )


def read_json(path: Path) -> Mapping[str, Any]:
    """A JSON object; nothing if there is no such file."""
    if not path.is_file():
        return {}
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CheckpointError(f"{path} cannot be read as JSON: {error}. Mend it or take it away.") from error
    return mapping(content)


def mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) and value > 0 else None


def whole(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else None


def triple(value: object) -> Triple | None:
    if not isinstance(value, list) or len(value) != 3:
        return None
    red, green, blue = (number(part) for part in value)
    return (red, green, blue) if red and green and blue else None
