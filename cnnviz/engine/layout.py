"""How images, volumes and series of a network lie in memory: channels last, which most kernels on processors like."""

from __future__ import annotations

from typing import TypeVar

import torch
from torch import Tensor, nn
from torch.nn import functional

Module = TypeVar("Module", bound=nn.Module)


def memory_format(dimensions: int, device: torch.device) -> torch.memory_format:
    """Return how arrays of so many dimensions, batch first, lie on a device where it is fastest."""
    if dimensions == 4 and device.type != "mps":
        return torch.channels_last
    return torch.channels_last_3d if dimensions == 5 and device.type == "cpu" else torch.contiguous_format


def laid_out(module: Module, device: torch.device) -> Module:
    """Move a module to a device, lay its kernels out as samples will lie, and return it."""
    module.to(device)
    for array in (*module.parameters(), *module.buffers()):
        if array.dim() > 3:
            array.data = array.data.contiguous(memory_format=memory_format(array.dim(), device))
    return module


class RowConv1d(nn.Conv1d):
    """Convolves a series as an image of one row, which can lie channels last."""

    def forward(self, x: Tensor) -> Tensor:
        """Return (N, C, L)."""
        if self.padding_mode != "zeros" or x.dim() != 3 or torch.compiler.is_compiling():
            return super().forward(x)
        padding = self.padding if isinstance(self.padding, str) else (0, *self.padding)
        found = functional.conv2d(
            _as_row(x),
            _as_row(self.weight),
            self.bias,
            (1, *self.stride),
            padding,
            (1, *self.dilation),
            self.groups,
        )
        return found.squeeze(2)


class RowMaxPool1d(nn.MaxPool1d):
    """Pools a series as an image of one row: torch pools series that lie channels first, one number at a time."""

    def forward(self, x: Tensor) -> Tensor:
        """Return (N, C, L)."""
        if self.return_indices or x.dim() != 3 or torch.compiler.is_compiling():
            return super().forward(x)
        size, stride, padding, dilation = (
            each if isinstance(each, int) else each[0]
            for each in (self.kernel_size, self.stride, self.padding, self.dilation)
        )
        found = functional.max_pool2d(
            _as_row(x), (1, size), (1, stride), (0, padding), (1, dilation), self.ceil_mode
        )
        return found.squeeze(2)


def _as_row(x: Tensor) -> Tensor:
    """Return x (N, C, L) as (N, C, 1, L), channels last."""
    return x.unsqueeze(2).contiguous(memory_format=torch.channels_last)
