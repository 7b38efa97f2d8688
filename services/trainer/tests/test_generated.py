from dataclasses import replace

import pytest
import torch
import torch.nn.functional as F

from propago_trainer.data import generated_batches
from propago_trainer.data.appearance import Appearance
from propago_trainer.data.generated import ClipSpec, cell_centres, generate
from propago_trainer.data.generated_batches import GeneratedBatches, mirrored, to_batch
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


def test_points_go_to_a_layer_and_back(atlas: Atlas) -> None:
    clips = generate(atlas, SPEC, 1, 8)
    points = cell_centres(12, 16)[None].expand(8, -1, -1)
    for layer in range(clips.layers.shape[1]):
        for frame in range(SPEC.frames):
            back = clips.motion.to_frame(clips.motion.to_layer(points, frame, layer), frame, layer)
            # A thousandth of a pixel.
            assert (back - points).abs().max() * SPEC.width / 2 < 1e-3


def test_masks_are_the_layers_that_the_points_show(atlas: Atlas) -> None:
    clips = generate(atlas, SPEC, 2, 4)
    points = cell_centres(SPEC.height, SPEC.width)[None].expand(4, -1, -1)
    for frame in range(SPEC.frames):
        assert torch.equal(clips.label_at(points, frame).view(4, SPEC.height, SPEC.width), clips.labels[:, frame])


def test_corresponding_points_show_the_same_surface(atlas: Atlas) -> None:
    clips = generate(atlas, CLEAR, 3, 8)
    points = cell_centres(24, 32)[None].expand(8, -1, -1)
    moved, visible = clips.correspond(points, 0, 3)
    source = clips.label_at(points, 0)
    for layer in range(1, clips.layers.shape[1]):
        chosen = visible & (source == layer)
        here, there = (clips.motion.to_layer(p, t, layer) for p, t in ((points, 0), (moved, 3)))
        torch.testing.assert_close(here[chosen], there[chosen], atol=1e-4, rtol=0)
    assert visible.float().mean() > 0.3


def test_corresponding_points_have_the_same_colour_under_even_light(atlas: Atlas) -> None:
    # Smooth textures, so that resampling changes little.
    smooth = Atlas(F.avg_pool2d(atlas.textures[:24].float(), 9, 1, 4, count_include_pad=False).byte(), atlas.outlines)
    clips = generate(smooth, CLEAR, 4, 8)
    points = cell_centres(24, 32)[None].expand(8, -1, -1)
    moved, visible = clips.correspond(points, 1, 2)
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
    moved, visible = clips.correspond(points, 0, 3)
    assert (moved[visible].abs() <= 1).all()
    covered = clips.label_at(moved, 3) != clips.label_at(points, 0)
    assert covered.any()
    assert not (visible & covered).any()


@pytest.mark.parametrize("frames", [1, 2, 8])
def test_chains_have_any_length_up_to_eight(atlas: Atlas, frames: int) -> None:
    assert generate(atlas, replace(SPEC, frames=frames), 6, 2).frames.shape == (2, frames, 3, 96, 128)


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
