"""One shape for every tensor that is drawn: channels, depth, rows, columns."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from cnnviz.explain.trace import Array

Cell = tuple[int, int, int, int]
"""Channel, depth, row, column."""
Ranges = tuple[range, range, range, range]

SPATIAL = 3


def volume(array: Array) -> Array:
    """Return the array as (C, D, H, W): a vector has 1×1 maps, a sequence one row, an image one slice."""
    channels, *rest = array.shape
    return array.reshape(channels, *(1,) * (SPATIAL - len(rest)), *rest)


def box(ranges: Sequence[range]) -> Ranges:
    """Return the ranges of a block as those of the volume it lies in."""
    channels, *rest = ranges
    found = (channels, *(range(1),) * (SPATIAL - len(rest)), *rest)
    return found[0], found[1], found[2], found[3]


def to_cell(index: Sequence[int]) -> Cell:
    """Return where a value lies in the volume."""
    channel, *rest = index
    found = (channel, *(0,) * (SPATIAL - len(rest)), *rest)
    return found[0], found[1], found[2], found[3]


def to_index(cell: Sequence[int], dimensions: int) -> tuple[int, ...]:
    """Return the index, in an array of so many dimensions, of a cell of its volume."""
    return (cell[0], *cell[len(cell) - (dimensions - 1) :]) if dimensions > 1 else (cell[0],)


def thickened(maps: Array) -> Array:
    """Return maps (N, rows, columns) for small pictures: a sequence's only row is made as high as can be seen."""
    _, rows, columns = maps.shape
    return np.repeat(maps, max(columns // 4, 1), axis=1) if rows == 1 and columns > 4 else maps


def spread(ranges: range) -> tuple[int, int]:
    """Return the first cell and how many cells a window spans, gaps included."""
    return (ranges[0], ranges[-1] - ranges[0] + 1) if len(ranges) else (0, 0)


def middle(ranges: range, limit: int) -> int:
    """Return the cell in the middle of a window that is no padding."""
    return min(max(ranges[len(ranges) // 2], 0), max(limit - 1, 0))


def unraveled(position: int, shape: Sequence[int]) -> tuple[int, ...]:
    """Return the index of a flat position, as plain integers."""
    return tuple(int(entry) for entry in np.unravel_index(position, tuple(shape)))


def identity(array: Array) -> tuple[object, ...]:
    """Return what tells an array's memory from another's as long as one of both is kept."""
    return array.__array_interface__["data"], array.shape, array.strides
