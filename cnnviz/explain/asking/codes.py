"""A node's values as the code of a sample: all its numbers in a row, or means over areas where those are too many."""

from __future__ import annotations

import numpy as np

from cnnviz.explain.trace import Array
from cnnviz.layers import Shape
from cnnviz.layers.base import size
from cnnviz.layers.formula import Pointwise
from cnnviz.model.graph import Graph


def grid_for(shape: Shape, most: int) -> tuple[int, ...]:
    """Return the finest grid that leaves at most `most` numbers of maps (C, …); () where all of them may stay."""
    if size(shape) <= most or len(shape) == 1:
        return ()
    grid = list(shape[1:])
    while shape[0] * size(tuple(grid)) > most and max(grid) > 1:
        largest = grid.index(max(grid))
        grid[largest] -= 1
    return tuple(grid)


def coded(values: Array, grid: tuple[int, ...]) -> Array:
    """Return values (N, C, …) as rows (N, F), float32: as they are, or the means over the areas of a grid."""
    found = np.asarray(values, np.float32)
    for axis, parts in enumerate(grid, start=2):
        found = _means(found, axis, parts)
    return np.ascontiguousarray(found.reshape(len(found), -1))


def _means(values: Array, axis: int, parts: int) -> Array:
    """Return the means over so many parts of an axis, which differ in length by one at most."""
    length = values.shape[axis]
    ends = np.arange(parts + 1) * length // parts
    sums = np.add.reduceat(values, ends[:-1], axis=axis)
    counts = np.diff(ends).astype(np.float32)
    return sums / counts.reshape(-1, *(1,) * (values.ndim - axis - 1))


def telling_nodes(graph: Graph, most: int) -> tuple[str, ...]:
    """Return the nodes between input and answer whose codes differ from those before, at most so many of them.

    Layers that only hand values on (flatten, dropout, an output) are left out. Of a deep network, nodes at even
    distances stay, the last one always.
    """
    found = [
        row.name
        for row in graph.summary().rows
        if row.shape is not None
        and not graph.node(row.name).layer.gives_probabilities
        and not _hands_on(graph, row.name)
    ]
    if len(found) <= most:
        return tuple(found)
    places = np.unique(np.linspace(0, len(found) - 1, most).round().astype(int))
    return tuple(found[place] for place in places)


def _hands_on(graph: Graph, name: str) -> bool:
    """Say whether a node's values are, in use, just those of the one before it."""
    row, layer = graph.summary().row(name), graph.node(name).layer
    arriving, shape = row.inputs or (), row.shape or ()
    if len(arriving) != 1 or size(arriving[0]) != size(shape) or layer.internals(*arriving):
        return False
    made = layer.formula((0,) * len(shape), *arriving)
    return isinstance(made, Pointwise) and made.function == "identity"
