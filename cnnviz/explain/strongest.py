"""The samples of a data set that a channel answers to most, and where in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from cnnviz.explain.trace import Array
from cnnviz.layers import Shape

KEPT = 9
"""How many samples are kept for each channel."""


@dataclass(frozen=True)
class Finding:
    """A sample's number in its split, the channel's largest value there, and the index of it in the node's array."""

    sample: int
    value: float
    index: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Best:
    """What one node answers to: `values`, `samples` and `places` (in the map, flat) are (KEPT, C), the best first.

    Where there were fewer samples, `samples` is −1. `shape` is that of the node's array.
    """

    shape: Shape
    values: Array
    samples: Array
    places: Array

    def of(self, channel: int) -> list[Finding]:
        """Return the findings of a channel, the best first."""
        return [
            Finding(int(sample), float(value), (channel, *self._place(int(place))))
            for sample, value, place in zip(
                self.samples[:, channel], self.values[:, channel], self.places[:, channel], strict=True
            )
            if sample >= 0
        ]

    def _place(self, flat: int) -> tuple[int, ...]:
        return tuple(int(at) for at in np.unravel_index(flat, self.shape[1:])) if len(self.shape) > 1 else ()


@dataclass(frozen=True, eq=False)
class Strongest:
    """The best samples of every channel of every node, among the first `looked_at` of a split."""

    nodes: Mapping[str, Best]
    looked_at: int
