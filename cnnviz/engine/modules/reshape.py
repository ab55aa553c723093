"""Modules that move numbers without changing them."""

from __future__ import annotations

import torch
from torch import nn


class Crop(nn.Module):
    """Cuts cells off every dimension behind the channels, first dimension first."""

    def __init__(self, before: tuple[int, ...], after: tuple[int, ...]) -> None:
        super().__init__()
        self.before, self.after = before, after

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return what remains of x (N, C, …)."""
        for dimension, (before, after) in enumerate(zip(self.before, self.after, strict=True), start=2):
            x = x.narrow(dimension, before, x.shape[dimension] - before - after)
        return x


class Reshape(nn.Module):
    """Writes the numbers of each sample, row by row, into another shape; one entry may be −1, for the rest."""

    def __init__(self, *target: int) -> None:
        super().__init__()
        self.target = target

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return x (N, …) as (N, *target)."""
        return x.reshape(x.shape[0], *self.target)


class Permute(nn.Module):
    """Changes the order of the dimensions; they are counted from 1, since the batch is 0 and stays in front."""

    def __init__(self, *order: int) -> None:
        super().__init__()
        self.order = order

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return x (N, …) with its dimensions in the other order."""
        return x.permute(0, *self.order)
