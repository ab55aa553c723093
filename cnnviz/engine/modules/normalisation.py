"""Normalisation that torch.nn lacks."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional


class ChannelNorm(nn.Module):
    """Brings the channels of every place to mean 0 and variance 1: layer norm with channels first."""

    starts_fixed = True

    def __init__(self, channels: int, epsilon: float, affine: bool) -> None:
        super().__init__()
        self.epsilon = epsilon
        self.weight = nn.Parameter(torch.ones(channels)) if affine else None
        self.bias = nn.Parameter(torch.zeros(channels)) if affine else None

    def reset_parameters(self) -> None:
        """Start as the plain normalisation."""
        if self.weight is not None and self.bias is not None:
            nn.init.ones_(self.weight)
            nn.init.zeros_(self.bias)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return x (N, C, …) normalised along C."""
        last = x.movedim(1, -1)
        return functional.layer_norm(last, last.shape[-1:], self.weight, self.bias, self.epsilon).movedim(
            -1, 1
        )
