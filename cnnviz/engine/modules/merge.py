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


class Subtract(nn.Module):
    """Takes its second input away from the first."""

    def forward(self, first: torch.Tensor, second: torch.Tensor) -> torch.Tensor:
        """Return the difference of tensors of one shape."""
        return first - second


class Multiply(nn.Module):
    """Multiplies its inputs value by value."""

    def forward(self, *inputs: torch.Tensor) -> torch.Tensor:
        """Return the product of tensors of one shape."""
        product = inputs[0]
        for each in inputs[1:]:
            product = product * each
        return product


class Average(nn.Module):
    """Takes the mean of its inputs value by value."""

    def forward(self, *inputs: torch.Tensor) -> torch.Tensor:
        """Return the mean of tensors of one shape."""
        total = inputs[0]
        for each in inputs[1:]:
            total = total + each
        return total / len(inputs)


class Maximum(nn.Module):
    """Keeps the largest of its inputs value by value."""

    def forward(self, *inputs: torch.Tensor) -> torch.Tensor:
        """Return the largest values of tensors of one shape."""
        largest = inputs[0]
        for each in inputs[1:]:
            largest = torch.maximum(largest, each)
        return largest
