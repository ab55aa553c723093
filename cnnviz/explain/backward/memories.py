"""What an optimiser remembers of all weights: read from a training that was kept, asked weight by weight."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from cnnviz.explain.backward.step import Memory
from cnnviz.explain.trace import Array, Trace
from cnnviz.layers.formula import Index


@dataclass(frozen=True, eq=False)
class Moments:
    """What is remembered of one parameter: so many steps, and the running averages that the optimiser keeps."""

    count: int
    m: Array | None = None
    v: Array | None = None

    def at(self, index: Index) -> Memory:
        """Return what is remembered of one entry."""
        m, v = (0.0 if each is None else float(each[index]) for each in (self.m, self.v))
        return Memory(self.count, m, v)


@dataclass(frozen=True, eq=False)
class Memories:
    """The optimiser of a training after `step` steps, and the learning rate that it has come to.

    `moments[node][parameter]` is missing for what is frozen. `weights` are those of the same moment.
    """

    step: int
    rate: float
    moments: Mapping[str, Mapping[str, Moments]]
    weights: Mapping[str, Mapping[str, Array]]

    def of(self, node: str, parameter: str, index: Index) -> Memory | None:
        """Return what is remembered of one weight; None where there is nothing of that shape."""
        found, weights = self.moments.get(node, {}).get(parameter), self.weights.get(node, {}).get(parameter)
        inside = weights is not None and len(index) == weights.ndim
        if (
            found is None
            or weights is None
            or not inside
            or any(i >= n for i, n in zip(index, weights.shape, strict=True))
        ):
            return None
        return found.at(index)

    def belongs_to(self, trace: Trace) -> bool:
        """Say whether a trace was made with the very weights of that moment."""
        return all(
            key in trace.parameters.get(node, {}) and np.array_equal(trace.parameters[node][key], array)
            for node, arrays in self.weights.items()
            for key, array in arrays.items()
            if not key.startswith("running")
        )
