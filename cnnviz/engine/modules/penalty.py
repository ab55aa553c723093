"""Modules that add to the loss. Each leaves its part in `penalty` while training; who computes the loss takes it."""

from __future__ import annotations

import torch
from torch import nn


class ActivityPenalty(nn.Module):
    """Passes its input on and leaves rate · Σ |x| / N in `penalty`."""

    def __init__(self, rate: float) -> None:
        super().__init__()
        self.rate = rate
        self.penalty: torch.Tensor | None = None

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return x (N, …)."""
        if self.training:
            self.penalty = self.rate * x.abs().sum() / len(x)
        return x


class ContractivePenalty(nn.Module):
    """Passes a code on and leaves rate · ‖∂code/∂x‖² (squared Frobenius norm, mean over N) in `penalty`.

    Estimated from random signs v: the mean of ‖vᵀ ∂code/∂x‖² is unbiased. x has to require gradients.
    """

    def __init__(self, rate: float, projections: int = 1) -> None:
        super().__init__()
        self.rate, self.projections = rate, projections
        self.penalty: torch.Tensor | None = None

    def forward(self, code: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
        """Return the code (N, …), which was computed from x (N, …)."""
        if self.training and x.requires_grad:
            total = torch.zeros((), device=code.device)
            for _ in range(self.projections):
                signs = torch.empty_like(code).bernoulli_().mul_(2).sub_(1)
                (slope,) = torch.autograd.grad(code, x, signs, create_graph=True)
                total = total + slope.square().sum()
            self.penalty = self.rate * total / (self.projections * len(x))
        return code
