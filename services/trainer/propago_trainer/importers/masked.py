"""Masked autoencoders of images and frame pairs: MAE, SiamMAE, CropMAE.

Layouts: facebookresearch/mae models_mae.py; alexandre-eymael/CropMAE models/SiamMAE.py, which trains both SiamMAE and
CropMAE and adds nothing to MAE's encoder. The fixed sin-cos positions are stored (`pos_embed`); at other sizes they are
interpolated as CropMAE's propagation does (downstreams/propagation/src/models_mae.py): to the grid plus 0.1.
"""

from __future__ import annotations

from propago_trainer.importers.checkpoint import Checkpoint, Tensors, find_prefix
from propago_trainer.importers.imported import Imported, ImportOptions
from propago_trainer.importers.vit_reader import VIT_ANCHORS, VitParts, read_vit, table_of

IGNORABLE = (r"decoder_", r"mask_token", r"head\.", r"fc_norm\.")


def import_masked(tensors: Tensors, options: ImportOptions) -> Imported:
    """An encoder of the family; its decoder is left behind."""
    checkpoint = Checkpoint(tensors, find_prefix(tensors, VIT_ANCHORS, (), options.prefix))
    table, cls_position = table_of(checkpoint, "pos_embed")
    parts = VitParts(grid_offset=0.1)
    encoder = read_vit(checkpoint, parts, heads=options.heads, positions=table, cls_position=cls_position)
    return Imported(encoder, checkpoint.finish(IGNORABLE))
