"""The formats by name, and the command `import`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from propago_trainer.card import Triple
from propago_trainer.export import ExportReport, export_encoder
from propago_trainer.graph.builder import Weights
from propago_trainer.importers import dino
from propago_trainer.importers.checkpoint import CONTAINERS, CheckpointError, read_tensors
from propago_trainer.importers.contrastive import import_moco, import_resnet
from propago_trainer.importers.correspondence import import_crw, import_timecycle, import_uvc, import_vfs
from propago_trainer.importers.imported import Imported, Importer, ImportOptions
from propago_trainer.importers.masked import import_masked
from propago_trainer.importers.timm_vit import import_timm
from propago_trainer.importers.video import import_mae_st, import_videomae
from propago_trainer.trained import ENCODER_PREFIX, load_trained


@dataclass(frozen=True)
class Format:
    """How the checkpoints of one project are read, and whose they are."""

    importer: Importer
    source: str
    containers: Sequence[str] = CONTAINERS


FORMATS: dict[str, Format] = {
    "siammae": Format(import_masked, "SiamMAE, layout of github.com/alexandre-eymael/CropMAE"),
    "cropmae": Format(import_masked, "CropMAE, github.com/alexandre-eymael/CropMAE"),
    "mae": Format(import_masked, "MAE, github.com/facebookresearch/mae"),
    "dino": Format(dino.import_dino, "DINO, github.com/facebookresearch/dino", dino.CONTAINERS),
    "dinov2": Format(dino.import_dino, "DINOv2, github.com/facebookresearch/dinov2", dino.CONTAINERS),
    "dinov3": Format(dino.import_dinov3, "DINOv3, github.com/facebookresearch/dinov3", dino.CONTAINERS),
    "videomae": Format(import_videomae, "VideoMAE, github.com/MCG-NJU/VideoMAE"),
    "mae-st": Format(import_mae_st, "MAE-ST, github.com/facebookresearch/mae_st"),
    "timm": Format(import_timm, "timm, github.com/huggingface/pytorch-image-models"),
    "torchvision-resnet": Format(import_resnet, "torchvision, github.com/pytorch/vision"),
    "moco": Format(import_moco, "MoCo, github.com/facebookresearch/moco and moco-v3"),
    "simsiam": Format(import_resnet, "SimSiam, github.com/facebookresearch/simsiam"),
    "vfs": Format(import_vfs, "VFS, github.com/xvjiarui/VFS"),
    "crw": Format(import_crw, "CRW, github.com/ajabri/videowalk"),
    "uvc": Format(import_uvc, "UVC, github.com/Liusifei/UVC"),
    "timecycle": Format(import_timecycle, "TimeCycle, github.com/xiaolonw/TimeCycle"),
}


def import_checkpoint(path: Path, name: str, options: ImportOptions | None = None) -> Imported:
    """The encoder in a checkpoint of a named format.

    @raises CheckpointError if the file is none of this format
    """
    chosen = FORMATS[name]
    tensors = read_tensors(path, chosen.containers)
    if name == "siammae" and f"{ENCODER_PREFIX}patch_proj.weight" in tensors:
        encoder, step = load_trained(path)
        return Imported(encoder, [], notes=(f"Trained by propago-trainer, step {step}.",))
    try:
        return chosen.importer(tensors, options or ImportOptions())
    except CheckpointError as error:
        raise CheckpointError(f"{path} is no {name} checkpoint. {error}") from error


def import_to_onnx(path: Path, name: str, output: Path, imported: Imported, weights: Weights = "fp32") -> ExportReport:
    """Writes an imported encoder as ONNX, verified.

    @raises ExportError if the file does not give PyTorch's features
    """
    told = [f"Imported from {path.name} ({FORMATS[name].source}).", *imported.notes]
    return export_encoder(
        imported.encoder,
        output,
        name=output.stem,
        provenance=" ".join(told),
        mean=imported.mean,
        std=imported.std,
        weights=weights,
    )


def add_import_command(commands: Any) -> None:
    """`import --format NAME CHECKPOINT -o FILE`."""
    command: argparse.ArgumentParser = commands.add_parser(
        "import", help="turn a published checkpoint into an ONNX encoder"
    )
    command.add_argument("checkpoint", type=Path, help="PyTorch or safetensors file; nothing in it is executed")
    command.add_argument("--format", required=True, choices=sorted(FORMATS))
    command.add_argument("-o", "--output", required=True, type=Path, metavar="FILE.onnx")
    command.add_argument("--weights", choices=("fp32", "fp16", "int8"), default="fp32")
    command.add_argument("--prefix", help="what stands before the encoder's names, where there are several")
    command.add_argument("--heads", type=positive, help="attention heads, where they are not the usual ones")
    command.add_argument("--image-size", type=positive, default=224, help="side of the training images, px")
    command.add_argument("--mean", type=triple, help="mean of the training images, R,G,B in 0..1")
    command.add_argument("--std", type=triple, help="deviation of the training images, R,G,B")
    command.set_defaults(run=run_import)


def triple(text: str) -> Triple:
    """`0.5,0.5,0.5` as numbers."""
    red, green, blue = (float(value) for value in text.split(","))
    if not all(0 < value <= 1 for value in (red, green, blue)):
        raise argparse.ArgumentTypeError(f"expected three values above 0 and up to 1 but received {text}")
    return red, green, blue


def positive(text: str) -> int:
    """A whole number of at least 1."""
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"expected at least 1 but received {text}")
    return value


def run_import(parsed: argparse.Namespace) -> int:
    """Prints what was done."""
    options = ImportOptions(parsed.prefix, parsed.heads, parsed.image_size)
    imported = import_checkpoint(parsed.checkpoint, parsed.format, options)
    imported = replace(imported, mean=parsed.mean or imported.mean, std=parsed.std or imported.std)
    report = import_to_onnx(parsed.checkpoint, parsed.format, parsed.output, imported, parsed.weights)
    for note in imported.notes:
        sys.stdout.write(f"{note}\n")
    if imported.ignored:
        sys.stdout.write(f"not used: {', '.join(imported.ignored)}\n")
    sys.stdout.write(f"{report}\n")
    return 0
