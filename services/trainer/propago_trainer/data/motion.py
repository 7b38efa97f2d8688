"""Where the layers of a generated clip are at every frame, exactly and in both directions.

Coordinates of a frame are (x, y) in -1..1, the outer edges of the corner pixels (`align_corners=False`).
A layer's own coordinates u are in -1..1 over its texture. A frame point p shows the layer's point

    v = M(t)^-1 (p - c(t)),   u = v + wave(v, t)

so drawing needs no search. The way back, u -> p, solves v = u - wave(v, t) by fixed-point iteration; `wave` is a
contraction (slope at most `MAX_SLOPE`), so the error falls by that factor per iteration.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

MAX_SLOPE = 0.35
ITERATIONS = 10
WAVES = 2


@dataclass(frozen=True)
class Motion:
    """Poses of L layers over T frames of B clips; layer 0 is the background, higher layers are nearer."""

    centre: Tensor
    """c(t), [B, T, L, 2], frame coordinates."""
    matrix: Tensor
    """M(t), [B, T, L, 2, 2]."""
    frequency: Tensor
    """[B, L, WAVES, 2], radians per unit of v."""
    phase: Tensor
    """[B, T, L, WAVES], radians."""
    push: Tensor
    """[B, L, WAVES, 2], units of u."""

    def wave(self, x: Tensor, y: Tensor, frame: int | slice, layer: int) -> tuple[Tensor, Tensor]:
        """Displacement of the layer's points v = (x, y), each [B, (t,) P], at one frame or a slice; units of u."""
        # Written by component on contiguous planes: batched products with 2 x 2 matrices, and planes that lie
        # interleaved, take several times as long on a CPU.
        shape = (len(x),) + (1,) * (x.dim() - 1)
        moved_x, moved_y = torch.zeros_like(x), torch.zeros_like(y)
        for wave in range(WAVES):
            across, down = self.frequency[:, layer, wave].unbind(-1)
            angle = torch.addcmul(self.phase[:, frame, layer, wave][..., None], x, across.view(shape))
            sine = angle.addcmul_(y, down.view(shape)).sin_()
            push_x, push_y = self.push[:, layer, wave].unbind(-1)
            moved_x.addcmul_(sine, push_x.view(shape))
            moved_y.addcmul_(sine, push_y.view(shape))
        return moved_x, moved_y

    def to_layer(self, points: Tensor, frame: int | slice, layer: int) -> Tensor:
        """Frame points [B, (t,) P, 2] -> the layer's points u, same shape."""
        inverse = torch.linalg.inv(self.matrix[:, frame, layer])[..., None]
        centre = self.centre[:, frame, layer][..., None]
        x = points[..., 0] - centre[..., 0, :]
        y = points[..., 1] - centre[..., 1, :]
        v_x = torch.addcmul(x * inverse[..., 0, 0, :], y, inverse[..., 0, 1, :])
        v_y = torch.addcmul(x * inverse[..., 1, 0, :], y, inverse[..., 1, 1, :])
        wave_x, wave_y = self.wave(v_x, v_y, frame, layer)
        return torch.stack([v_x + wave_x, v_y + wave_y], dim=-1)

    def to_frame(self, u: Tensor, frame: int, layer: int) -> Tensor:
        """The layer's points u [B, P, 2] -> frame points, same shape; the inverse of `to_layer`."""
        u_x, u_y = u[..., 0].contiguous(), u[..., 1].contiguous()
        x, y = u_x, u_y
        for _ in range(ITERATIONS):
            wave_x, wave_y = self.wave(x, y, frame, layer)
            x, y = u_x - wave_x, u_y - wave_y
        v = torch.stack([x, y], dim=-1)
        return self.centre[:, frame, layer][:, None] + v @ self.matrix[:, frame, layer].transpose(1, 2)


@dataclass(frozen=True)
class MotionRange:
    """How far things move from the first frame of a clip to the last; every clip draws its own share of these."""

    travel: float = 0.7
    """Distance of an object's path, frame coordinates (the frame is 2 wide)."""
    turn: float = 0.9
    """Rotation, radians."""
    growth: float = 3.0
    """Largest factor between the smallest and the largest scale."""
    camera: float = 0.35
    """Distance that the camera pans; its zoom changes by up to 1 + this."""
    deform: float = 0.12
    """Largest displacement of a wave, in units of the object's half side."""
    size: tuple[float, float] = (0.25, 0.8)
    """Half side of a cut-out, frame coordinates."""


def random_motion(generator: torch.Generator, clips: int, frames: int, layers: int, span: MotionRange) -> Motion:
    """Smooth random paths: straight with a bend, turning, growing and shrinking, seen by a panning, zooming camera."""

    def uniform(*shape: int) -> Tensor:
        return 2 * torch.rand(*shape, generator=generator) - 1

    time = torch.linspace(-0.5, 0.5, frames)[None, :, None] if frames > 1 else torch.zeros(1, 1, 1)
    # Clips are slow or fast as a whole; a square makes slow ones as frequent as they are in videos.
    pace = torch.rand(clips, 1, 1, generator=generator) ** 1.5 * 0.95 + 0.05

    def path(reach: float, still_background: bool = True) -> Tensor:
        speed, bend = uniform(clips, 1, layers), 0.5 * uniform(clips, 1, layers)
        value = pace * reach * (speed * time + bend * (4 * time**2 - 0.5))
        if still_background:
            value = torch.cat([torch.zeros_like(value[..., :1]), value[..., 1:]], dim=2)
        return value

    start = 0.8 * uniform(clips, 1, layers, 2)
    start[:, :, 0] = 0
    centre = start + torch.stack([path(2 * span.travel), path(2 * span.travel)], dim=-1)
    lowest, highest = span.size
    base = torch.log(torch.tensor(lowest)) + torch.rand(clips, 1, layers, generator=generator) * torch.log(
        torch.tensor(highest / lowest)
    )
    base[:, :, 0] = torch.log(1.5 + 0.5 * uniform(clips, 1))
    log_growth = float(torch.log(torch.tensor(span.growth)))
    scale = torch.exp(base + path(log_growth))
    angle = 3.1416 * uniform(clips, 1, layers) + path(2 * span.turn)
    angle[:, :, 0] *= 0.25
    stretch = torch.exp(0.3 * uniform(clips, 1, layers))
    cos, sin = angle.cos() * scale, angle.sin() * scale
    matrix = torch.stack(
        [torch.stack([cos * stretch, -sin / stretch], -1), torch.stack([sin * stretch, cos / stretch], -1)], -2
    )

    pan = torch.stack([path(2 * span.camera, False)[..., :1], path(2 * span.camera, False)[..., :1]], dim=-1)
    zoom = torch.exp(path(2 * float(torch.log(torch.tensor(1 + span.camera))), False)[..., :1])
    roll = path(span.camera, False)[..., 0]
    rotation = torch.stack([torch.stack([roll.cos(), -roll.sin()], -1), torch.stack([roll.sin(), roll.cos()], -1)], -2)
    camera = rotation * zoom[..., None]
    centre = torch.einsum("btlc,btdc->btld", centre, camera) + pan
    matrix = torch.einsum("btdc,btlce->btlde", camera, matrix)

    frequency = 1.5 + 2.5 * torch.rand(clips, layers, WAVES, 2, generator=generator)
    frequency = frequency * torch.sign(uniform(clips, layers, WAVES, 2))
    rest = 3.1416 * uniform(clips, 1, layers, WAVES)
    swing = torch.stack([path(6.0), path(6.0)], dim=-1)
    push = span.deform * uniform(clips, layers, WAVES, 2)
    push[:, 0] *= 0.3
    # The slope of a wave is at most |push| * |frequency|; both waves together must stay a contraction.
    slope = (push.norm(dim=-1) * frequency.norm(dim=-1)).sum(dim=-1)
    push = push * (MAX_SLOPE / slope.clamp(min=MAX_SLOPE))[..., None, None]
    return Motion(centre, matrix, frequency, rest + swing, push)
