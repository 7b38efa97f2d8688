"""Where the layers of a generated clip are at every frame, exactly and in both directions.

Coordinates of a frame are (x, y) in -1..1, the outer edges of the corner pixels (`align_corners=False`).
A layer's own coordinates u are in -1..1 over its texture. A frame point p shows the layer's point

    v = M(t)^-1 (p - c(t)),   u = v + wave(v, t)

so drawing needs no search. The way back, u -> p, solves v = u - wave(v, t) by fixed-point iteration; `wave` is a
contraction (slope at most `MAX_SLOPE`), so the error falls by that factor per iteration.

All of a layer at a frame is a row of numbers, its pose. The functions take poses of any shape [..., POSE], so that
all layers, frames and clips are one call.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

MAX_SLOPE = 0.35
ITERATIONS = 10
WAVES = 2
POSE = 10 + 5 * WAVES
"""Of a pose: c (2), M (4), M^-1 (4), then for each wave frequency (2), phase (1), push (2)."""


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

    def poses(self) -> Tensor:
        """Every layer's pose at every frame, [B, T, L, POSE]."""
        frames = self.phase.shape[1]
        steady = [value[:, None].expand(-1, frames, -1, -1, -1) for value in (self.frequency, self.push)]
        waves = torch.cat([steady[0], self.phase[..., None], steady[1]], dim=-1)
        matrices = (self.matrix, inverse_2x2(self.matrix))
        return torch.cat([self.centre, *(m.flatten(-2) for m in matrices), waves.flatten(-2)], dim=-1)


def inverse_2x2(matrix: Tensor) -> Tensor:
    """The inverse of matrices [..., 2, 2].

    In closed form: `torch.linalg` loads its GPU library at its first use, and fails where two threads are the first.
    """
    (a, b), (c, d) = (row.unbind(-1) for row in matrix.unbind(-2))
    adjugate = torch.stack([torch.stack([d, -b], -1), torch.stack([-c, a], -1)], -2)
    return adjugate / (a * d - b * c)[..., None, None]


def _waved(
    pose: tuple[Tensor, ...], x: Tensor, y: Tensor, start: tuple[Tensor, Tensor], sign: int
) -> tuple[Tensor, ...]:
    """`start` plus or minus the displacement of the points v = (x, y), units of u."""
    to_x, to_y = start
    for wave in range(WAVES):
        across, down, phase, push_x, push_y = pose[10 + 5 * wave : 15 + 5 * wave]
        # Multiplied and added at once: on a GPU the number of calls is what takes time.
        sine = torch.addcmul(torch.addcmul(phase, across, x), down, y).sin_()
        to_x, to_y = (torch.addcmul(to, push, sine, value=sign) for to, push in ((to_x, push_x), (to_y, push_y)))
    return to_x, to_y


def to_layer(poses: Tensor, points: Tensor) -> Tensor:
    """Frame points -> the layers' points u; poses [..., POSE] and points [..., 2] are broadcast against each other."""
    pose = poses.unbind(-1)
    x, y = points[..., 0] - pose[0], points[..., 1] - pose[1]
    v_x, v_y = torch.addcmul(pose[6] * x, pose[7], y), torch.addcmul(pose[8] * x, pose[9], y)
    return torch.stack(_waved(pose, v_x, v_y, (v_x, v_y), 1), dim=-1)


def to_frame(poses: Tensor, u: Tensor) -> Tensor:
    """The layers' points u -> frame points; the inverse of `to_layer`."""
    pose = poses.unbind(-1)
    start = u[..., 0], u[..., 1]
    x, y = start
    for _ in range(ITERATIONS):
        x, y = _waved(pose, x, y, start, -1)
    across, down = torch.addcmul(pose[0], pose[2], x), torch.addcmul(pose[1], pose[4], x)
    return torch.stack([torch.addcmul(across, pose[3], y), torch.addcmul(down, pose[5], y)], dim=-1)


def grid_to_layer(poses: Tensor, x: Tensor, y: Tensor) -> Tensor:
    """`to_layer` of a grid: poses [..., POSE], columns x [..., W], rows y [..., H] -> u [..., H, W, 2].

    On a grid each wave is sin(a(y) + b(x)) = sin a cos b + cos a sin b, so the whole of u is one small matrix product
    [H, K] @ [K, 2 W] for each pose, without a sine for each pixel.
    """
    pose = poses[..., None].unbind(-2)
    x, y = x - pose[0], y - pose[1]
    across, down = torch.stack([pose[6] * x, pose[8] * x], -1), torch.stack([pose[7] * y, pose[9] * y], -1)
    ones, zeros = torch.ones_like(across[..., 0]), torch.zeros_like(across[..., 0])
    of_rows = [torch.ones_like(down[..., 0]), down[..., 0], down[..., 1]]
    of_columns = [across, torch.stack([ones, zeros], -1), torch.stack([zeros, ones], -1)]
    for wave in range(WAVES):
        f_x, f_y, phase, push_x, push_y = pose[10 + 5 * wave : 15 + 5 * wave]
        a = phase + f_x * down[..., 0] + f_y * down[..., 1]
        b = f_x * across[..., 0] + f_y * across[..., 1]
        push = torch.stack([push_x, push_y], -1)
        of_rows += [a.sin(), a.cos()]
        of_columns += [b.cos()[..., None] * push, b.sin()[..., None] * push]
    u = torch.stack(of_rows, -1) @ torch.stack(of_columns, -3).flatten(-2)
    return u.unflatten(-1, (-1, 2))


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
