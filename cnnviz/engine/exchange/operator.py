"""One operator of a foreign graph, as the tables of operators see it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from cnnviz.engine.exchange.drawing import Array, Drawing, Value

BATCH = -(2**40)
"""Stands for the batch size where a file computes with shapes: no size in a file is like it."""

Thing = Value | Array | None
"""What an operator gets: a value of the network, a constant, or nothing."""


@dataclass(frozen=True)
class Operator:
    """Its kind, a name for the node, what goes in (by position), settings, and how many operators read its result."""

    kind: str
    name: str
    inputs: tuple[Thing, ...]
    settings: Mapping[str, Any]
    readers: int

    def value(self, d: Drawing, place: int = 0) -> Value:
        """Return an input that must be a value of the network."""
        found = self.inputs[place] if place < len(self.inputs) else None
        if not isinstance(found, Value):
            raise d.error(
                f"its input {place + 1} is a constant or missing, where a value of the network belongs."
            )
        return found

    def array(self, d: Drawing, place: int) -> Array:
        """Return an input that must be a constant."""
        found = self.optional(d, place)
        if found is None:
            raise d.error(f"its input {place + 1} is missing.")
        return found

    def optional(self, d: Drawing, place: int) -> Array | None:
        """Return an input that is a constant, or None where there is none."""
        found = self.inputs[place] if place < len(self.inputs) else None
        if isinstance(found, Value):
            raise d.error(
                f"its input {place + 1} is computed by the network, where cnnviz needs a fixed number."
            )
        return found

    @property
    def values_only(self) -> tuple[Value, ...]:
        """Return the inputs that are values of the network."""
        return tuple(each for each in self.inputs if isinstance(each, Value))

    def values(self, d: Drawing) -> list[Value]:
        """Return all inputs, which must be values of the network."""
        return [self.value(d, place) for place in range(len(self.inputs))]


Reader = Callable[[Operator, Drawing], "Value | list[Value]"]
"""Draws what an operator does and returns its result."""


def numbers(array: Array) -> list[int]:
    """Return a constant as whole numbers."""
    return [int(entry) for entry in np.asarray(array).reshape(-1)]


def without_batch(d: Drawing, target: list[int]) -> list[int]:
    """Return the shape of one sample from a target shape whose first entry is the batch."""
    if not target:
        raise d.error("mixes samples of the batch with one another.")
    first, rest = target[0], target[1:]
    if BATCH in rest:
        raise d.error("moves the batch to another place.")
    if first == -1 and -1 not in rest:
        return rest
    if first in (BATCH, 0, d.batch):
        return rest
    raise d.error("mixes samples of the batch with one another.")
