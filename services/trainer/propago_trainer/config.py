"""Every knob of a training run, with its reason. Set on the command line as `key=value`."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_type_hints


class ConfigError(ValueError):
    """A setting that cannot be used; the message lists every problem found."""


VIT_SHAPES = {"tiny": (192, 12, 3), "small": (384, 12, 6), "base": (768, 12, 12), "large": (1024, 24, 16)}
"""Width, depth and heads of the named sizes."""


@dataclass(frozen=True)
class TrainConfig:
    """Defaults are those of the paper (Table 4a) where it says one, at a size that a CPU can try."""

    # What is trained.
    arch: str = "vit"
    """vit or conv; SiamMAE needs vit."""
    size: str = "tiny"
    """Shape of a vit: tiny, small, base, large; the next four override it when not 0."""
    dim: int = 0
    depth: int = 0
    heads: int = 0
    patch: int = 16
    positions: str = "sincos"
    """sincos, learned or none."""
    conv_width: int = 128
    conv_dim: int = 96

    # Objectives; 0 switches one off, both may be on.
    siammae: float = 1.0
    """Weight of the masked-autoencoder loss."""
    correspondence: float = 0.0
    """Weight of the dense contrastive loss; needs generated data."""
    same_object: float = 0.5
    walk: float = 0.5
    temperature: float = 0.07

    # SiamMAE (paper section 3, Tables 2 and 3).
    encoder: str = "siamese"
    """siamese (shared weights, frames apart) or joint (both frames at once)."""
    decoder: str = "cross-self"
    """cross-self, cross or joint."""
    decoder_dim: int = 256
    decoder_depth: int = 4
    decoder_heads: int = 8
    future_only: bool = True
    """False is FrameMAE: one frame, no f1."""
    mask_ratio: float = 0.95
    mask_ratio_past: float = 0.0
    """Masked share of f1; above 0 masking is symmetric or asymmetric in the paper's words."""
    mask_kind: str = "random"
    """random, or grid: one patch of each square of 2 x 2, 3 x 3, ... stays, so 75, 89, 94 or 96 % are masked."""
    colour_jitter: float = 0.0

    # Data.
    data: str = "generated"
    """generated or videos."""
    videos: tuple[str, ...] = ()
    """Folders, video files or Kinetics CSV files; with generated data they give textures."""
    image: int = 224
    """Side of the training crops, px."""
    frames: int = 2
    """Frames of a generated clip."""
    objects: int = 3
    textures: int = 800
    """Textures to draw generated clips from: a fifth noise, a fifth procedural, the rest from the videos if given."""
    gap_low: int = 4
    gap_high: int = 48
    """Range of the gap between f1 and f2 in frames at 30 per second, both ends included."""
    crop_low: float = 0.5
    """Smallest share of the frame's area that a crop of a video takes; the largest is 1."""
    flip: bool = True
    repeat: int = 2
    """Repeated sampling: pairs drawn in a row from a video, or uses of a generated clip."""
    workers: int = 1
    """Threads that prepare batches ahead; 0 prepares each when it is needed."""

    # Optimisation.
    batch: int = 2048
    """Clips per optimiser step over all processes and accumulated micro-batches."""
    micro_batch: int = 32
    """Clips per forward pass of one process."""
    steps: int = 1000
    """Optimiser steps. With videos 0 means: from epochs."""
    epochs: int = 2000
    warmup_steps: int = 50
    """With epochs instead: 40 epochs, at most a tenth of all."""
    base_lr: float = 1.5e-4
    """Per 256 clips: lr = base_lr * batch / 256."""
    lr: float = 0.0
    """The learning rate itself; 0 takes it from base_lr."""
    weight_decay: float = 0.05
    beta1: float = 0.9
    beta2: float = 0.95
    clip_gradient: float = 0.0
    """Largest norm of the gradient; 0 does not clip."""

    # The machine.
    seed: int = 1
    device: str = "auto"
    """auto, cpu or cuda."""
    bf16: bool = True
    """Autocast to bfloat16; on CPUs with AMX several times faster too."""
    compile: bool = False
    threads: int = 0
    """CPU threads; 0 leaves PyTorch's choice."""
    peak_tflops: float = 0.0
    """Peak of the device, for the FLOP utilisation; 0 measures a large matrix product."""

    # Output.
    out: str = "training"
    """Folder of checkpoints and metrics."""
    resume: bool = True
    """Go on from the newest checkpoint in `out`, if there is one; false refuses a folder that has one."""
    parent: str = ""
    """Checkpoint whose encoder weights to start from."""
    checkpoint_seconds: float = 300.0
    keep_checkpoints: int = 2
    log_every: int = 10
    """Steps between metric lines."""
    stop_after: int = 0
    """Save and stop as if interrupted after this many steps of this process; 0 does not."""

    def __post_init__(self) -> None:
        problems = list(_problems(self))
        if problems:
            raise ConfigError("; ".join(problems))

    @property
    def learning_rate(self) -> float:
        """Peak learning rate."""
        return self.lr or self.base_lr * self.batch / 256


_CHOICES: dict[str, tuple[str, ...]] = {
    "arch": ("vit", "conv"),
    "size": ("tiny", "small", "base", "large"),
    "positions": ("sincos", "learned", "none"),
    "encoder": ("siamese", "joint"),
    "decoder": ("cross-self", "cross", "joint"),
    "mask_kind": ("random", "grid"),
    "data": ("generated", "videos"),
    "device": ("auto", "cpu", "cuda"),
}


@dataclass(frozen=True)
class _Range:
    """Values that a number may have."""

    low: float
    high: float = math.inf
    without_low: bool = False
    without_high: bool = False

    def holds(self, value: float) -> bool:
        above = value > self.low if self.without_low else value >= self.low
        return above and (value < self.high if self.without_high else value <= self.high)

    def __str__(self) -> str:
        if self.high == math.inf:
            return f"more than {self.low:g}" if self.without_low else f"at least {self.low:g}"
        left, right = "(" if self.without_low else "[", ")" if self.without_high else "]"
        return f"a value in {left}{self.low:g}, {self.high:g}{right}"


_SHARE = _Range(0, 1, without_high=True)
_RANGES: dict[str, _Range] = {
    **dict.fromkeys(("patch", "image", "textures", "batch", "micro_batch", "repeat", "conv_dim"), _Range(1)),
    **dict.fromkeys(("decoder_dim", "decoder_depth", "decoder_heads", "log_every", "keep_checkpoints"), _Range(1)),
    **dict.fromkeys(
        ("dim", "depth", "heads", "siammae", "correspondence", "same_object", "walk", "objects"), _Range(0)
    ),
    **dict.fromkeys(("colour_jitter", "workers", "steps", "warmup_steps", "lr", "weight_decay"), _Range(0)),
    **dict.fromkeys(("clip_gradient", "threads", "peak_tflops", "checkpoint_seconds", "stop_after"), _Range(0)),
    **dict.fromkeys(("mask_ratio_past", "beta1", "beta2"), _SHARE),
    **dict.fromkeys(("temperature", "base_lr"), _Range(0, without_low=True)),
    "mask_ratio": _Range(0, 1, without_low=True, without_high=True),
    "crop_low": _Range(0, 1, without_low=True),
    "frames": _Range(2, 8),
    "epochs": _Range(1),
    "conv_width": _Range(4),
}


def _shape_problems(config: TrainConfig) -> list[str]:
    """What cannot be built of a transformer's widths, heads and patches."""
    found = []
    width, _, heads = VIT_SHAPES.get(config.size, VIT_SHAPES["tiny"])
    shapes = [("dim", "heads", config.dim or width, config.heads or heads)]
    if config.siammae > 0:
        shapes.append(("decoder_dim", "decoder_heads", config.decoder_dim, config.decoder_heads))
        if config.patch > 0 and config.image // config.patch < 2:
            found.append(f"patch: expected two patches or more along a side of {config.image} px")
    for dim_name, heads_name, dim, count in shapes:
        if dim % 4 != 0:
            found.append(f"{dim_name}: expected a multiple of 4, for the positions, but received {dim}")
        if count > 0 and dim % count != 0:
            found.append(f"{heads_name}: expected a divisor of {dim_name} {dim} but received {count}")
    return found


def _problems(config: TrainConfig) -> Sequence[str]:
    found = [
        f"{name}: expected one of {', '.join(choices)} but received {getattr(config, name)!r}"
        for name, choices in _CHOICES.items()
        if getattr(config, name) not in choices
    ]
    for name, value in to_json(config).items():
        if isinstance(value, float) and not math.isfinite(value):
            found.append(f"{name}: expected a number but received {value}")
        elif name in _RANGES and not _RANGES[name].holds(value):
            found.append(f"{name}: expected {_RANGES[name]} but received {value}")
    if config.arch == "vit":
        found += _shape_problems(config)
    if config.siammae <= 0 and config.correspondence <= 0:
        found.append("siammae, correspondence: at least one objective needs a weight above 0")
    if config.siammae > 0 and config.arch != "vit":
        found.append("siammae: masked patches need arch=vit")
    if config.correspondence > 0 and config.data != "generated":
        found.append("correspondence: exact correspondences need data=generated")
    if config.encoder == "joint" and config.decoder != "joint":
        found.append("encoder: a joint encoder leaves f1 and f2 mixed, it needs decoder=joint")
    if config.image % 16 != 0 or config.image % max(config.patch, 1) != 0:
        found.append(f"image: expected a multiple of 16 and of the patch but received {config.image}")
    if config.batch % max(config.micro_batch, 1) != 0:
        found.append("batch: expected a multiple of micro_batch")
    if config.gap_low < 1 or config.gap_high < config.gap_low:
        found.append("gap_low, gap_high: expected 1 <= gap_low <= gap_high")
    if config.data == "videos" and not config.videos:
        found.append("videos: data=videos needs at least one folder, file or CSV")
    return found


def parse_overrides(arguments: Sequence[str]) -> TrainConfig:
    """`key=value` arguments -> configuration.

    Raises:
        ConfigError: unknown keys and values of the wrong type, all of them together.
    """
    types = get_type_hints(TrainConfig)
    values: dict[str, Any] = {}
    problems = []
    for argument in arguments:
        key, separator, text = argument.partition("=")
        if not separator or key not in types:
            problems.append(f"{argument}: expected key=value with one of the documented keys")
            continue
        try:
            values[key] = _parse(types[key], text)
        except ValueError as error:
            problems.append(f"{key}: {error}")
    if problems:
        raise ConfigError("; ".join(problems))
    return TrainConfig(**values)


_IDLE: dict[str, dict[str, str]] = {
    "generated": {
        "colour_jitter": "generated clips change their light themselves",
        "gap_low": "generated clips are made of consecutive frames",
        "gap_high": "generated clips are made of consecutive frames",
        "crop_low": "generated clips are drawn at the size of the crop",
        "flip": "every second use of a generated clip is mirrored",
        "epochs": "generated clips have no epochs",
    },
    "videos": {
        "frames": "videos give pairs",
        "objects": "it counts the cut-outs of generated clips",
        "textures": "it counts the textures of generated clips",
    },
}
"""Settings without effect for each source of data, and why."""
_DEFAULTS = {field.name: field.default for field in dataclasses.fields(TrainConfig)}


def refuse_idle_settings(config: TrainConfig) -> None:
    """Refuses settings that were changed and would change nothing.

    Not a part of `TrainConfig`: runs from before this check go on, and can be probed and exported.

    Raises:
        ConfigError: naming every setting that is not at its default and has no effect with the run's data.
    """
    idle = _IDLE[config.data].items()
    problems = [
        f"{name}: has no effect with data={config.data}, because {reason}"
        for name, reason in idle
        if getattr(config, name) != _DEFAULTS[name]
    ]
    if problems:
        raise ConfigError("; ".join(problems))


def to_json(config: TrainConfig) -> dict[str, Any]:
    """The configuration as plain values, for checkpoints and metric lines."""
    return dataclasses.asdict(config)


FREE_TO_CHANGE = frozenset(
    (
        *("videos", "workers", "micro_batch", "steps", "epochs", "device", "bf16", "compile", "threads", "peak_tflops"),
        *("out", "resume", "parent", "checkpoint_seconds", "keep_checkpoints", "log_every", "stop_after"),
    )
)
"""Settings that a run may be resumed with other values of: where and how long it runs, not what it learns."""


def changed_settings(before: Mapping[str, Any], config: TrainConfig) -> list[str]:
    """What a resumed run may not change, each as `name: was A and is B`; it may leave out what had no effect."""
    now = to_json(config)
    left_out = {name for name in _IDLE[config.data] if now[name] == _DEFAULTS[name]}
    fixed = (name for name in now if name in before and name not in FREE_TO_CHANGE | left_out)
    return [f"{name}: was {before[name]} and is {now[name]}" for name in fixed if before[name] != now[name]]


def from_json(values: dict[str, Any]) -> TrainConfig:
    """The inverse of `to_json`."""
    names = {field.name for field in dataclasses.fields(TrainConfig)}
    known: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in values.items() if key in names
    }
    return TrainConfig(**known)


def _parse(kind: Any, text: str) -> Any:
    if kind is bool:
        if text.lower() not in ("true", "false", "1", "0"):
            raise ValueError(f"expected true or false but received {text!r}")
        return text.lower() in ("true", "1")
    if kind in (int, float, str):
        return kind(text)
    return tuple(part for part in text.split(",") if part)
