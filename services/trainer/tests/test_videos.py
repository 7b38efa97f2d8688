from __future__ import annotations

from pathlib import Path

import pytest
import torch
from conftest import write_video

from propago_trainer.config import TrainConfig
from propago_trainer.data import textures
from propago_trainer.data.sampling import apply_crop, colour_jitter, draw_crop, draw_gap, epoch_item
from propago_trainer.data.source import NoData, open_source
from propago_trainer.data.textures import frame_crops
from propago_trainer.data.video_list import all_videos
from propago_trainer.data.videos import BrokenVideo, NoUsableVideo, PairSpec, VideoPairs, read_frames, read_pair

SPEC = PairSpec(side=32, gap_low=4, gap_high=8, crop_low=0.5, flip=True, jitter=0.0, repeat=2)


def video_files(place: Path) -> list[Path]:
    """The videos of one place."""
    return all_videos([place])[0]


def number(frame: torch.Tensor) -> int:
    """The frame number that `write_video` drew, from an uint8 frame [3, H, W]."""
    left, right = frame[:, :, :24].float().mean(), frame[:, :, -24:].float().mean()
    return round(float(left - right + 255) / 8)


def test_a_pair_has_the_gap_at_30_frames_per_second(video_folder: Path) -> None:
    expected = {"clip-0.mp4": 10, "clip-1.mp4": 5, "clip-2.mp4": 20}
    for path in video_files(video_folder):
        for seed in range(5):
            first, second = read_pair(path, torch.Generator().manual_seed(seed), 10, 10)
            assert number(second) - number(first) == expected[path.name]


def test_pairs_begin_anywhere_in_the_video(video_folder: Path) -> None:
    path = video_folder / "clip-0.mp4"
    starts = {number(read_pair(path, torch.Generator().manual_seed(seed), 4, 4)[0]) for seed in range(40)}
    assert min(starts) < 10
    assert max(starts) > 45
    assert len(starts) > 15


def test_a_video_shorter_than_the_gap_gives_its_first_and_last_frame(tmp_path: Path) -> None:
    write_video(tmp_path / "short.mp4", 6)
    pair = read_pair(tmp_path / "short.mp4", torch.Generator().manual_seed(0), 40, 40)
    assert [number(frame) for frame in pair] == [0, 5]


@pytest.mark.parametrize("content", [b"", b"no video at all" * 99])
def test_a_broken_file_is_named_as_such(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "broken.mp4"
    path.write_bytes(content)
    with pytest.raises(BrokenVideo):
        read_pair(path, torch.Generator(), 4, 4)


def test_broken_files_are_skipped_and_listed(tmp_path: Path) -> None:
    write_video(tmp_path / "good.mp4", 30)
    (tmp_path / "bad.mp4").write_bytes(b"bad")
    source = VideoPairs(video_files(tmp_path), SPEC, seed=1, clips=4, parts=1)
    batch = source.batch(0, 0)
    assert batch.frames.shape == (4, 2, 3, 32, 32)
    assert list(source.skipped) == [str(tmp_path / "bad.mp4")]
    assert set(batch.names) == {str(tmp_path / "good.mp4")}


def test_only_broken_files_are_an_error_that_names_one(tmp_path: Path) -> None:
    (tmp_path / "bad.mp4").write_bytes(b"bad")
    with pytest.raises(NoUsableVideo, match=r"bad\.mp4"):
        VideoPairs(video_files(tmp_path), SPEC, seed=1, clips=1, parts=1).batch(0, 0)


def test_a_batch_follows_from_its_number(video_folder: Path) -> None:
    sources = [VideoPairs(video_files(video_folder), SPEC, seed=1, clips=4, parts=2) for _ in range(2)]
    sources[0].batch(0, 0)
    first, again = sources[0].batch(3, 1), sources[1].batch(3, 1)
    assert torch.equal(first.frames, again.frames)
    assert not torch.equal(first.frames, sources[1].batch(3, 0).frames)


def test_repeated_sampling_draws_different_pairs_of_one_video(video_folder: Path) -> None:
    batch = VideoPairs(video_files(video_folder), SPEC, seed=1, clips=4, parts=1).batch(0, 0)
    assert batch.names[0] == batch.names[1]
    assert batch.names[2] == batch.names[3]
    assert not torch.equal(batch.frames[0], batch.frames[1])


def test_an_epoch_shows_every_video_once() -> None:
    for epoch in range(3):
        assert sorted(epoch_item(5, 7, epoch * 7 + index) for index in range(7)) == list(range(7))


def test_gaps_cover_their_whole_range() -> None:
    generator = torch.Generator().manual_seed(0)
    assert {draw_gap(generator, 4, 8, 30.0) for _ in range(200)} == {4, 5, 6, 7, 8}
    assert {draw_gap(generator, 4, 8, 15.0) for _ in range(200)} == {2, 3, 4}


def test_crops_keep_the_stated_share_of_the_area() -> None:
    generator = torch.Generator().manual_seed(0)
    for _ in range(100):
        crop = draw_crop(generator, 480, 640, 0.5, flip=True)
        assert 0 <= crop.top <= 480 - crop.height
        assert 0 <= crop.left <= 640 - crop.width
        assert crop.height * crop.width >= 0.45 * 480 * 640


def test_both_frames_of_a_pair_get_the_same_crop() -> None:
    frames = torch.randint(256, (1, 3, 40, 60), dtype=torch.uint8).repeat(2, 1, 1, 1)
    first, second = apply_crop(frames, draw_crop(torch.Generator().manual_seed(1), 40, 60, 0.5, flip=True), 32)
    assert torch.equal(first, second)


def test_colour_jitter_stays_in_range_and_is_the_same_for_both_frames() -> None:
    frames = torch.rand(1, 3, 8, 8).repeat(2, 1, 1, 1)
    first, second = colour_jitter(torch.Generator().manual_seed(1), frames, 0.4)
    assert torch.equal(first, second)
    assert not torch.equal(first, frames[0])
    assert 0 <= first.min() <= first.max() <= 1


def test_sound_that_is_longer_than_the_pictures_moves_no_pair_beyond_them(tmp_path: Path) -> None:
    write_video(tmp_path / "loud.mp4", 60, sound_seconds=8)
    pairs = [read_pair(tmp_path / "loud.mp4", torch.Generator().manual_seed(seed), 10, 10) for seed in range(20)]
    assert all(number(second) - number(first) == 10 for first, second in pairs)


def test_textures_come_from_the_videos_that_can_be_read(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_bytes(b"bad")
    write_video(tmp_path / "b.mp4", 30)
    files = video_files(tmp_path)
    skipped: dict[str, str] = {}
    assert frame_crops(torch.Generator().manual_seed(1), files, 6, 16, skipped).shape == (6, 3, 16, 16)
    assert list(skipped) == [str(tmp_path / "a.mp4")]
    with pytest.raises(NoUsableVideo, match=r"a\.mp4"):
        frame_crops(torch.Generator().manual_seed(1), files[:1], 6, 16, {})


def test_videos_that_give_no_textures_are_skipped_like_other_broken_ones(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_bytes(b"bad")
    write_video(tmp_path / "b.mp4", 30)
    (tmp_path / "list.csv").write_text("path\na.mp4\nb.mp4\nabsent.mp4\n")
    config = TrainConfig(videos=(str(tmp_path / "list.csv"),), image=32, textures=10)
    source = open_source(config, torch.device("cpu"), 16)
    assert set(source.skipped) == {str(tmp_path / "a.mp4"), str(tmp_path / "absent.mp4")}


def test_textures_keep_no_more_of_large_frames_than_their_smallest_crop_needs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_video(tmp_path / "wide.mp4", 10, size=(640, 360))
    kept: list[torch.Tensor] = []

    def seen(path: Path, **how: int) -> list[torch.Tensor]:
        kept.extend(frames := read_frames(path, **how))
        return frames

    monkeypatch.setattr(textures, "read_frames", seen)
    frame_crops(torch.Generator().manual_seed(1), [tmp_path / "wide.mp4"], 4, 16, {})
    assert {tuple(frame.shape) for frame in kept} == {(3, 64, 114)}
    assert [number(frame) for frame in kept] == [0, 8]
    kept.clear()
    frame_crops(torch.Generator().manual_seed(1), [tmp_path / "wide.mp4"], 4, 192, {})
    assert {tuple(frame.shape) for frame in kept} == {(3, 360, 640)}


def test_no_more_videos_are_opened_than_textures_are_wanted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_video(tmp_path / "good.mp4", 30)
    opened: list[Path] = []

    def counted(path: Path, **how: int) -> list[torch.Tensor]:
        opened.append(path)
        return read_frames(path, **how)

    monkeypatch.setattr(textures, "read_frames", counted)
    videos = [tmp_path / "good.mp4"] * 100
    assert frame_crops(torch.Generator().manual_seed(1), videos, 4, 16, {}).shape[0] == 4
    assert len(opened) == 4


def test_lists_and_csv_files_name_videos(tmp_path: Path) -> None:
    (tmp_path / "high jump").mkdir()
    for name in ("plain.mp4", "abc_000010_000020.mp4", "high jump/xyz_000001_000011.mp4"):
        (tmp_path / name).write_bytes(b"")
    (tmp_path / "list.txt").write_text("plain.mp4\n\n")
    (tmp_path / "paths.csv").write_text("path,label\nplain.mp4,x\nabsent.mp4,x\n")
    (tmp_path / "kinetics.csv").write_text(
        "label,youtube_id,time_start,time_end,split\n"
        "high jump,abc,10,20,train\nhigh jump,xyz,1,11,train\nx,abc,soon,20,train\n"
    )
    assert [path.name for path in video_files(tmp_path / "list.txt")] == ["plain.mp4"]
    assert [path.name for path in video_files(tmp_path / "paths.csv")] == ["plain.mp4"]
    names = ["abc_000010_000020.mp4", "xyz_000001_000011.mp4"]
    assert [path.name for path in video_files(tmp_path / "kinetics.csv")] == names
    assert len(all_videos([tmp_path, tmp_path / "list.txt"])[0]) == 3
    skipped = all_videos([tmp_path / "paths.csv", tmp_path / "kinetics.csv"])[1]
    assert skipped == {
        str(tmp_path / "absent.mp4"): "there is no such file, named in paths.csv",
        f"{tmp_path / 'kinetics.csv'}:4": "this row names no video",
    }


def test_a_list_without_a_single_file_is_an_error_that_names_one(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text("path\nfirst.mp4\nsecond.mp4\n")
    config = TrainConfig(data="videos", videos=(str(tmp_path / "list.csv"),))
    with pytest.raises(NoData, match=r"names 2, the first .*first\.mp4: there is no such file"):
        open_source(config, torch.device("cpu"), 16)


def test_frames_are_read_at_a_step_up_to_a_limit(video_folder: Path) -> None:
    frames = read_frames(video_folder / "clip-0.mp4", every=8, limit=3)
    assert [number(frame) for frame in frames] == [0, 8, 16]
