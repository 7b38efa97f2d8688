"""Residual networks trained on video: VFS, CRW, UVC, TimeCycle. All are cut after res4 at stride 8.

UVC's own evaluation (test.py, `uselayer=4`) goes one stage further, through res5 at stride 1: `--layer res5`.

Layouts: xvjiarui/VFS mmaction/models/backbones/resnet.py (mmcv's ConvModule: `conv1.conv`, `conv1.bn`);
ajabri/videowalk code/resnet.py, code/model.py and code/utils/__init__.py (`encoder.model`); Liusifei/UVC libs/resnet.py
and libs/model.py (`gray_encoder`); xiaolonw/TimeCycle models/videos/inflated_resnet.py and model_test.py
(`encoderVideo`, kernels inflated over one frame).
"""

from __future__ import annotations

import re
from dataclasses import replace

from propago_trainer.importers.checkpoint import Checkpoint, Tensors, find_prefix
from propago_trainer.importers.imported import Imported, ImportOptions
from propago_trainer.importers.resnet_reader import (
    MMCV_ANCHORS,
    RESNET_ANCHORS,
    RESNET_IGNORABLE,
    STAGES,
    flat_kernel,
    read_resnet,
)
from propago_trainer.models.resnet import ResNet, ResNetConfig

#: A convolution behind a padding of its own: `conv1.1.weight`.
SEQUENTIAL_CONV = re.compile(r"\b(conv[12])\.1\.weight$")


def import_vfs(tensors: Tensors, options: ImportOptions) -> Imported:
    """VFS: mmcv's names, the backbone beside projection and prediction heads."""
    checkpoint = Checkpoint(tensors, find_prefix(tensors, MMCV_ANCHORS, ("backbone",), options.prefix))
    network = read_resnet(checkpoint, ResNetConfig(18, stages=STAGES[options.layer]), mmcv=True)
    return Imported(network, checkpoint.finish(RESNET_IGNORABLE))


def import_crw(tensors: Tensors, options: ImportOptions) -> Imported:
    """CRW: every convolution pads by reflection; the random walk's own projection (`selfsim_fc`) is not used.

    Its published file was saved when the padding was a module of its own before the convolution, which test.py renames.
    """
    tensors = {SEQUENTIAL_CONV.sub(r"\1.weight", name): value for name, value in tensors.items()}
    checkpoint = Checkpoint(tensors, find_prefix(tensors, RESNET_ANCHORS, ("encoder",), options.prefix))
    network = read_resnet(checkpoint, ResNetConfig(18, padding="reflect", stages=STAGES[options.layer]))
    notes = ("Convolutions pad by reflection, as in CRW's training.",)
    return Imported(network, checkpoint.finish(RESNET_IGNORABLE), notes=notes)


def import_uvc(tensors: Tensors, options: ImportOptions) -> Imported:
    """UVC: the encoder of lightness; the graph computes it from RGB."""
    checkpoint = Checkpoint(tensors, find_prefix(tensors, RESNET_ANCHORS, ("gray_encoder",), options.prefix))
    network = read_resnet(checkpoint, ResNetConfig(18, lightness=True, stages=STAGES[options.layer]))
    notes = ("The network sees CIE lightness, computed from RGB in the graph.",)
    ignored = checkpoint.finish(RESNET_IGNORABLE)
    return Imported(network, ignored, mean=(0.0, 0.0, 0.0), std=(1.0, 1.0, 1.0), notes=notes)


def import_timecycle(tensors: Tensors, options: ImportOptions) -> Imported:
    """TimeCycle: its features are those after its own 1x1 convolution and ReLU behind res4."""
    inside = "encoderVideo."
    anchors = tuple(inside + anchor for anchor in RESNET_ANCHORS)
    checkpoint = Checkpoint(tensors, find_prefix(tensors, anchors, (), options.prefix))
    width = checkpoint.shape("afterconv1.weight", 512)[0]
    plain = read_resnet(checkpoint, ResNetConfig(50), inside)
    network = ResNet(replace(plain.config, projection=width))
    assert network.projection is not None
    projection = flat_kernel(checkpoint, "afterconv1.weight", network.projection.weight)
    network.load_state_dict({**plain.state_dict(), "projection.weight": projection})
    ignorable = (*(inside + name for name in RESNET_IGNORABLE), r"(?!encoderVideo\.|afterconv1\.)")
    notes = ("Features are those after TimeCycle's 1x1 convolution behind res4.",)
    return Imported(network, checkpoint.finish(ignorable), notes=notes)
