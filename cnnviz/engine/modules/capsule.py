"""The modules of a capsule network (Sabour et al. 2017)."""

from __future__ import annotations

import math
from collections.abc import Iterator

import torch
from torch import nn


class PrimaryCapsules(nn.Conv2d):
    """A convolution whose maps are taken together, `dimension` at a time, as squashed vectors."""

    def __init__(
        self,
        in_channels: int,
        maps: int,
        dimension: int,
        kernel_size: tuple[int, int],
        stride: tuple[int, int],
    ) -> None:
        super().__init__(in_channels, maps * dimension, kernel_size, stride)
        self.dimension = dimension

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return (N, maps·H·W, dimension) for x (N, C, …)."""
        s = self.inside(x)["s"]
        length = torch.linalg.vector_norm(s, dim=-1, keepdim=True)
        return s * length / (1 + length**2)

    def inside(self, x: torch.Tensor) -> dict[str, torch.Tensor]:
        """Return the vectors s (N, maps·H·W, dimension) before they are squashed."""
        maps = super().forward(x).flatten(2)  # (N, maps·dimension, H·W)
        vectors = maps.reshape(len(x), -1, self.dimension, maps.shape[2]).transpose(2, 3)
        return {"s": vectors.flatten(1, 2)}


class CapsuleRouting(nn.Module):
    """Lets `count` capsules predict `capsules` others, and routes by agreement."""

    def __init__(self, count: int, in_dimension: int, capsules: int, dimension: int, iterations: int) -> None:
        super().__init__()
        self.iterations = iterations
        self.weight = nn.Parameter(torch.empty(count, capsules, dimension, in_dimension))
        nn.init.uniform_(self.weight, -1 / math.sqrt(in_dimension), 1 / math.sqrt(in_dimension))

    def kernels(self) -> Iterator[torch.Tensor]:
        """Yield the weights of one capsule below after the other: each has a dense layer of its own."""
        return (each.flatten(0, 1) for each in self.weight)

    def forward(self, u: torch.Tensor) -> torch.Tensor:
        """Return (N, capsules, dimension) for u (N, count, in_dimension)."""
        return self.inside(u)[f"v_{self.iterations}"]

    def inside(self, u: torch.Tensor) -> dict[str, torch.Tensor]:
        """Return predictions u_hat, and of every round the logits b, couplings c, sums s and outputs v."""
        u_hat = torch.einsum("nid,ijod->nijo", u, self.weight)
        found = {"u_hat": u_hat}
        b = torch.zeros_like(u_hat[..., 0])
        for turn in range(1, self.iterations + 1):
            c = b.softmax(dim=2)
            s = torch.einsum("nij,nijo->njo", c, u_hat)
            length = torch.linalg.vector_norm(s, dim=-1, keepdim=True)
            v = s * length / (1 + length**2)
            found |= {f"b_{turn}": b, f"c_{turn}": c, f"s_{turn}": s, f"v_{turn}": v}
            if turn < self.iterations:
                b = b + torch.einsum("nijo,njo->nij", u_hat, v)
        return found


class CapsuleLength(nn.Module):
    """Measures vectors."""

    def forward(self, u: torch.Tensor) -> torch.Tensor:
        """Return the lengths (N, capsules) of u (N, capsules, dimension)."""
        return torch.linalg.vector_norm(u, dim=-1)


class CapsuleMask(nn.Module):
    """Keeps the longest vector and sets all others to zero, in one row."""

    def forward(self, u: torch.Tensor) -> torch.Tensor:
        """Return (N, capsules·dimension) for u (N, capsules, dimension)."""
        return (u * self.inside(u)["kept"][..., None]).flatten(1)

    def inside(self, u: torch.Tensor) -> dict[str, torch.Tensor]:
        """Return the length of every vector (N, capsules), and 1 for the longest, 0 for the others."""
        length = torch.linalg.vector_norm(u, dim=-1)
        kept = torch.zeros_like(length).scatter(1, length.argmax(dim=1, keepdim=True), 1.0)
        return {"length": length, "kept": kept}
