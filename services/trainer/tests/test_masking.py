import torch

from propago_trainer.models.masking import draw_mask, take


def test_a_random_mask_hides_the_stated_number_of_patches_of_every_frame() -> None:
    mask = draw_mask(torch.Generator().manual_seed(0), 5, (14, 14), 0.95)
    assert mask.visible.shape == (5, 9)
    assert mask.hidden.sum(dim=1).tolist() == [187] * 5
    assert not mask.hidden.gather(1, mask.visible).any()


def test_random_masks_hide_every_patch_equally_often() -> None:
    draws = 4000
    mask = draw_mask(torch.Generator().manual_seed(1), draws, (6, 6), 0.75)
    seen = (~mask.hidden).float().mean(dim=0)
    # Six standard deviations of a share of 0.25 over the draws.
    assert (seen - 0.25).abs().max() < 6 * (0.25 * 0.75 / draws) ** 0.5


def test_frames_of_a_batch_are_masked_differently() -> None:
    mask = draw_mask(torch.Generator().manual_seed(2), 2, (14, 14), 0.75)
    assert not torch.equal(mask.hidden[0], mask.hidden[1])


def test_a_grid_mask_shows_one_patch_of_every_square() -> None:
    mask = draw_mask(torch.Generator().manual_seed(3), 1, (8, 8), 0.75, "grid")
    squares = (~mask.hidden).view(4, 2, 4, 2).sum(dim=(1, 3))
    assert squares.tolist() == [[1] * 4] * 4


def test_at_least_one_patch_stays_visible() -> None:
    assert draw_mask(torch.Generator().manual_seed(4), 1, (2, 2), 0.95).visible.shape == (1, 1)


def test_take_picks_the_tokens_of_each_frame() -> None:
    tokens = torch.arange(12.0).view(2, 3, 2)
    assert take(tokens, torch.tensor([[2], [0]])).tolist() == [[[4, 5]], [[6, 7]]]
