from dataclasses import replace

import pytest
import torch
from torch import Tensor

from propago_trainer.models.masking import Mask, draw_mask
from propago_trainer.models.siammae import SiamMae, SiamMaeConfig, patchify, unpatchify
from propago_trainer.models.vit import VisionTransformer, VitConfig
from propago_trainer.objectives.siammae import masked_patch_loss, normalised_patches

VIT = VitConfig(dim=32, depth=2, heads=2, patch=8)
SMALL = SiamMaeConfig(dim=32, depth=2, heads=2)


def model(config: SiamMaeConfig = SMALL) -> SiamMae:
    torch.manual_seed(0)
    return SiamMae(VisionTransformer(VIT), config).eval()


def frames() -> tuple[Tensor, Tensor, Mask]:
    generator = torch.Generator().manual_seed(5)
    past, present = torch.randn(2, 2, 3, 32, 32, generator=generator)
    return past, present, draw_mask(generator, 2, (4, 4), 0.75)


def test_patchify_and_unpatchify_are_inverse() -> None:
    images = torch.randn(2, 3, 16, 24)
    assert torch.equal(unpatchify(patchify(images, 8), 8, (2, 3)), images)


def test_patches_are_row_major() -> None:
    image = torch.zeros(1, 3, 16, 16)
    image[:, :, :8, 8:] = 1
    assert patchify(image, 8).mean(dim=-1).tolist() == [[0, 1, 0, 0]]


def test_target_patches_have_mean_zero_and_deviation_one() -> None:
    patches = normalised_patches(torch.rand(2, 3, 16, 16) * 5 + 3, 8)
    torch.testing.assert_close(patches.mean(-1), torch.zeros(2, 4), atol=1e-4, rtol=0)
    torch.testing.assert_close(patches.std(-1), torch.ones(2, 4), atol=1e-3, rtol=0)


def test_the_loss_counts_masked_patches_only() -> None:
    _, _, mask = frames()
    predicted = torch.randn(2, 16, 192, requires_grad=True)
    masked_patch_loss(predicted, torch.zeros(2, 16, 192), mask).backward()
    assert predicted.grad is not None
    counts = predicted.grad.abs().sum(dim=-1) > 0
    assert torch.equal(counts, mask.hidden)


def test_masked_pixels_of_f2_do_not_reach_the_encoder() -> None:
    past, present, mask = frames()
    changed = present + unpatchify(mask.hidden[..., None] * torch.randn(2, 16, 192), 8, (4, 4))
    sut = model()
    assert torch.equal(sut(past, present, mask), sut(past, changed, mask))


def test_the_encoder_gets_the_visible_patches_of_f2_and_all_of_f1() -> None:
    past, present, mask = frames()
    sut = model()
    counts: list[int] = []
    sut.encoder.blocks[0].register_forward_hook(lambda _m, inputs, _o: counts.append(inputs[0].shape[1]))
    sut(past, present, mask)
    assert sorted(counts) == [1 + 4, 1 + 16]


@pytest.mark.parametrize("decoder", ["cross-self", "cross", "joint"])
def test_the_prediction_reads_f1(decoder: str) -> None:
    past, present, mask = frames()
    sut = model(replace(SMALL, decoder=decoder))
    assert not torch.allclose(sut(past, present, mask), sut(past.flip(0), present, mask), atol=1e-4)


def test_frame_mae_does_not_read_f1() -> None:
    past, present, mask = frames()
    sut = model(replace(SMALL, past=False))
    assert torch.equal(sut(past, present, mask), sut(past.flip(0), present, mask))


def test_both_frames_go_through_the_same_encoder_weights() -> None:
    past, present, mask = frames()
    sut = model()
    calls: list[int] = []
    sut.encoder.patch_proj.register_forward_hook(lambda module, _i, _o: calls.append(id(module.weight)))
    sut(past, present, mask).square().mean().backward()
    assert len(calls) == 2
    assert len(set(calls)) == 1
    names = [name for name, _ in sut.named_parameters() if name.endswith("patch_proj.weight")]
    assert names == ["encoder.patch_proj.weight"]


def test_a_masked_past_is_encoded_without_its_masked_patches() -> None:
    past, present, mask = frames()
    past_mask = draw_mask(torch.Generator().manual_seed(9), 2, (4, 4), 0.5)
    changed = past + unpatchify(past_mask.hidden[..., None] * torch.randn(2, 16, 192), 8, (4, 4))
    sut = model()
    assert torch.equal(sut(past, present, mask, past_mask), sut(changed, present, mask, past_mask))
