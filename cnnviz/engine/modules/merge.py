"""Modules that join several inputs."""

from __future__ import annotations

import torch
from torch import nn


class Add(nn.Module):
    """Adds its inputs value by value."""

    def forward(self, *inputs: torch.Tensor) -> torch.Tensor:
        """Return the sum of tensors of one shape."""
        total = inputs[0]
        for each in inputs[1:]:
            total = total + each
        return total


class Concat(nn.Module):
    """Puts the channels of its inputs one behind the other."""

    def forward(self, *inputs: torch.Tensor) -> torch.Tensor:
        """Return the inputs (N, C, …) joined along C."""
        return torch.cat(inputs, dim=1)
