"""Locally connected layers, which torch.nn lacks."""

from __future__ import annotations

import math
from collections.abc import Iterator

import torch
from torch import nn
from torch.nn import functional


class LocallyConnected2d(nn.Module):
    """A convolution whose filters differ from place to place; `out_shape` is (maps, rows, columns)."""

    def __init__(
        self,
        in_channels: int,
        out_shape: tuple[int, int, int],
        kernel_size: tuple[int, int],
        stride: tuple[int, int] = (1, 1),
        pads: tuple[int, int, int, int] = (0, 0, 0, 0),
        bias: bool = True,
    ) -> None:
        super().__init__()
        self.kernel_size, self.stride, self.pads = kernel_size, stride, pads
        self.weight = nn.Parameter(torch.empty(*out_shape, in_channels, *kernel_size))
        self.bias = nn.Parameter(torch.empty(out_shape)) if bias else None
        bound = 1 / math.sqrt(in_channels * kernel_size[0] * kernel_size[1])
        for parameter in self.parameters():
            nn.init.uniform_(parameter, -bound, bound)

    def kernels(self) -> Iterator[torch.Tensor]:
        """Yield the filters of every place, each shaped as a convolution's weight."""
        for row in self.weight.unbind(1):
            yield from row.unbind(1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return the maps (N, maps, rows, columns) of x (N, C, H, W)."""
        windows = functional.unfold(functional.pad(x, self.pads), self.kernel_size, stride=self.stride)
        maps, rows, columns = self.weight.shape[:3]
        products = torch.einsum("nkp,mpk->nmp", windows, self.weight.reshape(maps, rows * columns, -1))
        found = products.reshape(-1, maps, rows, columns)
        return found if self.bias is None else found + self.bias
