"""The modules of a spatial transformer."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional


class AffineParameters(nn.Linear):
    """Turns features into the six numbers of an affine map; starts at the map that changes nothing."""

    starts_fixed = True

    def __init__(self, in_features: int) -> None:
        super().__init__(in_features, 6)

    def reset_parameters(self) -> None:
        """Set all weights to zero, and the biases to x = x, y = y."""
        nn.init.zeros_(self.weight)
        with torch.no_grad():
            self.bias.copy_(torch.tensor((1.0, 0.0, 0.0, 0.0, 1.0, 0.0)))


class AffineSampler(nn.Module):
    """Fetches every pixel from between four pixels of an image, where an affine map says; outside lie zeros."""

    def __init__(self, height: int, width: int) -> None:
        super().__init__()
        self.height, self.width = height, width

    def forward(self, image: torch.Tensor, theta: torch.Tensor) -> torch.Tensor:
        """Return (N, C, height, width) for an image (N, C, H, W) and theta (N, 6): two rows of three numbers."""
        size = [*image.shape[:2], self.height, self.width]
        grid = functional.affine_grid(theta.reshape(-1, 2, 3), size, align_corners=False)
        return functional.grid_sample(image, grid, align_corners=False)
