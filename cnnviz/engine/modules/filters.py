"""Filters with fixed numbers."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional


class FixedFilter2d(nn.Module):
    """Filters every channel with each of the kernels; `pads` are left, right, top, bottom."""

    def __init__(
        self,
        kernels: tuple[tuple[tuple[float, ...], ...], ...],
        pads: tuple[int, int, int, int],
        border: str,
    ) -> None:
        super().__init__()
        self.kernels, self.pads = kernels, pads
        self.mode = border if border in ("reflect", "replicate") else "constant"

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return the maps (N, C · kernels, …) of x (N, C, H, W): those of the first channel come first."""
        channels = x.shape[1]
        weight = torch.tensor(self.kernels, dtype=x.dtype, device=x.device).unsqueeze(1)
        padded = functional.pad(x, self.pads, mode=self.mode)
        return functional.conv2d(padded, weight.repeat(channels, 1, 1, 1), groups=channels)
