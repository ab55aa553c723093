"""Modules that put time into the batch and take it out again, so that any module can be applied to every step."""

from __future__ import annotations

import torch
from torch import nn


class FoldTime(nn.Module):
    """Makes every step a sample of its own."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return (N·T, C, …) for x (N, C, T, …)."""
        return x.movedim(2, 1).flatten(0, 1)


class UnfoldTime(nn.Module):
    """Puts samples that were steps together again."""

    def __init__(self, steps: int) -> None:
        super().__init__()
        self.steps = steps

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return (N, C, T, …) for x (N·T, C, …)."""
        return x.reshape(-1, self.steps, *x.shape[1:]).movedim(1, 2)
