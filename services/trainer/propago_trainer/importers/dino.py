"""Self-distilled transformers: DINO, DINOv2 (with registers, SwiGLU), DINOv3 (rotary positions).

Layouts: facebookresearch/dino vision_transformer.py; facebookresearch/dinov2 dinov2/models/vision_transformer.py and
dinov2/layers/swiglu_ffn.py; facebookresearch/dinov3 dinov3/models/vision_transformer.py, dinov3/hub/backbones.py and
dinov3/layers. Training checkpoints hold a student and a teacher; the teacher is what these projects evaluate.

At other sizes DINO and DINOv2 scale the table of positions to the grid plus 0.1, DINOv2 with registers to the grid
itself (and with antialiasing, which is left out here).
"""

from __future__ import annotations

import re

from propago_trainer.importers.checkpoint import Checkpoint, Tensors, find_prefix
from propago_trainer.importers.imported import Imported, ImportOptions
from propago_trainer.importers.vit_reader import VIT_ANCHORS, VitParts, read_vit, table_of

CONTAINERS = ("teacher", "model", "state_dict", "student")
IGNORABLE = (r"mask_token", r"head\.", r"dino_head\.", r"ibot_head\.", r"(local_)?cls_norm\.")
PREFER = ("teacher", "backbone")


def import_dino(tensors: Tensors, options: ImportOptions) -> Imported:
    """DINO and DINOv2: a learned table of positions that includes CLS; registers stand after CLS without position."""
    tensors = unchunked(tensors)
    checkpoint = Checkpoint(tensors, find_prefix(tensors, VIT_ANCHORS, PREFER, options.prefix))
    table, cls_position = table_of(checkpoint, "pos_embed")
    parts = VitParts(grid_offset=0.0 if checkpoint.has("register_tokens") else 0.1)
    encoder = read_vit(checkpoint, parts, heads=options.heads, positions=table, cls_position=cls_position)
    return Imported(encoder, checkpoint.finish(IGNORABLE))


def import_dinov3(tensors: Tensors, options: ImportOptions) -> Imported:
    """DINOv3: rotary positions, "storage" tokens, wider LayerNorm epsilon (1e-5, `layernormbf16`)."""
    tensors = unchunked(tensors)
    checkpoint = Checkpoint(tensors, find_prefix(tensors, VIT_ANCHORS, PREFER, options.prefix))
    parts = VitParts(registers="storage_tokens", eps=1e-5)
    encoder = read_vit(checkpoint, parts, heads=options.heads, positions="rotary", cls_position=False)
    return Imported(encoder, checkpoint.finish(IGNORABLE))


def unchunked(tensors: Tensors) -> Tensors:
    """Training of DINOv2 groups blocks for sharding (`blocks.CHUNK.NUMBER.`); numbers run on over the chunks."""
    return {re.sub(r"\bblocks\.\d+\.(\d+)\.", r"blocks.\1.", name): value for name, value in tensors.items()}
