"""Residual networks trained on images: supervised (torchvision), MoCo, SimSiam; transformers of MoCo v3.

Layouts: pytorch/vision torchvision/models/resnet.py; facebookresearch/moco moco/builder.py (`encoder_q`, `encoder_k`);
facebookresearch/moco-v3 moco/builder.py and vits.py (`base_encoder`, `momentum_encoder`); facebookresearch/simsiam
simsiam/builder.py (`encoder`). Networks are cut after res4, or after res5 where that is asked for, and their strides
after res3 are taken away: features at stride 8.
"""

from __future__ import annotations

from propago_trainer.importers.checkpoint import Checkpoint, Tensors, find_prefix
from propago_trainer.importers.imported import Imported, ImportOptions
from propago_trainer.importers.resnet_reader import RESNET_ANCHORS, RESNET_IGNORABLE, STAGES, read_resnet
from propago_trainer.importers.vit_reader import USUAL_HEADS, VIT_ANCHORS, VitParts, read_vit, table_of
from propago_trainer.models.resnet import ResNetConfig

PREFER = ("encoder_q", "base_encoder", "encoder")
#: moco-v3 vits.py: the small one has 12 heads of 32 channels.
MOCO_HEADS = {**USUAL_HEADS, 384: 12}


def import_resnet(tensors: Tensors, options: ImportOptions) -> Imported:
    """A network of torchvision's layout, under whatever prefix; the query encoder where there are two."""
    checkpoint = Checkpoint(tensors, find_prefix(tensors, RESNET_ANCHORS, PREFER, options.prefix))
    network = read_resnet(checkpoint, ResNetConfig(18, stages=STAGES[options.layer]))
    return Imported(network, checkpoint.finish(RESNET_IGNORABLE))


def import_moco(tensors: Tensors, options: ImportOptions) -> Imported:
    """MoCo v1 to v3: a residual network, or a transformer with fixed sin-cos positions (v3)."""
    if not any(name.endswith(VIT_ANCHORS[0]) for name in tensors):
        return import_resnet(tensors, options)
    checkpoint = Checkpoint(tensors, find_prefix(tensors, VIT_ANCHORS, PREFER, options.prefix))
    table, cls_position = table_of(checkpoint, "pos_embed")
    encoder = read_vit(
        checkpoint,
        VitParts(heads=MOCO_HEADS),
        heads=options.heads,
        positions=table,
        cls_position=cls_position,
    )
    return Imported(encoder, checkpoint.finish((r"head\.",)))
