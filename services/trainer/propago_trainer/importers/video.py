"""Space-time masked autoencoders: VideoMAE and MAE-ST, as encoders of still frames.

Layouts: MCG-NJU/VideoMAE modeling_pretrain.py and modeling_finetune.py; facebookresearch/mae_st models_mae.py,
models_vit.py and util/video_vit.py. Both embed tubelets: kernels over 2 frames. A still frame repeated in time gives
the same as the kernel summed over time, so that sum is the 2-D kernel. Such a clip would fill every time slot with the
same patches; the imported encoder keeps one slot, the first, and its positions.
"""

from __future__ import annotations

import torch
from torch import Tensor

from propago_trainer.importers.checkpoint import Checkpoint, CheckpointError, Tensors, find_prefix
from propago_trainer.importers.imported import Imported, ImportOptions
from propago_trainer.importers.vit_reader import VIT_ANCHORS, VitParts, patch_shape, read_vit

IGNORABLE = (r"decoder", r"encoder_to_decoder", r"mask_token", r"head\.")
NOTES = (
    "The space-time patch kernel is summed over time, which equals a still frame repeated.",
    "Positions are those of the first time slot.",
)
#: mae_st util/kinetics.py.
MAE_ST_MEAN = (0.45, 0.45, 0.45)
MAE_ST_STD = (0.225, 0.225, 0.225)


def import_videomae(tensors: Tensors, options: ImportOptions) -> Imported:
    """VideoMAE: no CLS; fixed one-dimensional sin-cos positions over all tubelets, not stored, or a learned table."""
    checkpoint = Checkpoint(tensors, find_prefix(tensors, VIT_ANCHORS, ("encoder",), options.prefix))
    dim, patch = patch_shape(checkpoint)
    cells = cells_of(options, patch)
    table = (
        first_slot(checkpoint, "pos_embed", cells, dim, before=0)
        if checkpoint.has("pos_embed")
        else sequence_positions(cells, dim)
    )
    encoder = read_vit(checkpoint, VitParts(), heads=options.heads, positions=table, cls_position=False)
    return Imported(encoder, checkpoint.finish(IGNORABLE), notes=NOTES)


def import_mae_st(tensors: Tensors, options: ImportOptions) -> Imported:
    """MAE-ST: learned positions, by place and by time or as one table; with or without CLS."""
    checkpoint = Checkpoint(tensors, find_prefix(tensors, VIT_ANCHORS, (), options.prefix))
    dim, patch = patch_shape(checkpoint)
    cells = cells_of(options, patch)
    cls = checkpoint.has("cls_token")
    if checkpoint.has("pos_embed_spatial"):
        slots = checkpoint.shape("pos_embed_temporal", 1, 1, dim)[1]
        table = checkpoint.take("pos_embed_spatial", 1, cells, dim)
        table = table + checkpoint.take("pos_embed_temporal", 1, slots, dim)[:, :1]
        if cls:
            table = torch.cat([checkpoint.take("pos_embed_class", 1, 1, dim), table], dim=1)
    else:
        table = first_slot(checkpoint, "pos_embed", cells, dim, before=int(cls))
    encoder = read_vit(checkpoint, VitParts(), heads=options.heads, positions=table, cls_position=cls)
    return Imported(encoder, checkpoint.finish(IGNORABLE), mean=MAE_ST_MEAN, std=MAE_ST_STD, notes=NOTES)


def cells_of(options: ImportOptions, patch: int) -> int:
    """Patches of one training frame."""
    return (options.image_size // patch) ** 2


def first_slot(checkpoint: Checkpoint, name: str, cells: int, width: int, before: int) -> Tensor:
    """Positions of the first time slot in a table [1, before + slots * cells, dim], with the rows before them."""
    rows, dim = checkpoint.shape(name, 1, before + cells, width)[-2:]
    if rows <= before or (rows - before) % cells != 0:
        raise CheckpointError(
            f"{name} has {rows} rows, no whole number of frames of {cells} patches; state the training image's side."
        )
    return checkpoint.take(name, 1, rows, dim)[:, : before + cells]


def sequence_positions(count: int, dim: int) -> Tensor:
    """Sin-cos positions of a sequence, sines at even and cosines at odd channels, [1, count, dim]."""
    channel = torch.arange(dim, dtype=torch.float64)
    angles = torch.arange(count, dtype=torch.float64)[:, None] / 10000 ** (2 * (channel // 2) / dim)
    return torch.where(channel % 2 == 0, angles.sin(), angles.cos()).float()[None]
