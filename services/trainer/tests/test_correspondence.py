from dataclasses import replace

import torch
import torch.nn.functional as F

from propago_trainer.data.batch import Batch, Correspondence
from propago_trainer.data.generated import cell_centres
from propago_trainer.objectives.correspondence import CorrespondenceWeights, bilinear_cells, correspondence_loss

GRID = (4, 4)
CELLS = 16


def moved_right(query: int, key: int, visible: bool = True) -> Correspondence:
    """Every cell of `query` lies one cell further right in `key`; what leaves the frame is not visible."""
    points = cell_centres(*GRID)[None] + torch.tensor([0.5, 0.0])
    return Correspondence(query, key, points, (points[..., 0] < 1) & visible)


def batch(*pairs: Correspondence, frames: int = 2, labels: torch.Tensor | None = None) -> Batch:
    return Batch(torch.zeros(1, frames, 3, 8, 8), 0, (), pairs, labels)


def following(steps: int) -> torch.Tensor:
    """Unit features that move left by one cell per frame, so that the query of frame t is right of it in t - 1."""
    grid = torch.eye(CELLS).view(4, 4, CELLS)
    return torch.stack([torch.roll(grid, -step, dims=1).reshape(CELLS, CELLS) for step in range(steps)])[None]


def test_targets_are_the_four_nearest_cells_weighted_by_distance() -> None:
    cells, weights = bilinear_cells(torch.tensor([[[-0.75, -0.75], [-0.5, -0.75], [0.0, 0.0]]]), GRID)
    target = torch.zeros(1, 3, CELLS).scatter_add_(2, cells, weights)
    assert target[0, 0].nonzero().flatten().tolist() == [0]
    assert target[0, 1, :2].tolist() == [0.5, 0.5]
    assert sorted(target[0, 2].nonzero().flatten().tolist()) == [5, 6, 9, 10]
    torch.testing.assert_close(target.sum(-1), torch.ones(1, 3))


def test_features_that_follow_the_surface_have_almost_no_loss() -> None:
    weights = CorrespondenceWeights(same_object=0, walk=0, temperature=0.05)
    right, _ = correspondence_loss(following(2), batch(moved_right(1, 0)), GRID, weights)
    still, _ = correspondence_loss(following(1).repeat(1, 2, 1, 1), batch(moved_right(1, 0)), GRID, weights)
    assert right < 1e-3
    assert still > 5


def test_cells_that_are_not_visible_have_no_gradient() -> None:
    features = torch.randn(1, 2, CELLS, 8, requires_grad=True)
    weights = CorrespondenceWeights(same_object=0, walk=0)
    correspondence_loss(features, batch(moved_right(1, 0)), GRID, weights)[0].backward()
    assert features.grad is not None
    moved = features.grad[0, 1].abs().sum(-1) > 0
    assert torch.equal(moved.view(4, 4), torch.tensor([[True, True, True, False]] * 4))


def test_nothing_visible_is_no_loss_and_no_nan() -> None:
    loss, _ = correspondence_loss(
        torch.randn(1, 2, CELLS, 8), batch(moved_right(1, 0, visible=False)), GRID, CorrespondenceWeights()
    )
    assert loss == 0


def test_shares_on_the_right_object_cost_nothing() -> None:
    labels = torch.zeros(1, 2, CELLS, dtype=torch.int64)
    labels[:, :, 8:] = 1
    by_object = F.one_hot(labels, 2).float()
    weights = CorrespondenceWeights(position=0, same_object=1, walk=0, temperature=0.05)
    right, _ = correspondence_loss(by_object, batch(moved_right(1, 0), labels=labels), GRID, weights)
    wrong, _ = correspondence_loss(
        torch.stack([by_object[:, 0], by_object[:, 1].flip(1)], 1),
        batch(moved_right(1, 0), labels=labels),
        GRID,
        weights,
    )
    assert right < 1e-3
    assert wrong > 5


def test_a_walk_down_the_chain_must_arrive_where_the_surface_was() -> None:
    points = cell_centres(*GRID)[None] + torch.tensor([1.0, 0.0])
    chain = Correspondence(2, 0, points, points[..., 0] < 1)
    pairs = (moved_right(1, 0), moved_right(2, 1), chain)
    weights = CorrespondenceWeights(position=0, same_object=0, walk=1, temperature=0.05)
    right, _ = correspondence_loss(following(3), batch(*pairs, frames=3), GRID, weights)
    still, _ = correspondence_loss(following(1).repeat(1, 3, 1, 1), batch(*pairs, frames=3), GRID, weights)
    assert right < 1e-3
    assert still > 5


def test_some_of_the_cells_as_queries_have_the_loss_of_those_cells() -> None:
    torch.manual_seed(0)
    features = torch.randn(2, 3, CELLS, 8)
    points = 2 * torch.rand(2, CELLS, 2) - 1
    pairs = tuple(
        Correspondence(query, key, points, torch.rand(2, CELLS) < 0.7) for query, key in ((1, 0), (2, 1), (2, 0))
    )
    labels = torch.randint(2, (2, 3, CELLS))
    whole = Batch(torch.zeros(2, 3, 3, 8, 8), 0, (), pairs, labels)
    cells = torch.tensor([1, 4, 9, 14])
    # Cells that are no queries are as good as not visible, and as good as without a label that the other frame has.
    kept = torch.isin(torch.arange(CELLS), cells)
    masked = tuple(Correspondence(pair.query, pair.key, pair.points, pair.visible & kept) for pair in pairs)
    weights = CorrespondenceWeights(same_object=0)
    expected, _ = correspondence_loss(features, replace(whole, correspondences=masked), GRID, weights)
    torch.testing.assert_close(correspondence_loss(features, whole, GRID, weights, cells)[0], expected)
    some, _ = correspondence_loss(features, whole, GRID, CorrespondenceWeights(position=0, walk=0), cells)
    every, _ = correspondence_loss(features, whole, GRID, CorrespondenceWeights(position=0, walk=0))
    assert some != every


def test_a_margin_asks_other_objects_to_be_further_away() -> None:
    labels = torch.zeros(1, 2, CELLS, dtype=torch.int64)
    labels[:, :, 8:] = 1
    by_object = torch.cat([F.one_hot(labels, 2).float(), torch.ones(1, 2, CELLS, 1)], -1)
    losses = [
        correspondence_loss(
            by_object,
            batch(moved_right(1, 0), labels=labels),
            GRID,
            CorrespondenceWeights(position=0, same_object=1, walk=0, margin=margin),
        )[0]
        for margin in (0.0, 0.5, 1.0)
    ]
    # The cosines are 1 and 0.5.
    assert losses[0] < 0.01 < 0.6 < losses[1] < 0.8 < 5 < losses[2]


def test_walks_of_several_lengths_end_where_the_surface_was() -> None:
    def chain(key: int) -> Correspondence:
        points = cell_centres(*GRID)[None] + torch.tensor([0.5 * (3 - key), 0.0])
        return Correspondence(3, key, points, points[..., 0] < 1)

    pairs = (moved_right(1, 0), moved_right(2, 1), moved_right(3, 2))
    weights = CorrespondenceWeights(position=0, same_object=0, walk=1, temperature=0.05)
    values = {}
    for name, ends in (("short", (1,)), ("long", (0,)), ("both", (0, 1))):
        walks = batch(*pairs, *map(chain, ends), frames=4)
        right, _ = correspondence_loss(following(4), walks, GRID, weights)
        assert right < 1e-3
        torch.manual_seed(1)
        values[name] = correspondence_loss(torch.randn(1, 4, CELLS, 8), walks, GRID, weights)[0]
    torch.testing.assert_close(values["both"], (values["short"] + values["long"]) / 2)
