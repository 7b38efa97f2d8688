"""Vision transformers under timm's own names (huggingface/pytorch-image-models timm/models/vision_transformer.py).

Positions may or may not include CLS (`no_embed_class`), registers are `reg_token`. The patch features are those after
the last norm, or after `fc_norm` where the model pools patches. Mean and std are 0.5, those of the AugReg weights;
other weights need other ones said. At other sizes positions are interpolated bicubically without antialiasing.
"""

from __future__ import annotations

from propago_trainer.importers.checkpoint import Checkpoint, Tensors, find_prefix
from propago_trainer.importers.imported import Imported, ImportOptions
from propago_trainer.importers.vit_reader import VIT_ANCHORS, VitParts, read_vit, table_of

IGNORABLE = (r"head\.", r"pre_logits\.", r"fc_norm\.")
HALF = (0.5, 0.5, 0.5)


def import_timm(tensors: Tensors, options: ImportOptions) -> Imported:
    """A plain transformer of timm; others (distilled, with query norms, with a norm before) are refused by name."""
    checkpoint = Checkpoint(tensors, find_prefix(tensors, VIT_ANCHORS, (), options.prefix))
    table, cls_position = table_of(checkpoint, "pos_embed")
    parts = VitParts(registers="reg_token")
    encoder = read_vit(checkpoint, parts, heads=options.heads, positions=table, cls_position=cls_position)
    return Imported(encoder, checkpoint.finish(IGNORABLE), mean=HALF, std=HALF)
