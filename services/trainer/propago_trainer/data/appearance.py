"""What happens to the light and to the camera of a generated clip: relighting, shadows, blur, noise."""

from __future__ import annotations

from dataclasses import dataclass, fields

import torch
import torch.nn.functional as F
from torch import Tensor

from propago_trainer.data.batch import on_device

KERNEL = 7


@dataclass(frozen=True)
class Appearance:
    """Strengths; every clip or frame draws its own share. 0 switches a part off."""

    gain: float = 0.25
    """Change of lightness and of colour balance between frames, log scale."""
    gradient: float = 0.4
    """Light that falls off across the frame and moves, log scale."""
    shadow: float = 0.5
    """Darkness of cast shadows."""
    blur: float = 1.6
    """Standard deviation of blur along its direction, px; a motion blur is long in one direction only."""
    noise: float = 0.05
    """Standard deviation of pixel noise."""


@dataclass(frozen=True)
class DrawnAppearance:
    """One draw for B clips of T frames."""

    gain: Tensor
    """[B, T, 3], log."""
    gradient: Tensor
    """[B, T, 2], log per unit of (x, y)."""
    shadow: Tensor
    """[B, 3]: offset (x, y), darkness."""
    kernels: Tensor
    """[B, T, KERNEL, KERNEL], sum 1."""
    noise: Tensor
    """[B, T], standard deviation."""

    def to(self, device: torch.device) -> DrawnAppearance:
        """The same draw in the memory of `device`."""
        return DrawnAppearance(*(on_device(getattr(self, field.name), device) for field in fields(self)))


def draw_appearance(generator: torch.Generator, clips: int, frames: int, strength: Appearance) -> DrawnAppearance:
    """Half of the clips keep their light, a third are sharp: both must be seen often enough to be learned."""

    def uniform(*shape: int) -> Tensor:
        return 2 * torch.rand(*shape, generator=generator) - 1

    lit = (torch.rand(clips, 1, 1, generator=generator) < 0.5).float()
    gain = lit * strength.gain * (uniform(clips, frames, 1) + 0.4 * uniform(clips, frames, 3))
    gradient = lit * strength.gradient * uniform(clips, frames, 2)
    shadow = torch.cat([0.15 * uniform(clips, 2), strength.shadow * torch.rand(clips, 1, generator=generator)], dim=1)
    shadow[:, 2] *= torch.rand(clips, generator=generator) < 0.5
    blurred = (torch.rand(clips, frames, generator=generator) < 0.6).float()
    long = blurred * strength.blur * torch.rand(clips, frames, generator=generator)
    short = long * torch.rand(clips, frames, generator=generator)
    kernels = gaussian_kernels(long, short, 3.1416 * torch.rand(clips, frames, generator=generator))
    noise = strength.noise * torch.rand(clips, 1, generator=generator).expand(clips, frames) ** 2
    return DrawnAppearance(gain, gradient, shadow, kernels, noise)


def gaussian_kernels(long: Tensor, short: Tensor, angle: Tensor) -> Tensor:
    """Gaussians with standard deviations (px) along and across a direction, [...] -> [..., KERNEL, KERNEL]."""
    axis = torch.arange(KERNEL, dtype=torch.float32) - KERNEL // 2
    y, x = torch.meshgrid(axis, axis, indexing="ij")
    cos, sin = angle.cos()[..., None, None], angle.sin()[..., None, None]
    along, across = x * cos + y * sin, y * cos - x * sin
    exponent = (along / (long[..., None, None] + 0.15)) ** 2 + (across / (short[..., None, None] + 0.15)) ** 2
    weights = torch.exp(-0.5 * exponent)
    return weights / weights.sum(dim=(-2, -1), keepdim=True)


def relight(frames: Tensor, drawn: DrawnAppearance) -> Tensor:
    """Frames [B, 3, T, H, W] under their frame's light; changes them in place."""
    h, w = frames.shape[-2:]
    x, y = (torch.linspace(-1, 1, size, device=frames.device) for size in (w, h))
    # The light is exp(gain + a x + b y), a product of a row and a column.
    row = torch.exp(drawn.gain.transpose(1, 2)[..., None] + drawn.gradient[:, None, :, :1] * x)
    column = torch.exp(drawn.gradient[..., 1:] * y)
    return frames.mul_(row[..., None, :]).mul_(column[:, None, ..., None])


def degrade(frames: Tensor, drawn: DrawnAppearance, generator: torch.Generator) -> Tensor:
    """Blurs frames [B, 3, T, H, W], adds noise from a generator of their device, clips to 0..1 -> [B, T, 3, H, W]."""
    b, c, t, h, w = frames.shape
    kernels = drawn.kernels[:, None].expand(-1, c, -1, -1, -1).reshape(b * c * t, 1, KERNEL, KERNEL)
    padded = F.pad(frames.reshape(1, b * c * t, h, w), [KERNEL // 2] * 4, mode="replicate")
    blurred = F.conv2d(padded, kernels, groups=b * c * t).view(b, c, t, h, w)
    noise = torch.randn(b, t, c, h, w, generator=generator, device=frames.device)
    return noise.mul_(drawn.noise[..., None, None, None]).add_(blurred.transpose(1, 2)).clamp_(0, 1)
