"""What makes a file one of a format: names that it must have, must not have and may have.

Families share names: a ViT of timm fits DINOv2's reader, and its features would be those of images normalised with
another mean. One table therefore tells the formats apart, for the guess where none is stated and for the refusal where
the names fit but the marks do not.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import torch

from propago_trainer.importers.checkpoint import Tensors
from propago_trainer.importers.dino import unchunked
from propago_trainer.importers.hugging_face import own_names
from propago_trainer.models.positions import sincos_positions

#: Largest difference of a stored position from the sin-cos one; half precision rounds by 5e-4.
FIXED_TOLERANCE = 2e-3


@dataclass(frozen=True)
class Mark:
    """A name in a file, after whatever prefix, in the words of a message."""

    told: str
    pattern: str
    dimensions: int | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "_regex", re.compile(rf"(?:^|\.)(?:{self.pattern})$"))

    def stands(self, tensors: Tensors) -> bool:
        regex: re.Pattern[str] = self._regex  # type: ignore[attr-defined]
        return any(regex.search(name) and self.dimensions in (None, value.dim()) for name, value in tensors.items())


PATCHES = Mark("patch_embed.proj.weight of images", r"patch_embed\.proj\.weight", 4)
TUBELETS = Mark("patch_embed.proj.weight of tubelets", r"patch_embed\.proj\.weight", 5)
TABLE = Mark("a table of positions (pos_embed)", r"pos_embed")
CLS = Mark("cls_token", r"cls_token")
MASK = Mark("DINOv2's mask_token", r"mask_token", 2)
LAYER_SCALE = Mark("LayerScale (blocks.0.ls1.gamma)", r"blocks\.0\.ls1\.gamma")
ANY_SCALE = Mark("LayerScale", r"blocks\.0\.(?:ls1\.gamma|gamma_1)")
CLASSIFIER = Mark("a classifier (head.weight)", r"head\.weight", 2)
DINO_HEAD = Mark("DINO's head (head.mlp)", r"head\.(?:mlp|last_layer)\..*")
DECODER = Mark("a decoder (decoder_embed)", r"decoder_(?:embed|pred)\.weight")
CROSS_DECODER = Mark("a decoder with cross-attention", r"decoder_blocks\.0\.cross_attn\..*")
POOLED_NORM = Mark("fc_norm", r"fc_norm\.weight")
TIMM_REGISTERS = Mark("timm's registers (reg_token)", r"reg_token")
REGISTERS = Mark("DINOv2's registers (register_tokens)", r"register_tokens")
STORAGE = Mark("DINOv3's storage_tokens", r"storage_tokens")
NO_KEY_BIAS = Mark("q_bias without one for the keys", r"blocks\.0\.attn\.q_bias")
APART = Mark("attn.q, attn.k and attn.v apart", r"blocks\.0\.attn\.q\.weight")
TWIN = Mark("a base encoder or query encoder (MoCo)", r"(?:base_encoder|encoder_q)\..*")
STEM = Mark("conv1.weight", r"conv1(?:\.1)?\.weight", 4)
FIRST_LAYER = Mark("conv1.weight or patch_embed.proj.weight", r"conv1\.weight|patch_embed\.proj\.weight", 4)
MMCV_STEM = Mark("mmcv's conv1.conv.weight", r"conv1\.conv\.weight")
PREDICTOR = Mark("SimSiam's predictor", r"predictor\.\d\.(?:weight|bias)")
WALK = Mark("CRW's encoder.model or selfsim_fc", r"(?:encoder\.model\..*|selfsim_fc\..*|conv1\.1\.weight)")
GRAY = Mark("UVC's gray_encoder", r"gray_encoder\..*")
INFLATED = Mark("TimeCycle's encoderVideo", r"encoderVideo\..*")


@dataclass(frozen=True)
class Marks:
    """Marks of a format.

    `telling` are those that some of its files have and that decide between formats. `positions`: whether a table of
    positions is the fixed sin-cos one. `doubt`: what is said of a file that has no telling mark.
    """

    required: tuple[Mark, ...]
    forbidden: tuple[Mark, ...] = ()
    telling: tuple[Mark, ...] = ()
    positions: Literal["fixed", "learned"] | None = None
    doubt: str = ""


NOT_MASKED = (CLASSIFIER, ANY_SCALE, TIMM_REGISTERS, REGISTERS, STORAGE, DINO_HEAD, TWIN)
OTHER_NETWORKS = (WALK, GRAY, INFLATED)

#: Order decides between formats that are read alike.
MARKS: Mapping[str, Marks] = {
    "siammae": Marks((PATCHES, TABLE, CLS), (*NOT_MASKED, POOLED_NORM), (CROSS_DECODER,), "fixed"),
    "cropmae": Marks((PATCHES, TABLE, CLS), (*NOT_MASKED, POOLED_NORM), (CROSS_DECODER,), "fixed"),
    "mae": Marks((PATCHES, TABLE, CLS), NOT_MASKED, (), "fixed"),
    "dino": Marks(
        (PATCHES, TABLE, CLS),
        (CLASSIFIER, ANY_SCALE, POOLED_NORM, TIMM_REGISTERS, REGISTERS, STORAGE, DECODER, TWIN),
        (DINO_HEAD,),
        "learned",
        "the names do not tell DINO's backbone from a transformer of timm without its head, whose mean and std are 0.5",
    ),
    "dinov2": Marks(
        (PATCHES, TABLE, CLS, LAYER_SCALE),
        (CLASSIFIER, POOLED_NORM, STORAGE, DECODER, TWIN),
        (MASK,),
        "learned",
        "DINOv2's mask_token is missing, so the file may be timm's, whose positions are antialiased at other sizes",
    ),
    "dinov3": Marks((PATCHES, CLS, STORAGE), (TABLE,)),
    "videomae": Marks((TUBELETS, NO_KEY_BIAS), (APART, CLS)),
    "mae-st": Marks((TUBELETS, APART), (NO_KEY_BIAS,)),
    "timm": Marks(
        (PATCHES,),
        (STORAGE, REGISTERS, DECODER, DINO_HEAD, TWIN, MASK),
        (CLASSIFIER, POOLED_NORM, TIMM_REGISTERS, ANY_SCALE),
        "learned",
        "the names do not tell a transformer of timm without its head from DINO's backbone, whose mean and std are "
        "ImageNet's",
    ),
    "torchvision-resnet": Marks((STEM,), OTHER_NETWORKS),
    "moco": Marks((FIRST_LAYER,), (*OTHER_NETWORKS, ANY_SCALE, DECODER), (TWIN,), "fixed"),
    "simsiam": Marks((STEM,), OTHER_NETWORKS, (PREDICTOR,)),
    "vfs": Marks((MMCV_STEM,)),
    "crw": Marks((STEM, WALK), (GRAY, INFLATED)),
    "uvc": Marks((STEM, GRAY)),
    "timecycle": Marks((INFLATED,)),
}  # fmt: skip


@dataclass(frozen=True)
class Findings:
    """How a file stands to a format."""

    against: tuple[str, ...]
    """Contradictions, in words."""
    told: bool | None
    """Whether it has a telling mark; None if the format has none."""

    @property
    def rank(self) -> int:
        """Formats of the lowest rank fit best."""
        return {True: 0, None: 1, False: 2}[self.told]


def findings(tensors: Tensors, name: str) -> Findings:
    """Holds a file against the marks of a format."""
    tensors = own_names(unchunked(tensors))
    marks = MARKS[name]
    against = [f"it has no {mark.told}" for mark in marks.required if not mark.stands(tensors)]
    against += [f"it has {mark.told}" for mark in marks.forbidden if mark.stands(tensors)]
    fixed = fixed_positions(tensors)
    if marks.positions == "fixed" and fixed is False and not (name == "mae" and POOLED_NORM.stands(tensors)):
        against.append("its positions are learned instead of the fixed sines and cosines")
    if marks.positions == "learned" and fixed is True:
        against.append("its positions are the fixed sines and cosines of masked autoencoders instead of learned ones")
    told = any(mark.stands(tensors) for mark in marks.telling) if marks.telling else None
    return Findings(tuple(against), told)


def fixed_positions(tensors: Tensors) -> bool | None:
    """Whether the table of positions is the sin-cos one, by column or by row first; None if there is no table."""
    table = next((value for name, value in tensors.items() if re.search(r"(?:^|\.)pos_embed$", name)), None)
    if table is None or table.dim() != 3 or table.shape[2] % 4 != 0:
        return None
    rows, dim = table.shape[1:]
    side = math.isqrt(rows)
    before = rows - side * side
    if before > 1:
        return None
    places = torch.arange(side)
    expected = sincos_positions(dim, places, places)
    turned = expected.view(side, side, dim).transpose(0, 1).reshape(side * side, dim)
    stored = table[0, before:].float()
    return any(float((stored - wanted).abs().max()) < FIXED_TOLERANCE for wanted in (expected, turned))


#: Encoders that are asked for and not supported: a name in the file, what it is, what to do.
UNSUPPORTED = (
    (r"(?:^|\.)trunk\.blocks\.\d+\.|pos_embed_window$|encoder\.backbone\.stages\.\d+\.blocks", "a Hiera encoder, "
     "as in SAM 2, whose windows and pooling no reader here has"),
    (r"(?:^|\.)blocks\.\d+\.proj\.weight$", "a hierarchical transformer (Hiera, MViT), which no reader here has"),
    (r"(?:^|\.)norm_pre\.weight$", "the image tower of a CLIP model, with a norm before the blocks, which is not read"),
    (r"attn\.rel_pos_h$", "the encoder of Segment Anything, whose attention in windows no reader here has"),
    (r"(?:^|\.)vision_model\.|(?:^|\.)visual\.(?:conv1|proj|transformer|trunk|class_embedding)|text_projection|"
     r"logit_scale$", "a CLIP or SigLIP model; its image tower, with a norm before the blocks, is not read"),
    (r"encoder\.layer\.\d+\.layernorm_before\.", "a ViT or ViT-MAE in Hugging Face's layout; only DINOv2 and DINOv3 "
     "are read under those names: take the file of the model's own project, or timm's"),
    (r"relative_position_bias_table$|relative_position_index$", "a Swin or BEiT model, whose relative positions no "
     "reader here has"),
    (r"downsample_layers\.\d+\.|stages\.\d+\.(?:blocks|layers)\.\d+\.(?:conv_dw|dwconv|depthwise_conv|gamma)",
     "a ConvNeXt, which no reader here has; DINOv3's ConvNeXts too"),
    (r"(?:^|\.)(?:embed_tokens|wte|tok_embeddings)\.weight$", "a language model"),
)  # fmt: skip


def unsupported(tensors: Tensors) -> str | None:
    """A sentence about a file of a kind that is known and not supported."""
    for pattern, told in UNSUPPORTED:
        found = next((name for name in tensors if re.search(pattern, name)), None)
        if found is not None:
            return f"By its names ({found}) it is {told}."
    return None
