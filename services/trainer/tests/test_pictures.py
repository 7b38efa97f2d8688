"""Photographs as a source of textures."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from propago_trainer.data.picture_packages import NoPictures, keep_pictures, shows_something, unpack
from propago_trainer.data.pictures import read_picture
from propago_trainer.data.textures import build_atlas
from propago_trainer.data.videos import BrokenVideo


def photograph(seed: int, width: int = 700, height: int = 500) -> Image.Image:
    coarse = np.random.default_rng(seed).integers(0, 255, (height // 20, width // 20, 3), dtype=np.uint8)
    return Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC)


def test_a_picture_is_read_upright_and_scaled_down(tmp_path: Path) -> None:
    picture = photograph(1)
    turned = Image.Exif()
    turned[0x0112] = 6
    picture.save(tmp_path / "turned.jpg", exif=turned, quality=95)
    read = read_picture(tmp_path / "turned.jpg", 250)
    assert read.shape == (3, 350, 250)
    upright = np.asarray(picture.rotate(-90, expand=True).resize((250, 350), Image.Resampling.BOX), dtype=np.float32)
    assert np.abs(read.permute(1, 2, 0).numpy() - upright).mean() < 6
    assert read_picture(tmp_path / "turned.jpg", 4000).shape == (3, 700, 500)


def test_pictures_of_a_folder_give_textures_and_broken_ones_are_named(tmp_path: Path) -> None:
    for seed in range(3):
        photograph(seed).save(tmp_path / f"{seed}.png")
    (tmp_path / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 no picture")
    with pytest.raises(BrokenVideo, match="not a picture"):
        read_picture(tmp_path / "broken.jpg", 100)
    atlas, again = (build_atlas(5, [tmp_path], side=32, noise=1, materials=1, crops=8, outlines=1) for _ in range(2))
    assert atlas.textures.shape == (10, 3, 32, 32)
    assert torch.equal(atlas.textures, again.textures)
    assert list(atlas.skipped) == [str(tmp_path / "broken.jpg")]


def test_plain_small_and_normal_maps_are_left_out() -> None:
    assert shows_something(photograph(1))
    assert not shows_something(photograph(1, 700, 300))
    assert not shows_something(Image.new("RGB", (600, 600), (200, 180, 170)))
    sign = photograph(2)
    sign.paste((255, 255, 255), (0, 0, 300, 500))
    assert not shows_something(sign)
    blue = np.asarray(photograph(3)).astype(np.float32) * 0.4 + np.array([70, 70, 190])
    assert not shows_something(Image.fromarray(blue.clip(0, 255).astype(np.uint8)))


@pytest.mark.skipif(shutil.which("dpkg-deb") is None, reason="there is no dpkg-deb")
def test_a_package_gives_each_scene_once_with_its_licence(tmp_path: Path) -> None:
    root = tmp_path / "package"
    scene = root / "usr/share/wallpapers/Hills/contents/images"
    scene.mkdir(parents=True)
    for width, height in ((700, 500), (980, 700)):
        photograph(4, width, height).save(scene / f"{width}x{height}.jpg")
    (root / "usr/share/backgrounds").mkdir()
    photograph(5).save(root / "usr/share/backgrounds/Lake.png")
    (root / "usr/share/doc/hills").mkdir(parents=True)
    (root / "usr/share/doc/hills/copyright").write_text("License: CC0-1.0\n")
    (root / "DEBIAN").mkdir()
    (root / "DEBIAN/control").write_text(
        "Package: hills\nVersion: 1\nArchitecture: all\nMaintainer: A <a@example.org>\nDescription: hills\n"
    )
    subprocess.run(["dpkg-deb", "-b", str(root), str(tmp_path / "hills.deb")], check=True, capture_output=True)
    subprocess.run(["dpkg-deb", "-x", str(tmp_path / "hills.deb"), str(tmp_path / "files")], check=True)
    assert keep_pictures(tmp_path / "files", tmp_path / "kept") == 2
    assert {path.name for path in (tmp_path / "kept").iterdir()} == {"Hills.jpg", "Lake.jpg", "LICENCES.txt"}


def test_a_package_that_cannot_be_had_is_said(tmp_path: Path) -> None:
    with pytest.raises(NoPictures, match=r"propago-there-is-none|apt-get is needed"):
        unpack("propago-there-is-none", tmp_path)
