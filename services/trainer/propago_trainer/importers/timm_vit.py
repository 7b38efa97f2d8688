"""Vision transformers under timm's own names.

Layouts: huggingface/pytorch-image-models timm/models/vision_transformer.py and eva.py.

Positions may or may not include CLS (`no_embed_class`), registers are `reg_token`. The patch features are those after
the last norm, or after `fc_norm` where the model pools patches. At other sizes positions are interpolated bicubically
with antialiasing (timm/layers/pos_embed.py). DINOv3 is a model of timm's Eva class: LayerScale is `gamma_1`, and the
rotary positions are computed.

Mean and std are those of config.json where it lies beside the file; else ImageNet's for DINOv2 and DINOv3, and 0.5,
those of the AugReg weights, for all others.
"""

from __future__ import annotations

import re
from typing import Literal

from torch import Tensor

from propago_trainer.importers.checkpoint import Checkpoint, CheckpointError, Tensors, find_prefix
from propago_trainer.importers.dino import DINOV3_HEADS, ROPE_BASE
from propago_trainer.importers.imported import Imported, ImportOptions
from propago_trainer.importers.vit_reader import VIT_ANCHORS, VitParts, patch_shape, read_vit, table_of

IGNORABLE = (r"head\.", r"pre_logits\.", r"fc_norm\.")
HALF = (0.5, 0.5, 0.5)
HALF_NOTE = (
    "Mean and std of timm's AugReg weights were taken, 0.5; DeiT and others have ImageNet's: put the model's "
    "config.json beside the file, or give --mean and --std."
)
#: Rows of DINOv2's table of positions: 37 x 37 patches of 14 px, with CLS or without.
DINOV2_ROWS = (1369, 1370)


def import_timm(tensors: Tensors, options: ImportOptions) -> Imported:
    """A plain transformer of timm, or its DINOv3; others (distilled, with query norms, with a norm before) are refused
    by name.

    @raises CheckpointError for models whose arithmetic the names do not tell
    """
    tensors = feed_forward_names(tensors)
    checkpoint = Checkpoint(tensors, find_prefix(tensors, VIT_ANCHORS, (), options.prefix))
    dinov3 = is_dinov3(checkpoint)
    if not options.force:
        check_arithmetic(checkpoint, options.beside.architecture)
    parts = VitParts(registers="reg_token", antialias=not dinov3)
    positions: Tensor | Literal["rotary"] = "rotary"
    cls_position = False
    if dinov3:
        parts = VitParts(registers="reg_token", eps=1e-5, rope_base=ROPE_BASE, heads=DINOV3_HEADS)
    else:
        positions, cls_position = table_of(checkpoint, "pos_embed")
    encoder = read_vit(checkpoint, parts, heads=options.usual_heads, positions=positions, cls_position=cls_position)
    ignored = checkpoint.finish(IGNORABLE)
    if dinov3:
        return Imported(encoder, ignored, notes=("The file is DINOv3 under timm's names.",))
    if is_dinov2(checkpoint):
        return Imported(encoder, ignored, notes=("The file is DINOv2 under timm's names.",))
    notes = () if options.beside.mean else (HALF_NOTE,)
    return Imported(encoder, ignored, mean=HALF, std=HALF, notes=notes)


def is_dinov3(checkpoint: Checkpoint) -> bool:
    """DINOv3 is the model of the Eva class without a table of positions, with CLS, registers and LayerScale."""
    return not checkpoint.has("pos_embed") and all(
        checkpoint.has(name) for name in ("cls_token", "reg_token", "blocks.0.gamma_1", "norm.weight")
    )


def is_dinov2(checkpoint: Checkpoint) -> bool:
    """DINOv2: LayerScale, patches of 14 px, a table of 37 x 37."""
    rows = checkpoint.shape("pos_embed", 1, 1, 1)[1]
    return checkpoint.has("blocks.0.ls1.gamma") and patch_shape(checkpoint)[1] == 14 and rows in DINOV2_ROWS


def check_arithmetic(checkpoint: Checkpoint, architecture: str | None) -> None:
    """Refuses models that have a plain transformer's names and another arithmetic.

    @raises CheckpointError saying what they may be
    """
    if checkpoint.has("pos_embed") and any(
        checkpoint.has(f"blocks.0.{name}") for name in ("gamma_1", "attn.q_bias", "mlp.w1.weight")
    ):
        raise CheckpointError(
            "The file is of timm's Eva class with a table of positions (blocks.0.gamma_1, attn.q_bias). Whether rotary "
            "positions are added is not in the file, and that is not supported; --force reads it without them."
        )
    without = not any(checkpoint.has(name) for name in ("cls_token", "reg_token", "norm.weight"))
    unsaid = architecture is None and without and checkpoint.has("fc_norm.weight")
    if unsaid or (architecture is not None and "_rpn_" in architecture):
        raise CheckpointError(
            "The file has the names of timm's vit_*_rpn_* (norms behind attention and feed-forward), which is not "
            "supported and looks like a plain transformer without CLS (vit_*_gap_*). Where it is the latter, put its "
            "config.json beside it or give --force."
        )


def feed_forward_names(tensors: Tensors) -> Tensors:
    """SwiGLU under DINOv2's and DINOv3's names: timm has `fc1_g` and `fc1_x`, or both packed into `fc1`."""
    apart = any(name.endswith("blocks.0.mlp.fc1_g.weight") for name in tensors)
    if not apart and not is_packed(tensors):
        return tensors
    names = {"fc1_g": "w1", "fc1_x": "w2", "fc2": "w3"} if apart else {"fc1": "w12", "fc2": "w3"}
    pattern = re.compile(rf"\.mlp\.({'|'.join(names)})\.")
    return {pattern.sub(lambda found: f".mlp.{names[found.group(1)]}.", name): value for name, value in tensors.items()}


def is_packed(tensors: Tensors) -> bool:
    """Whether the first block's `fc1` gives twice what `fc2` takes."""
    first = next((name for name in tensors if name.endswith("blocks.0.mlp.fc1.weight")), None)
    second = None if first is None else tensors.get(first.replace("fc1", "fc2"))
    return first is not None and second is not None and tensors[first].shape[0] == 2 * second.shape[-1]
