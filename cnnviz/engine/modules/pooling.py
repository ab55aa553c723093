"""Pooling modules that torch.nn lacks."""

from __future__ import annotations

import math

import torch
from torch import nn
from torch.nn import functional


class PaddedAvgPool(nn.Module):
    """Takes the mean of each window over its real cells only; `pads` in torch's order, last dimension first."""

    def __init__(self, kernel_size: tuple[int, ...], stride: tuple[int, ...], pads: tuple[int, ...]) -> None:
        super().__init__()
        self.kernel_size, self.stride, self.pads = kernel_size, stride, pads

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return the means for x of shape (N, C, L), (N, C, H, W) or (N, C, D, H, W)."""
        pool = (functional.avg_pool1d, functional.avg_pool2d, functional.avg_pool3d)[
            len(self.kernel_size) - 1
        ]
        mean = pool(functional.pad(x, self.pads), self.kernel_size, self.stride)
        real = functional.pad(torch.ones_like(x[:1, :1]), self.pads)
        return mean / pool(real, self.kernel_size, self.stride)


class PowerPool(nn.Module):
    """Takes (Σ |x|ᵖ)^(1/p) of each window; `pads` in torch's order, last dimension first.

    torch's LPPool leaves the absolute value out, and its gradient is not a number where a whole window is zero.
    """

    def __init__(
        self, power: float, kernel_size: tuple[int, ...], stride: tuple[int, ...], pads: tuple[int, ...]
    ) -> None:
        super().__init__()
        self.power, self.kernel_size, self.stride, self.pads = power, kernel_size, stride, pads

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return the norms for x of shape (N, C, L), (N, C, H, W) or (N, C, D, H, W)."""
        pool = (functional.avg_pool1d, functional.avg_pool2d, functional.avg_pool3d)[
            len(self.kernel_size) - 1
        ]
        powers = functional.pad(x.abs() ** self.power, self.pads)
        total = pool(powers, self.kernel_size, self.stride) * math.prod(self.kernel_size)
        some = total > 0
        return torch.where(some, torch.where(some, total, 1) ** (1 / self.power), 0)
