import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import torch
import torch.nn.functional as F

from propago_trainer.data import generated_batches
from propago_trainer.data.appearance import Appearance
from propago_trainer.data.generated import Clips, ClipSpec, cell_centres, centres, generate
from propago_trainer.data.generated_batches import GeneratedBatches, mirrored, to_batch
from propago_trainer.data.motion import grid_to_layer, inverse_2x2, to_frame, to_layer
from propago_trainer.data.textures import Atlas, build_atlas

SPEC = ClipSpec(height=96, width=128, frames=4)
CLEAR = replace(SPEC, appearance=Appearance(gain=0, gradient=0, shadow=0, blur=0, noise=0))


def test_a_seed_gives_the_same_clips_again(atlas: Atlas) -> None:
    first, second, other = (generate(atlas, SPEC, seed, 3) for seed in (11, 11, 12))
    assert torch.equal(first.frames, second.frames)
    assert torch.equal(first.labels, second.labels)
    assert not torch.equal(first.frames, other.frames)


def test_a_seed_gives_the_same_atlas_again() -> None:
    first, second = (build_atlas(3, side=32, noise=2, materials=2, outlines=2) for _ in range(2))
    assert torch.equal(first.textures, second.textures)
    assert torch.equal(first.outlines, second.outlines)


def correspond(clips: Clips, points: torch.Tensor, source: int, target: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Points and visibility of one pair of frames."""
    moved, visible = clips.correspond(points, torch.tensor([[source, target]]))
    return moved[:, 0], visible[:, 0]


def label_at(clips: Clips, points: torch.Tensor, frame: int) -> torch.Tensor:
    """Labels of one frame."""
    return clips.label_at(points[:, None], torch.tensor([frame]))[:, 0]


def test_points_go_to_a_layer_and_back(atlas: Atlas) -> None:
    poses = generate(atlas, SPEC, 1, 8).poses[..., None, :]
    points = cell_centres(12, 16)
    back = to_frame(poses, to_layer(poses, points))
    # A thousandth of a pixel.
    assert (back - points).abs().max() * SPEC.width / 2 < 1e-3


def test_a_grid_goes_to_a_layer_as_its_points_do(atlas: Atlas) -> None:
    poses = generate(atlas, SPEC, 1, 8).poses
    grid = grid_to_layer(poses, centres(16), centres(12))
    torch.testing.assert_close(grid.flatten(3, 4), to_layer(poses[..., None, :], cell_centres(12, 16)))


def test_the_inverse_of_small_matrices_is_that_of_linear_algebra() -> None:
    matrices = torch.eye(2) + 0.3 * torch.randn(50, 3, 2, 2, generator=torch.Generator().manual_seed(1))
    torch.testing.assert_close(inverse_2x2(matrices), torch.linalg.inv(matrices))


def test_masks_are_the_layers_that_the_points_show(atlas: Atlas) -> None:
    clips = generate(atlas, SPEC, 2, 4)
    points = cell_centres(SPEC.height, SPEC.width)[None].expand(4, -1, -1)
    for frame in range(SPEC.frames):
        shown = label_at(clips, points, frame).view(4, SPEC.height, SPEC.width)
        # On an outline the two ways of reckoning may round to either side.
        assert (shown != clips.labels[:, frame]).float().mean() < 1e-4


def test_corresponding_points_show_the_same_surface(atlas: Atlas) -> None:
    clips = generate(atlas, CLEAR, 3, 8)
    points = cell_centres(24, 32)[None].expand(8, -1, -1)
    moved, visible = correspond(clips, points, 0, 3)
    source = label_at(clips, points, 0)
    for layer in range(1, clips.poses.shape[2]):
        chosen = visible & (source == layer)
        here, there = (to_layer(clips.poses[:, t, layer, None], p) for p, t in ((points, 0), (moved, 3)))
        torch.testing.assert_close(here[chosen], there[chosen], atol=1e-4, rtol=0)
    assert visible.float().mean() > 0.3


def test_corresponding_points_have_the_same_colour_under_even_light(atlas: Atlas) -> None:
    # Smooth textures, so that resampling changes little.
    smooth = Atlas(F.avg_pool2d(atlas.textures[:24].float(), 9, 1, 4, count_include_pad=False).byte(), atlas.outlines)
    clips = generate(smooth, CLEAR, 4, 8)
    points = cell_centres(24, 32)[None].expand(8, -1, -1)
    moved, visible = correspond(clips, points, 1, 2)
    seen, seen_later = (
        F.grid_sample(clips.frames[:, t], p[:, None], align_corners=False)[:, :, 0].transpose(1, 2)
        for t, p in ((1, points), (2, moved))
    )
    difference = (seen - seen_later).abs().mean(dim=-1)[visible]
    assert difference.median() < 0.01
    unmoved = seen - F.grid_sample(clips.frames[:, 2], points[:, None], align_corners=False)[:, :, 0].transpose(1, 2)
    assert difference.mean() < 0.5 * unmoved.abs().mean(dim=-1)[visible].mean()


def test_hidden_points_are_not_visible(atlas: Atlas) -> None:
    clips = generate(atlas, SPEC, 5, 8)
    points = cell_centres(24, 32)[None].expand(8, -1, -1)
    moved, visible = correspond(clips, points, 0, 3)
    assert (moved[visible].abs() <= 1).all()
    covered = label_at(clips, moved, 3) != label_at(clips, points, 0)
    assert covered.any()
    assert not (visible & covered).any()


@pytest.mark.parametrize("frames", [1, 2, 8])
def test_chains_have_any_length_up_to_eight(atlas: Atlas, frames: int) -> None:
    assert generate(atlas, replace(SPEC, frames=frames), 6, 2).frames.shape == (2, frames, 3, 96, 128)


def test_clips_without_objects_are_their_backgrounds(atlas: Atlas) -> None:
    batch = to_batch(generate(atlas, replace(SPEC, objects=0), 6, 2), 6, 8)
    assert batch.labels is not None
    assert not batch.labels.any()
    assert batch.correspondences[0].visible.any()


def test_a_batch_relates_neighbours_both_ways_and_the_ends_of_the_chain(atlas: Atlas) -> None:
    batch = to_batch(generate(atlas, SPEC, 7, 2), 7, 8)
    pairs = {(pair.query, pair.key) for pair in batch.correspondences}
    assert {(1, 0), (0, 1), (2, 1), (1, 2), (3, 2), (2, 3), (3, 0)} <= pairs
    assert batch.labels is not None
    assert batch.labels.shape == (2, 4, 12 * 16)


def test_a_mirrored_batch_is_that_of_the_mirrored_clip(atlas: Atlas) -> None:
    clips = generate(atlas, SPEC, 8, 2)
    batch = to_batch(clips, 8, 8)
    mirror = mirrored(batch, 16)
    pair, mirror_pair = batch.correspondences[0], mirror.correspondences[0]
    grid, mirror_grid = (p.points.view(2, 12, 16, 2) for p in (pair, mirror_pair))
    torch.testing.assert_close(mirror_grid[..., 0], -grid.flip(2)[..., 0])
    torch.testing.assert_close(mirror_grid[..., 1], grid.flip(2)[..., 1])
    assert torch.equal(mirrored(mirror, 16).frames, batch.frames)


def test_each_use_of_a_clip_draws_other_masks_and_no_more_is_kept_than_is_allowed(
    atlas: Atlas, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = ClipSpec(32, 32, frames=2, objects=1)

    def source() -> GeneratedBatches:
        return GeneratedBatches(atlas, spec, seed=1, clips=2, stride=8, repeat=3)

    generous = source()
    kept = [generous.batch(step, 0) for step in range(3)]
    assert torch.equal(kept[0].frames, kept[2].frames)
    assert torch.equal(kept[0].frames, kept[1].frames.flip(-1))
    assert len({batch.seed for batch in kept}) == 3
    monkeypatch.setattr(generated_batches, "KEPT_BYTES", 0)
    frugal = source()
    assert torch.equal(frugal.batch(2, 0).frames, kept[2].frames)
    assert frugal._kept == {}


def test_threads_that_draw_first_draw_what_one_thread_does() -> None:
    # A process of its own: what PyTorch loads at its first use is not loaded yet.
    program = """
import threading, torch
from propago_trainer.data.generated import ClipSpec
from propago_trainer.data.generated_batches import GeneratedBatches
from propago_trainer.data.textures import build_atlas
device = "cuda" if torch.cuda.is_available() else "cpu"
atlas = build_atlas(1, side=32, noise=4, materials=4, outlines=4).to(torch.device(device))
source = GeneratedBatches(atlas, ClipSpec(32, 32, frames=3), seed=1, clips=2, stride=8)
drawn, begin = {}, threading.Barrier(4)
def draw(step):
    begin.wait()
    drawn[step] = source.batch(step, 0)
threads = [threading.Thread(target=draw, args=(step,)) for step in range(4)]
for thread in threads: thread.start()
for thread in threads: thread.join()
assert len(drawn) == 4
for step, batch in drawn.items():
    again = source.batch(step, 0)
    assert torch.equal(batch.frames, again.frames)
    assert all(torch.equal(a.points, b.points) for a, b in zip(batch.correspondences, again.correspondences))
"""
    subprocess.run([sys.executable, "-c", program], cwd=Path(__file__).parents[1], check=True)
