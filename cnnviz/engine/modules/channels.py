"""Modules that silence or exchange channels."""

from __future__ import annotations

import torch
from torch import nn


class MuteChannels(nn.Module):
    """Multiplies some channels by 0 and the others by 1."""

    def __init__(self, *channels: int) -> None:
        super().__init__()
        self.channels = channels

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return x (N, C, …) with the channels silenced."""
        shares = [0.0 if channel in self.channels else 1.0 for channel in range(x.shape[1])]
        return x * torch.tensor(shares, dtype=x.dtype, device=x.device).reshape(-1, *(1,) * (x.dim() - 2))


class SwapChannels(nn.Module):
    """Exchanges two channels."""

    def __init__(self, first: int, second: int) -> None:
        super().__init__()
        self.first, self.second = first, second

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return x (N, C, …) with both channels in each other's place."""
        order = list(range(x.shape[1]))
        order[self.first], order[self.second] = self.second, self.first
        return x[:, order]
