"""The numbers around one layer, read for many of its values at once: what was read stays at hand."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TypeVar

import numpy as np

from cnnviz.explain.account import Account
from cnnviz.explain.cells import Cells
from cnnviz.explain.explanation import Place
from cnnviz.explain.trace import Array, Trace
from cnnviz.layers.formula import Block, Formula, Index

_Formula = TypeVar("_Formula", bound=Formula)


class Numbers:
    """Reads cells and parameters of `node` from a trace, as float64; padding is 0."""

    def __init__(self, trace: Trace, node: str) -> None:
        self.trace, self.node = trace, node
        self._cells = Cells(trace, node, node, ())
        self._known: dict[Block, tuple[Array, Array]] = {}
        self._sums: dict[Formula, Account] = {}
        self._statistics: dict[Block, tuple[float, float]] = {}
        self._parameters: dict[str, Array] = {}

    def place(self, block: Block, index: Index) -> Place:
        """Return the place of a cell of a block in the trace."""
        return self._cells.source(block), index

    def cell(self, block: Block, index: Index) -> float:
        """Return one cell of the array that a block lies in."""
        array = self.trace.activation(self._cells.source(block))
        if any(not 0 <= at < size for at, size in zip(index, array.shape, strict=True)):
            return 0.0
        return float(array[index])

    def values(self, block: Block) -> Array:
        """Return the cells of a block."""
        return self._read(block)[0]

    def inside(self, block: Block) -> Array:
        """Return where a block has cells; elsewhere is padding."""
        return self._read(block)[1]

    def statistics(self, block: Block) -> tuple[float, float]:
        """Return the mean and the variance of a block."""
        if block not in self._statistics:
            values = self.values(block)
            self._statistics[block] = float(values.mean()), float(values.var())
        return self._statistics[block]

    def parameter(self, name: str) -> Array:
        """Return a parameter."""
        if name not in self._parameters:
            self._parameters[name] = self._cells.parameter(name)
        return self._parameters[name]

    def number(self, entry: tuple[str, Index]) -> float:
        """Return one entry of a parameter."""
        return float(self.trace.parameters[self.node][entry[0]][entry[1]])

    def parameter_shape(self, name: str) -> tuple[int, ...]:
        """Return the shape of a parameter."""
        return tuple(self.trace.parameters[self.node][name].shape)

    def source(self, slot: int) -> Array:
        """Return what arrives at a port, float64."""
        return self.trace.activation(self._cells.source(Block(slot, ()))).astype(np.float64)

    def account(self, formula: _Formula, compute: Callable[[_Formula, Cells], Account]) -> Account:
        """Return the forward account of a formula, computed once."""
        if formula not in self._sums:
            self._sums[formula] = compute(formula, self._cells)
        return self._sums[formula]

    def _read(self, block: Block) -> tuple[Array, Array]:
        if block not in self._known:
            part = self._cells.part(block, ("", ""))
            self._known[block] = part.values, part.inside
        return self._known[block]


def ratio(numerator: float, denominator: float) -> float:
    """Return a quotient; 0/0, where a function has a corner, counts as 0, as torch has it for lengths."""
    return numerator / denominator if denominator else 0.0 if not numerator else math.nan
