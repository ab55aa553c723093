"""Noise that torch.nn lacks."""

from __future__ import annotations

import torch
from torch import nn


class GaussianNoise(nn.Module):
    """Adds normal random numbers of a standard deviation while training."""

    def __init__(self, deviation: float) -> None:
        super().__init__()
        self.deviation = deviation

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return x, while training with noise."""
        return x + self.deviation * torch.randn_like(x) if self.training else x
