"""The formats by name, and the reading of a checkpoint in one of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from propago_trainer.card import IMAGENET_MEAN, IMAGENET_STD, Triple
from propago_trainer.export import ExportReport, export_encoder
from propago_trainer.graph.builder import Weights
from propago_trainer.importers import dino, timm_vit, video
from propago_trainer.importers.checkpoint import CONTAINERS, CheckpointError, Tensors, read_file, weights_in
from propago_trainer.importers.contrastive import import_moco, import_resnet
from propago_trainer.importers.correspondence import import_crw, import_timecycle, import_uvc, import_vfs
from propago_trainer.importers.hugging_face import is_hugging_face
from propago_trainer.importers.imported import Imported, Importer, ImportOptions
from propago_trainer.importers.marks import MARKS, Findings, findings, unsupported
from propago_trainer.importers.masked import import_masked
from propago_trainer.importers.neighbours import Neighbours, checkpoint_file, read_neighbours
from propago_trainer.models.resnet import ResNet
from propago_trainer.trained import ENCODER_PREFIX, load_trained


@dataclass(frozen=True)
class Format:
    """How the checkpoints of one project are read, whose they are, and how its images are normalised."""

    importer: Importer
    source: str
    containers: Sequence[str] = CONTAINERS
    mean: Triple = IMAGENET_MEAN
    std: Triple = IMAGENET_STD


FORMATS: dict[str, Format] = {
    "siammae": Format(import_masked, "SiamMAE, layout of github.com/alexandre-eymael/CropMAE"),
    "cropmae": Format(import_masked, "CropMAE, github.com/alexandre-eymael/CropMAE"),
    "mae": Format(import_masked, "MAE, github.com/facebookresearch/mae"),
    "dino": Format(dino.import_dino, "DINO, github.com/facebookresearch/dino", dino.CONTAINERS),
    "dinov2": Format(dino.import_dino, "DINOv2, github.com/facebookresearch/dinov2", dino.CONTAINERS),
    "dinov3": Format(dino.import_dinov3, "DINOv3, github.com/facebookresearch/dinov3", dino.CONTAINERS),
    "videomae": Format(video.import_videomae, "VideoMAE, github.com/MCG-NJU/VideoMAE"),
    "mae-st": Format(
        video.import_mae_st,
        "MAE-ST, github.com/facebookresearch/mae_st",
        mean=video.MAE_ST_MEAN,
        std=video.MAE_ST_STD,
    ),
    "timm": Format(
        timm_vit.import_timm,
        "timm, github.com/huggingface/pytorch-image-models",
        mean=timm_vit.HALF,
        std=timm_vit.HALF,
    ),
    "torchvision-resnet": Format(import_resnet, "torchvision, github.com/pytorch/vision"),
    "moco": Format(import_moco, "MoCo, github.com/facebookresearch/moco and moco-v3"),
    "simsiam": Format(import_resnet, "SimSiam, github.com/facebookresearch/simsiam"),
    "vfs": Format(import_vfs, "VFS, github.com/xvjiarui/VFS"),
    "crw": Format(import_crw, "CRW, github.com/ajabri/videowalk"),
    "uvc": Format(import_uvc, "UVC, github.com/Liusifei/UVC", mean=(0.0, 0.0, 0.0), std=(1.0, 1.0, 1.0)),
    "timecycle": Format(import_timecycle, "TimeCycle, github.com/xiaolonw/TimeCycle"),
}


@dataclass(frozen=True)
class Opened:
    """A checkpoint before it is read as a format."""

    path: Path
    content: dict[str, object]
    beside: Neighbours
    """What belongs to it of what the files beside it say."""

    def weights(self, name: str | None = None) -> Tensors:
        """Weights by name, where a format keeps them."""
        return weights_in(self.content, self.path, FORMATS[name].containers if name else CONTAINERS)

    def holds(self, name: str) -> bool:
        """Whether there are weights where a format keeps them."""
        try:
            return bool(self.weights(name))
        except CheckpointError:
            return False


def import_checkpoint(path: Path, name: str | None = None, options: ImportOptions | None = None) -> Imported:
    """The encoder in a checkpoint of a named format, or of the one that its marks tell.

    @param path the file, or a folder that holds it as Hugging Face's tools download it
    @raises CheckpointError if the file is none of this format, or has the marks of another
    """
    path = checkpoint_file(path)
    opened = open_checkpoint(path)
    options = options or ImportOptions()
    if name in (None, "siammae") and is_own(opened):
        return import_own(path, options)
    notes: tuple[str, ...] = ()
    if name is None:
        name = guess(opened)
        notes = (f"No format was stated; by its marks the file is of the format {name}.",)
    tensors = opened.weights(name)
    imported = read_as(opened, name, tensors, options)
    if options.layer == "res5" and not (isinstance(imported.encoder, ResNet) and imported.encoder.config.stages == 4):
        raise CheckpointError(f"--layer res5 is for residual networks; {name} has its features at one place only.")
    found = findings(tensors, name)
    if found.against and not options.force:
        raise CheckpointError(contradiction(opened, name, found.against, imported))
    return replace(imported, format=name, notes=(*notes, *warnings(opened, name, found), *imported.notes))


def open_checkpoint(path: Path) -> Opened:
    """A checkpoint with what stands beside it.

    config.json of transformers tells about files in its own layout only: others can lie in the same folder.
    """
    content = dict(read_file(path, mapped=True))
    beside = read_neighbours(path)
    belongs = is_hugging_face(weights_in(content, path)) == (beside.format != "timm")
    return Opened(path, content, beside if belongs else Neighbours())


def is_own(opened: Opened) -> bool:
    """Whether this trainer wrote a checkpoint."""
    return {"config", "step"} <= opened.content.keys() and any(
        name.startswith(ENCODER_PREFIX) for name in opened.weights()
    )


def import_own(path: Path, options: ImportOptions) -> Imported:
    """An encoder of this trainer."""
    encoder, step = load_trained(path, options.positions)
    return Imported(encoder, [], notes=(f"Trained by propago-trainer, step {step}.",), format="siammae")


def read_as(opened: Opened, name: str, tensors: Tensors, options: ImportOptions) -> Imported:
    """An encoder read by a format's importer, with what the files beside it say of it.

    @raises CheckpointError telling also what the file seems to be
    """
    beside = opened.beside if opened.beside.format == name else Neighbours()
    try:
        imported = FORMATS[name].importer(tensors, replace(options, beside=beside))
    except CheckpointError as error:
        raise CheckpointError(f"{opened.path} is no {name} checkpoint. {error}{hint(opened, name)}") from error
    patch = getattr(getattr(imported.encoder, "config", None), "patch", None)
    if beside.patch is not None and beside.patch != patch:
        raise CheckpointError(
            f"{opened.path} has patches of {patch} px, and config.json beside it says {beside.patch}: they do not "
            "belong together."
        )
    if not beside.source:
        return imported
    return replace(
        imported,
        mean=beside.mean or imported.mean,
        std=beside.std or imported.std,
        notes=(*imported.notes, f"{beside.source} beside the file was read."),
    )


def guess(opened: Opened) -> str:
    """The format whose marks a file has.

    @raises CheckpointError if none fits, or several that read it differently
    """
    if opened.beside.format is not None:
        return opened.beside.format
    known = unsupported(opened.weights())
    fitting = [] if known else candidates(opened)
    if not fitting:
        raise CheckpointError(
            f"{opened.path} has the marks of no format. {known or 'State one with --format to see what is missing.'}"
        )
    importers = {FORMATS[name].importer for name in fitting}
    if len(importers) > 1:
        raise CheckpointError(
            f"{opened.path} can be {' or '.join(fitting)}, which are normalised or interpolated differently and have "
            "the same names here. State which with --format."
        )
    return fitting[0]


def candidates(opened: Opened) -> list[str]:
    """Formats that nothing in a file speaks against, those only for which most speaks."""
    held = {name: findings(opened.weights(name), name) for name in MARKS if opened.holds(name)}
    rank = {name: found.rank for name, found in held.items() if not found.against}
    best = min(rank.values(), default=None)
    return [name for name, value in rank.items() if value == best]


def hint(opened: Opened, name: str) -> str:
    """What a file that could not be read as a format seems to be; empty if nothing is known."""
    known = unsupported(opened.weights())
    if known is not None:
        return f" {known}"
    if is_own(opened):
        return " It is a checkpoint of this trainer: leave out --format."
    if re.search(r"-\d{5}-of-\d{5}\.", opened.path.name):
        return " By its name it is one part of several; save the whole model as one file."
    if is_hugging_face(opened.weights()):
        return " Its names are those of Hugging Face's DINOv2 or DINOv3; they are told as in the model's own project."
    others = candidates(opened)
    return f" By its marks it is of the format {' or '.join(others)}." if others and name not in others else ""


def contradiction(opened: Opened, name: str, against: Sequence[str], imported: Imported) -> str:
    """Why a file that could be read as a format is refused, and what would have been wrong."""
    others = [other for other in candidates(opened) if other != name]
    said = [f"{opened.path} fits {name} by its names but is not of it: {'; '.join(against)}."]
    if others:
        other = FORMATS[others[0]]
        said.append(f"By its marks it is of the format {' or '.join(others)}.")
        if (other.mean, other.std) != (imported.mean, imported.std):
            said.append(
                f"As {name} its images would be normalised with mean {shown(imported.mean)} and std "
                f"{shown(imported.std)}; {others[0]} has mean {shown(other.mean)} and std {shown(other.std)}."
            )
    way = f"State --format {others[0]}, or" if others else "If you know better,"
    said.append(f"{way} --force reads it as {name} all the same.")
    return " ".join(said)


def warnings(opened: Opened, name: str, found: Findings) -> tuple[str, ...]:
    """Sentences about marks that speak against the format, or for it and are not there."""
    forced = (f"Warning: forced, although {'; '.join(found.against)}.",) if found.against else ()
    doubt = MARKS[name].doubt if found.told is False and opened.beside.format != name else ""
    return (*forced, f"Warning: {doubt}.") if doubt else forced


def shown(values: Triple) -> str:
    return ", ".join(f"{value:g}" for value in values)


def import_to_onnx(path: Path, output: Path, imported: Imported, weights: Weights = "fp32") -> ExportReport:
    """Writes an imported encoder as ONNX, verified.

    @raises ExportError if the file does not give PyTorch's features
    """
    told = [f"Imported from {path.name} ({FORMATS[imported.format].source}).", *imported.notes]
    return export_encoder(
        imported.encoder,
        output,
        name=output.stem,
        provenance=" ".join(told),
        mean=imported.mean,
        std=imported.std,
        weights=weights,
    )
