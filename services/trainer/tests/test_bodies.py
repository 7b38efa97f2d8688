from dataclasses import fields, replace
from pathlib import Path

import pytest
import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor

from propago_trainer.cli import main
from propago_trainer.data.appearance import Appearance
from propago_trainer.data.batch import mix_seed
from propago_trainer.data.bodies import render as render_module
from propago_trainer.data.bodies.choose import choose
from propago_trainer.data.bodies.parts import MOST_PARTS
from propago_trainer.data.bodies.records import rows
from propago_trainer.data.bodies.render import paint, render
from propago_trainer.data.bodies.scene import (
    FLAT,
    MOST_PRIMITIVES,
    PROPS_COUNT,
    SURFACES,
    Choices,
    SceneSpec,
)
from propago_trainer.data.bodies.skeletons import KINDS
from propago_trainer.data.bodies.stage import Stage, set_stage
from propago_trainer.data.bodies.surfaces import Forms
from propago_trainer.data.bodies.trace import reach, trace
from propago_trainer.data.bodies.truth import SceneClips
from propago_trainer.data.clips import MixedClips
from propago_trainer.data.generated import ClipSpec, cell_centres, centres, generate
from propago_trainer.data.generated_batches import GeneratedBatches, mirrored, to_batch
from propago_trainer.data.textures import Atlas
from propago_trainer.generator_picture import OPACITY, contact_sheet

SPEC = SceneSpec(height=96, width=128, frames=4)
CLEAR = Appearance(gain=0, gradient=0, shadow=0, blur=0, noise=0)
FLAT_LIGHT = replace(SPEC, appearance=CLEAR, motion_blur=0, lit=0, plain=0)


def staged(choices: Choices, frames: int = 4) -> Stage:
    """The scenes at the times of their frames."""
    return set_stage(choices, torch.linspace(-0.5, 0.5, frames).expand(len(choices.shutter), -1))


def clips_of(choices: Choices, frames: int = 4) -> SceneClips:
    """Scenes without pictures."""
    stage = staged(choices, frames)
    empty = torch.zeros(len(choices.shutter), frames, 3, 1, 1)
    return SceneClips(empty, stage.shapes, stage.forms, stage.focal, choices.packed.label, MOST_PRIMITIVES)


def nearest_by_division(clips: SceneClips, points: Tensor, frame: int) -> tuple[Tensor, Tensor]:
    """Inverse depth and number of what is nearest at points [B, P, 2], as textbooks have it: float64, one ray after the
    other, an interval for each bound."""
    names = ("to_material", "shift", "low", "high", "bulge")
    matrix, shift, low, high, bulge = (getattr(clips.shapes, name)[:, frame, None].double() for name in names)
    focal = clips.focal[:, frame, None, None].double()
    rays = torch.cat([points.double() / focal, torch.ones(*points.shape[:2], 1, dtype=torch.float64)], -1)
    # u = t slope - shift for the depth t.
    slope = (matrix @ rays[:, :, None, :, None])[..., 0]
    a, b, c = slope.square().sum(-1), (slope * shift).sum(-1), shift.square().sum(-1) - bulge
    root = (b * b - a * c).sqrt()
    enter, leave = (b - root) / a, (b + root) / a
    box = bulge.expand_as(enter) > 100
    enter, leave = enter.masked_fill(box, -torch.inf), leave.masked_fill(box, torch.inf)
    # The camera inside of an ellipsoid sees nothing of it.
    enter = torch.where(~box & (c <= 0), torch.nan, enter)
    ends = torch.stack([(low + shift) / slope, (high + shift) / slope], -1)
    enter = torch.maximum(enter, ends.amin(-1).amax(-1))
    leave = torch.minimum(leave, ends.amax(-1).amin(-1))
    depth = torch.where((enter <= leave) & (enter > 0), enter, torch.inf)
    # The room is seen from inside.
    depth[..., -1] = ends[..., -1, :, :].amax(-1).amin(-1)
    found = depth.min(-1)
    return 1 / found.values, found.indices


def test_a_seed_gives_the_same_clips_again(atlas: Atlas) -> None:
    first, second, other = (render(atlas, SPEC, seed, 3) for seed in (11, 11, 12))
    assert torch.equal(first.frames, second.frames)
    assert torch.equal(first.forms.square, second.forms.square)
    assert not torch.equal(first.frames, other.frames)
    assert first.frames.isfinite().all()
    assert first.frames.shape == (3, 4, 3, 96, 128)


def test_parts_hang_on_parts_before_them_and_fit_the_tables() -> None:
    for name, body in KINDS.items():
        assert 0 < len(body) <= MOST_PARTS, name
        for index, part in enumerate(body):
            assert part.parent < index, name
            assert part.like < index, name
            if part.like >= 0:
                assert body[part.like].shape == part.shape, name


def test_a_ray_meets_what_it_meets_by_the_textbook(atlas: Atlas) -> None:
    clips = clips_of(choose(atlas, SPEC, 21, 24))
    points = cell_centres(48, 64)[None].expand(24, -1, -1)
    for frame in (0, 3):
        depth, which = nearest_by_division(clips, points, frame)
        hits = clips._trace(points[:, None], torch.tensor([frame]))
        same = hits.which[:, 0] == which
        # At an outline rounding decides.
        assert same.float().mean() > 0.9995
        # Where a ray only touches an ellipsoid the root magnifies rounding.
        error = (hits.depth[:, 0] / depth - 1).abs()[same]
        assert error.median() < 1e-5
        assert (error > 2e-3).float().mean() < 1e-4


def test_a_grid_shows_what_its_points_show(atlas: Atlas) -> None:
    choices = choose(atlas, SPEC, 22, 6)
    clips, stage = clips_of(choices), staged(choices)
    grid = trace(stage.forms, centres(64), centres(48)[:, None], FLAT, MOST_PRIMITIVES)
    windows = reach(stage.shapes, stage.focal, 48, 64)
    windowed = trace(stage.forms, centres(64), centres(48)[:, None], FLAT, int(choices.packed.count.max()), windows)
    assert torch.equal(grid.which, windowed.which)
    assert torch.equal(grid.depth, windowed.depth)
    points = cell_centres(48, 64)[None, None].expand(6, 4, -1, -1)
    assert (clips._trace(points, torch.arange(4)).which != grid.which.flatten(2)).float().mean() < 1e-3


def test_corresponding_points_are_visible_exactly_where_nothing_is_nearer(atlas: Atlas) -> None:
    clips = clips_of(choose(atlas, SPEC, 23, 24))
    points = cell_centres(48, 64)[None].expand(24, -1, -1)
    moved, visible = (value[:, 0] for value in clips.correspond(points, torch.tensor([[0, 2]])))
    _, source = nearest_by_division(clips, points, 0)
    _, which = nearest_by_division(clips, moved, 2)
    inside = (moved.abs() <= 1).all(-1)
    assert not (visible & ~inside).any()
    # Another body is there: covered. The same one is: either it is the same point, or its other side.
    assert (visible & (which != source)).float().mean() < 1e-4
    assert visible.float().mean() > 0.3
    hidden = inside & (which == source) & ~visible
    there, back = clips.correspond(moved, torch.tensor([[2, 0]]))
    returned = (there[:, 0] - points).norm(dim=-1)
    assert returned[visible].max() < 1e-3
    # What was called hidden shows another point of the same body there.
    assert (returned[hidden] > 1e-3).float().mean() > 0.95
    assert (back[:, 0] & visible).float().sum() > 0.999 * visible.float().sum()


def test_covered_points_are_those_behind_the_surface_of_a_fine_picture(atlas: Atlas) -> None:
    choices = choose(atlas, SPEC, 24, 8)
    clips, stage = clips_of(choices), staged(choices)
    height, width = 384, 512
    last = Forms(*(getattr(stage.forms, entry.name)[:, 3:] for entry in fields(Forms)))
    picture = trace(last, centres(width), centres(height)[:, None], FLAT, MOST_PRIMITIVES).depth[:, 0]
    points = cell_centres(24, 32)[None].expand(8, -1, -1)
    moved, visible = (value[:, 0] for value in clips.correspond(points, torch.tensor([[0, 3]])))
    # The depth of the point itself, by way of its material coordinates.
    hits = clips._trace(points[:, None], torch.tensor([0]))
    here, there = (clips._points_of(hits.which, torch.tensor([frame]))[:, 0] for frame in (0, 3))
    rays = torch.cat([points / clips.focal[:, 0, None, None], torch.ones(8, len(points[0]), 1)], -1)
    u = (here[..., :9].unflatten(-1, (3, 3)) @ (rays / hits.depth[:, 0, :, None])[..., None])[..., 0] - here[..., 9:12]
    depth = (there[..., 12:21].unflatten(-1, (3, 3)) @ u[..., None])[..., 0][..., 2] + there[..., 23]
    around = [F.max_pool2d(sign * picture[:, None], 5, 1, 2) * sign for sign in (1, -1)]
    nearest, farthest = (F.grid_sample(a, moved[:, None], mode="nearest", align_corners=False)[:, 0, 0] for a in around)
    inside = (moved.abs() <= 1).all(-1) & (depth > 0.1)
    assert (1 / depth < 0.98 * farthest)[visible].float().mean() < 2e-3
    covered = inside & (1 / depth < 0.98 * farthest)
    assert covered.sum() > 50
    assert not (covered & visible).float().sum() > 0.005 * covered.sum()
    free = inside & (1 / depth > 1.02 * nearest)
    assert free.sum() == 0 or (free & ~visible).float().mean() < 1e-3


def test_corresponding_points_have_the_same_colour_without_light(atlas: Atlas) -> None:
    ramp = torch.linspace(0, 255, 64)
    smooth = torch.stack([ramp.expand(64, 64), ramp[:, None].expand(64, 64), (ramp + ramp[:, None]) / 2])
    plain = Atlas(torch.stack([smooth, smooth.flip(0), 255 - smooth]).byte(), atlas.outlines)
    clips = render(plain, replace(FLAT_LIGHT, height=192, width=256), 4, 8)
    points = cell_centres(48, 64)[None].expand(8, -1, -1)
    labels = clips.label_at(points[:, None], torch.tensor([1]))[:, 0]
    moved, visible = (value[:, 0] for value in clips.correspond(points, torch.tensor([[1, 2]])))

    def seen(frame: int, where: Tensor) -> Tensor:
        return F.grid_sample(clips.frames[:, frame], where[:, None], align_corners=False)[:, :, 0]

    error = (seen(1, points) - seen(2, moved)).abs().mean(1)
    unmoved = (seen(1, points) - seen(2, points)).abs().mean(1)
    for chosen in (visible & (labels > 0), visible & (labels == 0)):
        assert chosen.float().mean() > 0.02
        assert error[chosen].median() < 0.02
        assert error[chosen].mean() < 0.35 * unmoved[chosen].mean()


def test_labels_are_what_is_drawn(atlas: Atlas) -> None:
    black_and_white = Atlas(torch.tensor([0, 255]).byte()[:, None, None, None].expand(2, 3, 64, 64), atlas.outlines)
    choices = choose(black_and_white, replace(FLAT_LIGHT, camouflage=0), 25, 8)
    body = choices.textures.shape[1] - PROPS_COUNT
    choices.textures[:] = 0
    choices.textures[:, SURFACES:body] = 1
    skins = choices.skins
    own = (SURFACES + torch.arange(skins.own.shape[1]))[None, :, None]
    skins.texture.copy_(own.expand_as(skins.texture))
    for value, constant in ((skins.own, 0), (skins.contrast, 1), (skins.tint, 1), (choices.room.focus, 0)):
        value.fill_(constant)
    stage = staged(choices)
    frames = paint(black_and_white, FLAT_LIGHT, choices, stage)
    points = cell_centres(96, 128)[None, None].expand(8, 4, -1, -1)
    labels = clips_of(choices).label_at(points, torch.arange(4)).view(8, 4, 96, 128)
    assert labels.max() <= SPEC.objects
    assert ((frames.mean(1) > 0.5) != (labels > 0)).float().mean() < 3e-3
    assert (labels > 0).float().mean() > 0.05


def test_how_many_clips_are_drawn_at_once_changes_nothing(atlas: Atlas, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = []
    for pixels in (1, 3 * 96 * 128 * 4, 1 << 24):
        monkeypatch.setitem(render_module.CHUNK_PIXELS, "cpu", pixels)
        drawn.append(render(atlas, SPEC, 31, 5))
    for other in drawn[1:]:
        torch.testing.assert_close(other.frames, drawn[0].frames, atol=1e-5, rtol=0)
        assert torch.equal(other.forms.square, drawn[0].forms.square)


def test_no_more_pixels_are_drawn_at_once_than_fit_the_caches(atlas: Atlas, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes = []

    def counted(*arguments: object) -> object:
        hits = trace(*arguments)  # type: ignore[arg-type]
        sizes.append(hits.which.numel())
        return hits

    monkeypatch.setattr(render_module, "trace", counted)
    render(atlas, replace(SPEC, height=64, width=64), 32, 20)
    assert max(sizes) <= render_module.CHUNK_PIXELS["cpu"]
    assert sum(sizes) >= 20 * 4 * 64 * 64


def test_an_open_shutter_blurs_the_picture_and_leaves_the_truth(atlas: Atlas) -> None:
    spec = replace(SPEC, appearance=CLEAR)
    sharp, blurred = (render(atlas, replace(spec, motion_blur=share), 33, 4) for share in (0, 0.5))
    assert torch.equal(sharp.forms.square, blurred.forms.square)
    changed = (sharp.frames != blurred.frames).flatten(1).any(1)
    assert changed.sum() == 2


def test_bodies_that_are_alike_have_the_same_parts_and_colours(atlas: Atlas) -> None:
    choices = choose(atlas, replace(SPEC, alike=1), 34, 40)
    skins = choices.skins

    def as_first(value: Tensor) -> Tensor:
        return (value[:, 1:3].flatten(2) == value[:, :1].flatten(2)).all(-1)

    # Sizes differ, proportions do not.
    proportions = choices.bodies.half / choices.bodies.size[..., None, None]
    alike = ((proportions[:, 1:3] / proportions[:, :1] - 1).abs() < 1e-4).flatten(2).all(-1)
    assert 0.1 < alike.float().mean() < 0.9
    for value in (skins.texture, skins.colour, skins.tint, skins.contrast[..., None]):
        assert as_first(value)[alike].all()


def test_scenes_keep_within_the_primitives_that_there_are(atlas: Atlas) -> None:
    choices = choose(atlas, replace(SPEC, objects=8), 35, 60)
    packed = choices.packed
    assert packed.label.shape[1] == MOST_PRIMITIVES + 1
    planes = (packed.low.abs() < 9).any(-1)[:, :-1]
    assert not planes[:, sum(FLAT) :].any()
    assert not (planes[:, FLAT[0] :] & packed.boxy[:, FLAT[0] : -1]).any()
    # No body loses parts: those that are kept are all there.
    assert torch.equal(choices.bodies.kept.sum((1, 2)), packed.count)


@pytest.mark.parametrize("frames", [1, 2, 8])
def test_clips_have_any_length_up_to_eight(atlas: Atlas, frames: int) -> None:
    clips = render(atlas, replace(SPEC, frames=frames), 36, 2)
    assert clips.frames.shape == (2, frames, 3, 96, 128)
    assert clips.frames.isfinite().all()


def test_scenes_without_bodies_are_background_that_corresponds(atlas: Atlas) -> None:
    batch = to_batch(render(atlas, replace(SPEC, objects=0), 37, 2), 37, 8)
    assert batch.labels is not None
    assert not batch.labels.any()
    assert batch.correspondences[0].visible.float().mean() > 0.3


@pytest.mark.parametrize("place", ["behind the camera", "at the camera", "far away"])
def test_bodies_may_be_anywhere(atlas: Atlas, place: str) -> None:
    choices = choose(atlas, SPEC, 38, 4)
    bodies, camera = choices.bodies, choices.camera
    distance = {"behind the camera": -3.0, "at the camera": -1.0, "far away": 50.0}[place]
    bodies.start[..., 2] = distance * camera.distance[:, None]
    bodies.start[..., 0] = 0
    bodies.growth.zero_()
    # Nor does the camera turn to where they are.
    for value in (camera.dolly, camera.orbit, camera.pan, camera.roll, camera.follows, camera.carried):
        value.zero_()
    stage = staged(choices)
    frames = paint(atlas, SPEC, choices, stage)
    assert frames.isfinite().all()
    clips = clips_of(choices)
    points = cell_centres(24, 32)[None].expand(4, -1, -1)
    labels = clips.label_at(points[:, None], torch.tensor([0]))
    if place != "at the camera":
        assert not labels.any()
    moved, visible = clips.correspond(points, torch.tensor([[0, 3]]))
    assert moved.isfinite().all()
    assert visible.any()


def test_without_bodies_batches_are_those_of_the_cutouts(atlas: Atlas) -> None:
    spec = ClipSpec(32, 48, frames=3)
    batch = GeneratedBatches(atlas, spec, seed=5, clips=3, stride=8).batch(4, 1)
    alone = to_batch(generate(atlas, spec, mix_seed(5, 4, 1), 3), 0, 8)
    assert torch.equal(batch.frames, alone.frames)
    assert torch.equal(batch.correspondences[0].points, alone.correspondences[0].points)
    assert batch.labels is not None
    assert alone.labels is not None
    assert torch.equal(batch.labels, alone.labels)


def test_a_share_of_the_clips_are_scenes_and_the_others_the_same_cutouts(atlas: Atlas) -> None:
    spec = ClipSpec(32, 48, frames=3)
    source = GeneratedBatches(atlas, spec, seed=5, clips=4, stride=8, bodies=0.5)
    clips = source._draw(77)
    assert isinstance(clips, MixedClips)
    cutouts, scenes = clips.parts
    assert torch.equal(cutouts.frames, generate(atlas, spec, 77, 2).frames)
    points = cell_centres(4, 6)[None].expand(4, -1, -1)
    moved, visible = clips.correspond(points, torch.tensor([[0, 1], [2, 0]]))
    own, own_visible = scenes.correspond(points[2:], torch.tensor([[0, 1], [2, 0]]))
    assert torch.equal(moved[2:], own)
    assert torch.equal(visible[2:], own_visible)
    batch = source.batch(0, 0)
    assert batch.labels is not None
    assert batch.labels.shape == (4, 3, 24)
    assert torch.equal(mirrored(mirrored(batch, 6), 6).frames, batch.frames)


def test_a_share_that_is_no_whole_number_of_clips_is_met_on_average(atlas: Atlas) -> None:
    source = GeneratedBatches(atlas, ClipSpec(16, 16, frames=2, objects=1), seed=5, clips=1, stride=8, bodies=0.3)
    scenes = sum(isinstance(source._draw(seed), SceneClips) for seed in range(60))
    assert 9 <= scenes <= 27


def test_some_scenes_are_drawn_as_all_of_them_are(atlas: Atlas) -> None:
    choices = choose(atlas, SPEC, 39, 5)
    stage = staged(choices)
    some = torch.tensor([1, 3])
    alone = set_stage(rows(choices, some), torch.linspace(-0.5, 0.5, 4).expand(2, -1))
    torch.testing.assert_close(alone.forms.square, stage.forms.square[some])
    torch.testing.assert_close(alone.light, stage.light[some])


def test_a_contact_sheet_shows_labels_in_their_colours(atlas: Atlas) -> None:
    clips = render(atlas, replace(SPEC, height=32, width=32), 40, 2)
    sheet = contact_sheet(clips)
    assert sheet.shape == (2 * 32, 2 * 4 * 32, 3)
    labels = clips.label_at(cell_centres(32, 32)[None, None].expand(2, 4, -1, -1), torch.arange(4)).view(2, 4, 32, 32)
    shown = torch.lerp(clips.frames, torch.zeros(()), OPACITY).mul(255).round().byte()
    below = sheet.view(2, 32, 8, 32, 3).permute(0, 2, 4, 1, 3)[:, 4:]
    assert torch.equal((below != shown).any(2), labels > 0)


def test_the_picture_command_writes_a_file(tmp_path: Path) -> None:
    file = tmp_path / "bodies.jpg"
    assert main(["generator-picture", str(file), "--clips", "1", "--frames", "2", "--image", "32"]) == 0
    with Image.open(file) as picture:
        assert picture.size == (128, 32)
