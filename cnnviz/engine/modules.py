"""Modules that torch.nn lacks. Exported scripts carry copies of these classes, so each stands on its own."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional as F


class Add(nn.Module):
    """Adds its inputs value by value."""

    def forward(self, *inputs: torch.Tensor) -> torch.Tensor:
        total = inputs[0]
        for each in inputs[1:]:
            total = total + each
        return total


class Concat(nn.Module):
    """Puts the channels of its inputs one behind the other."""

    def forward(self, *inputs: torch.Tensor) -> torch.Tensor:
        return torch.cat(inputs, dim=1)


class PaddedAvgPool(nn.Module):
    """Takes the mean of each window over its real cells only; `pads` in torch's order, last dimension first."""

    def __init__(self, kernel_size: tuple[int, ...], stride: tuple[int, ...], pads: tuple[int, ...]) -> None:
        super().__init__()
        self.kernel_size, self.stride, self.pads = kernel_size, stride, pads

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        pool = (F.avg_pool1d, F.avg_pool2d, F.avg_pool3d)[len(self.kernel_size) - 1]
        real = F.pad(torch.ones_like(x[:1, :1]), self.pads)
        return pool(F.pad(x, self.pads), self.kernel_size, self.stride) / pool(
            real, self.kernel_size, self.stride
        )
