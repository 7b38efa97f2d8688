"""`fetch-pictures`: photographs and materials of Debian packages as a folder of JPEG files to take textures from.

Nothing of them is part of this project; the folder has each package's licences beside its pictures.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from propago_trainer.data.pictures import is_picture, open_upright

PACKAGES = (
    "gnome-backgrounds",
    "lomiri-wallpapers-16.04",
    "lomiri-wallpapers-20.04",
    "mate-backgrounds",
    "plasma-workspace-wallpapers",
    "supertuxkart-data",
    "ukui-wallpapers",
)
SHORT_SIDE = 1080
"""A background of 4k px gives no sharper textures than one of this size."""
LEAST_SIDE = 480
"""Smaller files are previews."""
QUALITY = 90
MOST_OF_ONE = 0.2
"""Share of the pixels that have one and the same colour: drawings, signs and masks are not what videos show."""
LEAST_CONTRAST = 14.0
"""Standard deviation of the lightness, of 255: what has less is a plain surface, of which noise gives enough."""


class NoPictures(OSError):
    """The packages cannot be had or hold no picture."""


def add_fetch_pictures_command(commands: Any) -> None:
    """`fetch-pictures`."""
    command: argparse.ArgumentParser = commands.add_parser(
        "fetch-pictures", help="photographs and materials of Debian packages, for textures (needs apt-get)"
    )
    command.add_argument("folder", type=Path, help="where to put them, with their licences")
    command.add_argument("--packages", nargs="+", default=PACKAGES, metavar="NAME")
    command.set_defaults(run=lambda parsed: fetch_pictures(parsed.folder, parsed.packages))


def fetch_pictures(folder: Path, packages: Sequence[str]) -> int:
    """Downloads each package, unpacks it aside and keeps its pictures; prints how many each gave."""
    for package in packages:
        with tempfile.TemporaryDirectory(prefix="propago-pictures-") as name:
            unpacked = unpack(package, Path(name))
            kept = keep_pictures(unpacked, folder / package)
        sys.stdout.write(f"{package}: {kept} pictures\n")
    return 0


def shows_something(picture: Image.Image) -> bool:
    """Whether it is large enough, has some contrast, and is no map of normals (all of them nearly one blue)."""
    if min(picture.size) < LEAST_SIDE:
        return False
    pixels = np.asarray(picture.resize((64, 64), Image.Resampling.NEAREST)).reshape(-1, 3)
    red, green, blue = pixels.mean(axis=0)
    one = np.unique(pixels, axis=0, return_counts=True)[1].max() / len(pixels)
    plain = pixels.mean(axis=-1).std() < LEAST_CONTRAST or one > MOST_OF_ONE
    return not (plain or blue > 1.6 * max(red, green) > 160)


def unpack(package: str, place: Path) -> Path:
    """The files of a package, which is not installed.

    Raises:
        NoPictures: apt-get is not there or knows no such package.
    """
    try:
        # As root, apt-get warns that its own user cannot write here; it downloads all the same.
        subprocess.run(["apt-get", "download", "-qq", package], cwd=place, check=True, capture_output=True, text=True)
        (file,) = place.glob("*.deb")
        subprocess.run(["dpkg-deb", "-x", str(file), str(place / "files")], check=True, capture_output=True, text=True)
    except FileNotFoundError as error:
        raise NoPictures(f"{error.filename} is needed to fetch {package}; it is part of Debian and its kin") from error
    except subprocess.CalledProcessError as error:
        said = error.stderr.strip().splitlines()
        raise NoPictures(f"{package} cannot be fetched: {said[-1] if said else error}") from error
    return place / "files"


def keep_pictures(unpacked: Path, folder: Path) -> int:
    """Writes the largest picture of each folder of sizes, or all of a folder of several, as JPEG. Returns how many."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for licence in unpacked.glob("usr/share/doc/*/copyright"):
        shutil.copy(licence, folder / "LICENCES.txt")
    kept: set[str] = set()
    for path in sorted(unpacked.rglob("*")):
        if path.is_symlink() or not path.is_file() or not is_picture(path):
            continue
        # Plasma's packages hold one scene in several sizes, named by them, in a folder `images`.
        scene = path.parents[2].name if path.parent.name.startswith("images") else path.stem
        if scene in kept:
            continue
        try:
            picture = open_upright(path, SHORT_SIDE)
        except (OSError, ValueError):
            # A package's pictures are for its own program, which may read more formats.
            continue
        if shows_something(picture):
            kept.add(scene)
            picture.save(folder / f"{scene}.jpg", quality=QUALITY)
    if not kept:
        raise NoPictures(f"{folder.name} holds no picture of {LEAST_SIDE} px or more")
    return len(kept)
