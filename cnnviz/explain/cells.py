"""Reads the numbers that a formula names: cells of arrays, padding around them, entries of parameters."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from cnnviz.errors import ExplainError
from cnnviz.explain.explanation import PartValues
from cnnviz.explain.trace import Array, Trace
from cnnviz.layers.formula import Block, Entries, Index


@dataclass(frozen=True, eq=False)
class Cells:
    """The numbers around the value at `index` of the array `name`, which belongs to `node`."""

    trace: Trace
    node: str
    name: str
    index: Index

    def given(self) -> float:
        """Return the number itself, which the sample brought along."""
        return float(self.trace.activation(self.name)[self.index])

    def source(self, block: Block) -> str:
        """Return the array that a block lies in."""
        if isinstance(block.input, str):
            return f"{self.node}.{block.input}"
        return self.trace.graph.inputs(self.node)[block.input].source

    def part(self, block: Block, names: tuple[str, str]) -> PartValues:
        """Return the cells of a block, each multiplied by 1."""
        source = self.source(block)
        array = self.trace.activation(source)
        shape = tuple(len(cells) for cells in block.ranges)
        values, inside = np.zeros(shape), np.zeros(shape, bool)
        pairs = [_overlap(cells, size) for cells, size in zip(block.ranges, array.shape, strict=True)]
        into = tuple(pair[0] for pair in pairs)
        values[into] = array[tuple(pair[1] for pair in pairs)]
        inside[into] = True
        return PartValues(source, block.ranges, inside, values, np.ones(shape), values, names)

    def parameter(self, name: str, at: Entries = ()) -> Array:
        """Return the entries of a parameter, float64."""
        arrays = self.trace.parameters.get(self.node, {})
        if name not in arrays:
            raise ExplainError(f"the trace has no parameter {name!r}.", where=self.node)
        picked = tuple(each if isinstance(each, int) else _slice(each) for each in at)
        return np.asarray(arrays[name][picked], np.float64)

    def number(self, entry: tuple[str, Index]) -> float:
        """Return one entry of a parameter."""
        return float(self.parameter(*entry))


def first_name(block: Block) -> str:
    """Return what the cells of a block are called as factors: an internal array by its name."""
    return block.input if isinstance(block.input, str) else "input"


def _overlap(cells: range, size: int) -> tuple[slice, slice]:
    """Return which entries of `cells` lie in an array of a size, and where there; padding is what remains."""
    low, high = -cells.start / cells.step, (size - 1 - cells.start) / cells.step
    first = max(0, math.ceil(min(low, high)))
    last = min(len(cells), math.floor(max(low, high)) + 1)
    return slice(first, max(first, last)), _slice(cells[first:last])


def _slice(cells: range) -> slice:
    """Return the slice of numpy for places from 0 up, in either direction."""
    if not cells:
        return slice(0, 0)
    end = cells[-1] + (1 if cells.step > 0 else -1)
    return slice(cells.start, end if end >= 0 else None, cells.step)
