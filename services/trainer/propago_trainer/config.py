"""Every knob of a training run, with its reason. Set on the command line as `key=value`."""

from __future__ import annotations

import dataclasses
import difflib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar, get_type_hints


class ConfigError(ValueError):
    """A setting that cannot be used; the message lists every problem found."""


VIT_SHAPES = {"tiny": (192, 12, 3), "small": (384, 12, 6), "base": (768, 12, 12), "large": (1024, 24, 16)}
"""Width, depth and heads of the named sizes."""


@dataclass(frozen=True)
class Range:
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


Allowed = Range | tuple[str, ...] | None
Value = TypeVar("Value")
FROM_0, FROM_1, ABOVE_0 = Range(0), Range(1), Range(0, without_low=True)
SHARE = Range(0, 1, without_high=True)


def _setting(default: Value, says: str, allowed: Allowed = None) -> Value:
    """A field of `TrainConfig`: its default, what it does in a sentence, and the values that it may have."""
    field: Value = dataclasses.field(default=default, metadata={"says": says, "allowed": allowed})
    return field


@dataclass(frozen=True)
class TrainConfig:
    """Defaults are those of the paper (Table 4a) where it says one, at a size that a CPU can try.

    So the batch is not the paper's 2048: two cores would work on one such step for minutes.
    """

    # What is trained.
    arch: str = _setting("vit", "Kind of the encoder; SiamMAE needs vit.", ("vit", "conv"))
    size: str = _setting(
        "tiny", "Shape of a vit; dim, depth and heads override it where they are not 0.", (*VIT_SHAPES,)
    )
    dim: int = _setting(0, "Width of a vit; 0 takes that of its size.", FROM_0)
    depth: int = _setting(0, "Blocks of a vit; 0 takes that of its size.", FROM_0)
    heads: int = _setting(0, "Attention heads of a vit; 0 takes that of its size.", FROM_0)
    patch: int = _setting(16, "Side of a patch of a vit, px.", FROM_1)
    positions: str = _setting("sincos", "How a vit knows where its patches are.", ("sincos", "learned", "none"))
    conv_width: int = _setting(128, "Channels of the blocks of a convolutional encoder.", Range(4))
    conv_dim: int = _setting(96, "Length of the features of a convolutional encoder.", FROM_1)

    # Objectives; 0 switches one off, both may be on.
    siammae: float = _setting(1.0, "Weight of the masked-autoencoder loss; 0 switches it off.", FROM_0)
    correspondence: float = _setting(
        0.0, "Weight of the dense contrastive loss, which needs generated data; 0 switches it off.", FROM_0
    )
    same_object: float = _setting(
        0.5, "Within the contrastive loss, weight of the share that falls on the right object.", FROM_0
    )
    walk: float = _setting(0.5, "Within the contrastive loss, weight of the walk along the whole clip.", FROM_0)
    temperature: float = _setting(0.07, "Of the softmax of the contrastive loss.", ABOVE_0)

    # SiamMAE (paper section 3, Tables 2 and 3).
    encoder: str = _setting(
        "siamese", "siamese shares weights and keeps the frames apart; joint sees both at once.", ("siamese", "joint")
    )
    decoder: str = _setting(
        "cross-self", "How the decoder attends to the past frame.", ("cross-self", "cross", "joint")
    )
    decoder_dim: int = _setting(256, "Width of the decoder.", FROM_1)
    decoder_depth: int = _setting(4, "Blocks of the decoder.", FROM_1)
    decoder_heads: int = _setting(8, "Attention heads of the decoder.", FROM_1)
    future_only: bool = _setting(True, "Whether there is a past frame to predict from; false is FrameMAE, one frame.")
    mask_ratio: float = _setting(
        0.95, "Masked share of the frame that is predicted.", Range(0, 1, without_low=True, without_high=True)
    )
    mask_ratio_past: float = _setting(
        0.0, "Masked share of the past frame; above 0 masking is symmetric or asymmetric in the paper's words.", SHARE
    )
    mask_kind: str = _setting(
        "random",
        "Which patches are masked; grid keeps one of each square of 2 x 2, 3 x 3, ..., so 75, 89, 94, 96 % are masked.",
        ("random", "grid"),
    )
    colour_jitter: float = _setting(0.0, "Strength of the change of colours of pairs of a video.", FROM_0)

    # Data.
    data: str = _setting("generated", "What is trained on.", ("generated", "videos"))
    videos: tuple[str, ...] = _setting(
        (),
        "Folders, video files, Kinetics CSV files; with generated data they and pictures in them give textures.",
    )
    image: int = _setting(224, "Side of the training crops, px; a multiple of 16 and of the patch.", FROM_1)
    frames: int = _setting(2, "Frames of a generated clip.", Range(2, 8))
    objects: int = _setting(3, "Cut-outs of a generated clip.", FROM_0)
    textures: int = _setting(
        800,
        "Textures to draw generated clips from: a fifth noise, a fifth procedural, the rest from the videos if given.",
        FROM_1,
    )
    gap_low: int = _setting(4, "Smallest gap between the frames of a pair of a video, frames at 30 per second.", FROM_1)
    gap_high: int = _setting(
        48, "Largest gap between the frames of a pair of a video, frames at 30 per second.", FROM_1
    )
    crop_low: float = _setting(
        0.5,
        "Smallest share of the frame's area that a crop of a video takes; the largest is 1.",
        Range(0, 1, without_low=True),
    )
    flip: bool = _setting(True, "Whether pairs of videos are mirrored at random.")
    repeat: int = _setting(
        2, "Repeated sampling: pairs drawn in a row from a video, or uses of a generated clip.", FROM_1
    )
    workers: int = _setting(1, "Threads that prepare batches ahead; 0 prepares each when it is needed.", FROM_0)

    # Optimisation.
    batch: int = _setting(
        64,
        "Clips of an optimiser step over all processes, a multiple of micro_batch; the paper's is 2048.",
        FROM_1,
    )
    micro_batch: int = _setting(16, "Clips of a forward pass of one process.", FROM_1)
    steps: int = _setting(1000, "Optimiser steps; with videos 0 means: from epochs.", FROM_0)
    epochs: int = _setting(2000, "Times that each video is used, where steps is 0.", FROM_1)
    warmup_steps: int = _setting(
        50, "Steps in which the learning rate rises; with epochs 40 of them instead, at most a tenth of all.", FROM_0
    )
    base_lr: float = _setting(1.5e-4, "Learning rate for 256 clips: lr = base_lr * batch / 256.", ABOVE_0)
    lr: float = _setting(0.0, "The learning rate itself; 0 takes it from base_lr and the batch.", FROM_0)
    weight_decay: float = _setting(0.05, "Weight decay of AdamW.", FROM_0)
    beta1: float = _setting(0.9, "First moment of AdamW.", SHARE)
    beta2: float = _setting(0.95, "Second moment of AdamW.", SHARE)
    clip_gradient: float = _setting(0.0, "Largest norm of the gradient; 0 does not clip.", FROM_0)

    # The machine.
    seed: int = _setting(1, "Of everything random.")
    device: str = _setting("auto", "Where to train; auto takes a GPU if there is one.", ("auto", "cpu", "cuda"))
    bf16: bool = _setting(True, "Autocast to bfloat16 where a measurement shows that the device computes in it.")
    compile: bool = _setting(False, "Whether the model is compiled by torch.compile before the first step.")
    threads: int = _setting(0, "CPU threads; 0 leaves PyTorch's choice.", FROM_0)
    peak_tflops: float = _setting(
        0.0, "Peak of the device in 10^12 operations per second, for the FLOP utilisation; 0 measures it.", FROM_0
    )

    # Output.
    out: str = _setting("training", "Folder of checkpoints and metrics.")
    resume: bool = _setting(
        True, "Go on from the newest checkpoint in out, if there is one; false refuses a folder that has one."
    )
    parent: str = _setting("", "Checkpoint whose encoder weights to start from.")
    checkpoint_seconds: float = _setting(300.0, "Seconds between checkpoints.", FROM_0)
    keep_checkpoints: int = _setting(2, "Newest checkpoints that are kept.", FROM_1)
    log_every: int = _setting(10, "Steps between metric lines.", FROM_1)
    stop_after: int = _setting(
        0, "Save and stop as if interrupted after this many steps of this process; 0 does not.", FROM_0
    )

    def __post_init__(self) -> None:
        problems = list(_problems(self))
        if problems:
            raise ConfigError("; ".join(problems))

    @property
    def learning_rate(self) -> float:
        """Peak learning rate."""
        return self.lr or self.base_lr * self.batch / 256


_FIELDS = {field.name: field for field in dataclasses.fields(TrainConfig)}
_TYPES = get_type_hints(TrainConfig)
_TYPE_NAMES = {bool: "true or false", int: "whole number", float: "number", str: "text"}


def list_settings() -> list[dict[str, Any]]:
    """Every setting: name, type, the values that it may have, default, and what it does in a sentence."""
    return [
        {
            "name": name,
            "type": _TYPE_NAMES.get(_TYPES[name], "list of texts, separated by commas"),
            "allowed": " | ".join(allowed) if isinstance(allowed, tuple) else str(allowed or ""),
            "default": field.default,
            "description": field.metadata["says"],
        }
        for name, field in _FIELDS.items()
        for allowed in (field.metadata["allowed"],)
    ]


SMALLEST_LEARNING_RATE = 2e-5
"""Below it AdamW moves weights too little for a run of some thousand steps; the paper's is 1.2e-3."""


def doubts(config: TrainConfig) -> list[str]:
    """What makes a run that can begin useless, a sentence each with the way out."""
    found = []
    rate = config.learning_rate
    if rate < SMALLEST_LEARNING_RATE:
        why = "" if config.lr else f" (base_lr {config.base_lr:g} x batch {config.batch} / 256)"
        found.append(
            f"The learning rate is at most {rate:.2g}{why}: so small that hardly anything is learned. "
            "Set it yourself, like lr=1e-3, or take a larger batch."
        )
    if 0 < config.steps < config.warmup_steps:
        found.append(
            f"The learning rate rises for {config.warmup_steps} steps and the run has {config.steps}, so it never "
            f"reaches {rate:.2g}. Set warmup_steps to a tenth of steps or less."
        )
    return found


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
        for name, choices in ((name, field.metadata["allowed"]) for name, field in _FIELDS.items())
        if isinstance(choices, tuple) and getattr(config, name) not in choices
    ]
    for name, value in to_json(config).items():
        allowed = _FIELDS[name].metadata["allowed"]
        if isinstance(value, float) and not math.isfinite(value):
            found.append(f"{name}: expected a number but received {value}")
        elif isinstance(allowed, Range) and not allowed.holds(value):
            found.append(f"{name}: expected {allowed} but received {value}")
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
    values: dict[str, Any] = {}
    problems = []
    for argument in arguments:
        key, separator, text = argument.partition("=")
        if not separator:
            problems.append(f"{argument}: expected NAME=VALUE, like steps=2500")
        elif key not in _TYPES:
            problems.append(f"there is no setting {key}{_did_you_mean(key)}")
        else:
            try:
                values[key] = _parse(_TYPES[key], text)
            except ValueError:
                kind = _TYPE_NAMES[_TYPES[key]]
                problems.append(f"{key} must be {'' if kind.startswith('true') else 'a '}{kind} but is {text!r}")
    if problems:
        raise ConfigError("; ".join(problems))
    return TrainConfig(**values)


def _did_you_mean(key: str) -> str:
    near = difflib.get_close_matches(key, _TYPES, n=2)
    return f", did you mean {' or '.join(near)}?" if near else ""


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
_DEFAULTS = {name: field.default for name, field in _FIELDS.items()}


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
    known: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in values.items() if key in _FIELDS
    }
    return TrainConfig(**known)


def _parse(kind: Any, text: str) -> Any:
    if kind is bool:
        if text.lower() not in ("true", "false", "1", "0"):
            raise ValueError
        return text.lower() in ("true", "1")
    if kind in (int, float, str):
        return kind(text)
    return tuple(part for part in text.split(",") if part)
