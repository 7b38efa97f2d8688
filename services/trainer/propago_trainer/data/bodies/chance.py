"""Random numbers and random paths of scenes, in the CPU's memory."""

from __future__ import annotations

import torch
from torch import Tensor


class Draw:
    """Random numbers of a clip's parts."""

    def __init__(self, seed: int) -> None:
        self.generator = torch.Generator().manual_seed(seed)

    def rand(self, *shape: int) -> Tensor:
        return torch.rand(*shape, generator=self.generator)

    def uniform(self, *shape: int) -> Tensor:
        return 2 * self.rand(*shape) - 1

    def normal(self, *shape: int) -> Tensor:
        return torch.randn(*shape, generator=self.generator)

    def between(self, low: float, high: float, *shape: int) -> Tensor:
        """Log-uniform."""
        return low * (high / low) ** self.rand(*shape)

    def chance(self, share: float, *shape: int) -> Tensor:
        return self.rand(*shape) < share

    def integers(self, high: int, *shape: int) -> Tensor:
        return torch.randint(high, shape, generator=self.generator)

    def path(self, reach: Tensor | float, *shape: int) -> Tensor:
        """A random (speed, bend) in `shape`; `reach` is broadcast against it."""
        return torch.stack([self.uniform(*shape), 0.5 * self.uniform(*shape)], -1) * (
            reach[..., None] if isinstance(reach, Tensor) else reach
        )


def along(path: Tensor, time: Tensor) -> Tensor:
    """The value of paths [..., 2] at times that are broadcast against [...]: straight with a bend."""
    return path[..., 0] * time + path[..., 1] * (4 * time**2 - 0.5)


def like_first(value: Tensor, alike: Tensor) -> Tensor:
    """Values [B, N, ...] where bodies that are alike have the first one's."""
    return torch.where(alike.view(*alike.shape, *[1] * (value.dim() - 2)), value[:, :1], value)
