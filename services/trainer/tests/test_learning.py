"""Training moves the model where it should, in the time a test may take."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import ClassVar

import pytest
import torch

from propago_trainer.config import TrainConfig
from propago_trainer.data.appearance import Appearance
from propago_trainer.data.batch import Batch
from propago_trainer.data.generated import ClipSpec, generate
from propago_trainer.data.generated_batches import GeneratedBatches, to_batch
from propago_trainer.data.motion import MotionRange
from propago_trainer.data.textures import Atlas, build_atlas
from propago_trainer.engine import Trainer
from propago_trainer.probes.propagation import Protocol, generated_sequences, score

Tiny = Callable[..., TrainConfig]
PROTOCOL = Protocol(context=4, radius=6)


MOTION = MotionRange(travel=0.5, turn=0.5, growth=1.5, camera=0.2)
"""As in a video of some seconds."""


@pytest.mark.long
def test_a_tiny_siammae_overfits_eight_clips(tiny: Tiny, atlas: Atlas) -> None:
    batch = to_batch(generate(atlas, ClipSpec(height=32, width=32, frames=2), 3, 8), 3, 8)

    class Same:
        skipped: ClassVar[dict[str, str]] = {}

        def batch(self, _step: int, _part: int) -> Batch:
            return batch

    config = tiny(batch=8, micro_batch=8, dim=64, depth=2, decoder_dim=64, steps=300, mask_ratio=0.75, lr=3e-3)
    trainer = Trainer(config, Same())
    before = float(trainer.objective(batch)[0])
    trainer.run()
    assert float(trainer.objective(batch)[0]) < 0.35 * before


def trained_gain(config: TrainConfig, training: tuple[Atlas, ClipSpec], unseen: tuple[Atlas, ClipSpec]) -> float:
    """k-NN propagation score on unseen clips of 8 frames: trained minus random initialisation, points."""
    cell = 8
    source = GeneratedBatches(*training, seed=1, clips=config.micro_batch, stride=cell, repeat=config.repeat)
    trainer = Trainer(config, source)
    atlas, spec = unseen
    sequences = generated_sequences(generate(atlas, replace(spec, height=96, width=96, frames=8), 99, 16))
    encoder = trainer.objective.encoder.eval()
    before = score(encoder, cell, sequences, PROTOCOL)["mean"]
    trainer.objective.train()
    trainer.run()
    after = score(encoder.eval(), cell, sequences, PROTOCOL)["mean"]
    return after - before


@pytest.mark.long
def test_a_tiny_siammae_beats_its_initialisation_by_two_points(tiny: Tiny) -> None:
    # Raw patches of a random projection match well where light stays: the light changes here. Few textures and no
    # positions keep what is to be learned within reach of a minute.
    light = Appearance(gain=1.0, gradient=0.8, blur=2.0, noise=0.1)
    textures = build_atlas(7, side=64, noise=4, materials=4, outlines=12)
    spec = ClipSpec(height=64, width=64, frames=2, motion=MOTION, appearance=light)
    config = tiny(
        image=64, dim=64, depth=2, heads=2, positions="none", decoder_dim=64, batch=16, micro_batch=16, steps=300,
        warmup_steps=20, lr=1e-3, mask_ratio=0.9, repeat=4, bf16=False, log_every=50,
    )  # fmt: skip
    assert trained_gain(config, (textures, spec), (textures, spec)) > 2


@pytest.mark.long
def test_correspondence_beats_its_initialisation_by_eight_points(tiny: Tiny, atlas: Atlas) -> None:
    unseen = build_atlas(1234, side=64, noise=16, materials=16, outlines=16)
    config = tiny(
        arch="conv", siammae=0.0, correspondence=1.0, conv_width=48, conv_dim=32, image=64, frames=3, batch=8,
        micro_batch=8, steps=100, warmup_steps=10, lr=3e-3, repeat=2, bf16=True, log_every=50,
    )  # fmt: skip
    training = ClipSpec(height=64, width=64, frames=3)
    assert trained_gain(config, (atlas, training), (unseen, replace(training, motion=MOTION))) > 8


def test_the_score_of_perfect_features_is_near_the_ceiling_of_the_grid(atlas: Atlas) -> None:
    sequences = generated_sequences(generate(atlas, ClipSpec(height=96, width=96, frames=8), 5, 4))
    positions = torch.linspace(0, 1, 12)
    still = [replace(sequence, frames=sequence.frames[:1].repeat(8, 1, 1, 1),
                     labels=sequence.labels[:1].repeat(8, 1, 1)) for sequence in sequences]  # fmt: skip
    grid = torch.stack(torch.meshgrid(positions, positions, indexing="ij"), -1).reshape(-1, 2)
    codes = torch.exp(-((grid[:, None] - grid) ** 2).sum(-1) / 0.002)
    values = score(lambda images: codes.expand(len(images), -1, -1), 8, still, PROTOCOL)
    assert values["mean"] > 75
