"""Self-distilled transformers: DINO, DINOv2 (with registers, SwiGLU), DINOv3 (rotary positions).

Layouts: facebookresearch/dino vision_transformer.py; facebookresearch/dinov2 dinov2/models/vision_transformer.py and
dinov2/layers/swiglu_ffn.py; facebookresearch/dinov3 dinov3/models/vision_transformer.py, dinov3/hub/backbones.py and
dinov3/layers. Training checkpoints hold a student and a teacher; the teacher is what these projects evaluate. DINOv2
and DINOv3 are read under the names of the transformers library too (hugging_face.py).

At other sizes DINO and DINOv2 scale the table of positions to the grid plus 0.1, DINOv2 with registers to the grid
itself, with antialiasing.
"""

from __future__ import annotations

import re

from propago_trainer.importers.checkpoint import Checkpoint, CheckpointError, Tensors, find_prefix
from propago_trainer.importers.hugging_face import is_hugging_face, own_names
from propago_trainer.importers.imported import Imported, ImportOptions
from propago_trainer.importers.vit_reader import VIT_ANCHORS, VitParts, read_vit, table_of

CONTAINERS = ("teacher", "model", "state_dict", "student")
IGNORABLE = (r"mask_token", r"head\.", r"dino_head\.", r"ibot_head\.", r"(local_)?cls_norm\.")
PREFER = ("teacher", "backbone")
#: Base of DINOv3's rotary periods.
ROPE_BASE = 100.0
#: DINOv3's heads have 64 channels; those of the 7B model 128.
DINOV3_HEADS = {4096: 32}


def import_dino(tensors: Tensors, options: ImportOptions) -> Imported:
    """DINO and DINOv2: a learned table of positions that includes CLS; registers stand after CLS without position."""
    tensors = own_names(unchunked(tensors))
    checkpoint = Checkpoint(tensors, find_prefix(tensors, VIT_ANCHORS, PREFER, options.prefix))
    table, cls_position = table_of(checkpoint, "pos_embed")
    registers = checkpoint.has("register_tokens")
    parts = VitParts(
        grid_offset=0.0 if registers else 0.1,
        antialias=registers,
        eps=options.beside.eps or VitParts.eps,
    )
    encoder = read_vit(checkpoint, parts, heads=options.usual_heads, positions=table, cls_position=cls_position)
    return Imported(encoder, checkpoint.finish(IGNORABLE))


def import_dinov3(tensors: Tensors, options: ImportOptions) -> Imported:
    """DINOv3: rotary positions, "storage" tokens, wider LayerNorm epsilon (1e-5, `layernormbf16`).

    Hugging Face's files do not store the rotary periods; there they are computed.
    """
    check_activation(tensors, options.beside.activation)
    rope_base = (options.beside.rope_base or ROPE_BASE) if is_hugging_face(tensors) else None
    tensors = own_names(unchunked(tensors))
    checkpoint = Checkpoint(tensors, find_prefix(tensors, VIT_ANCHORS, PREFER, options.prefix))
    parts = VitParts(
        registers="storage_tokens", eps=options.beside.eps or 1e-5, rope_base=rope_base, heads=DINOV3_HEADS
    )
    encoder = read_vit(checkpoint, parts, heads=options.usual_heads, positions="rotary", cls_position=False)
    return Imported(encoder, checkpoint.finish(IGNORABLE))


def check_activation(tensors: Tensors, stated: str | None) -> None:
    """Holds what config.json says of Hugging Face's feed-forward against what the encoder has.

    @raises CheckpointError for an activation that no published model has
    """
    expected = "silu" if any(".mlp.gate_proj." in name for name in tensors) else "gelu"
    if stated not in (None, expected):
        raise CheckpointError(f"config.json says hidden_act {stated!r}; with these feed-forwards {expected!r} is read.")


def unchunked(tensors: Tensors) -> Tensors:
    """Training of DINOv2 groups blocks for sharding (`blocks.CHUNK.NUMBER.`); numbers run on over the chunks."""
    return {re.sub(r"\bblocks\.\d+\.(\d+)\.", r"blocks.\1.", name): value for name, value in tensors.items()}
