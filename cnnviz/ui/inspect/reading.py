"""What a value reads from one input, ready to be drawn: the source's maps, and the window on them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from cnnviz.explain import Partner, PartValues, Trace, split
from cnnviz.explain.trace import Array
from cnnviz.ui.inspect.volumes import Cell, Ranges, box, to_cell, to_index, volume


class Spot(NamedTuple):
    """A cell of a window that is pointed at: which reading, and the place in its arrays.

    `cell` may point at a channel alone; then all but its first entry are −1.
    """

    reading: int
    cell: Cell

    @property
    def whole_channel(self) -> bool:
        """Say whether no single cell is meant."""
        return self.cell[1] < 0


class Operand(NamedTuple):
    """A value of the trace that takes part in a product: its array as maps, its cell there, its index in the array."""

    node: str
    maps: Array
    cell: Cell
    value: float
    place: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Reading:
    """One part of a sum as volumes: `maps` (C, D, H, W) is all of the source; the window lies at `ranges`.

    `inside`, `values`, `weights` and `products` have the shape of the window: channels × depth × rows × columns.
    `activated` are the values after the part's `function`; `partners` are the arrays that the values are multiplied by.
    A flattened source is `folded` back into its maps, so that a dense layer reads maps like a convolution.
    """

    node: str
    maps: Array
    ranges: Ranges
    inside: Array
    values: Array
    weights: Array
    products: Array
    names: tuple[str, str]
    dimensions: int
    folded: bool = False
    function: str = ""
    activated: Array | None = None
    partners: tuple[Operand, ...] = ()

    @property
    def channels(self) -> range:
        """Return the source's channels that are read."""
        return self.ranges[0]

    @property
    def sums(self) -> Array:
        """Return the products added up per channel, (C,)."""
        return np.asarray(self.products.sum(axis=(1, 2, 3)))

    @property
    def weighted(self) -> bool:
        """Say whether the factors are learned weights."""
        return self.names[1] == "weight"

    @property
    def window_size(self) -> int:
        """Return how many cells of one channel are read."""
        return math.prod(self.products.shape[1:])

    @property
    def is_vector(self) -> bool:
        """Say whether the source's maps are single numbers."""
        return math.prod(self.maps.shape[1:]) == 1

    def source(self, cell: Cell) -> Cell:
        """Return where a cell of the window lies in `maps`; it may lie in the padding."""
        found = tuple(cells[at] for cells, at in zip(self.ranges, cell, strict=True))
        return found[0], found[1], found[2], found[3]

    def index(self, cell: Cell) -> tuple[int, ...] | None:
        """Return the index in the source's output of a cell of the window; None for padding."""
        return self.index_of(self.source(cell)) if self.inside[cell] else None

    def index_of(self, source: Cell) -> tuple[int, ...]:
        """Return the index in the source's output of a cell of `maps`."""
        if self.folded:
            return (int(np.ravel_multi_index(source, self.maps.shape)),)
        return to_index(source, self.dimensions)

    def find(self, source: Cell) -> Cell | None:
        """Return the place in the window of a cell of `maps`, or None where it is not read."""
        if any(at not in cells for at, cells in zip(source, self.ranges, strict=True)):
            return None
        found = tuple(cells.index(at) for at, cells in zip(source, self.ranges, strict=True))
        return found[0], found[1], found[2], found[3]


def read(trace: Trace, part: PartValues) -> Reading:
    """Return a part as a reading."""
    array = trace.activation(part.node)
    shape = _folding(trace, part)
    if shape is not None:
        maps = volume(array.reshape(shape))
        ranges = box([range(entry) for entry in shape])
    else:
        maps, ranges = volume(array), box(part.ranges)
    window = tuple(len(cells) for cells in ranges)
    inside, values, weights, products = (
        each.reshape(window) for each in (part.inside, part.values, part.weights, part.products)
    )
    return Reading(
        part.node, maps, ranges, inside, values, weights, products, part.names, array.ndim, shape is not None,
        part.function, None if part.activated is None else part.activated.reshape(window),
        tuple(_operand(trace, partner) for partner in part.partners),
    )  # fmt: skip


def _operand(trace: Trace, partner: Partner) -> Operand:
    """Return what the first cell of a part is multiplied by."""
    array, place = trace.activation(partner.node), tuple(cells[0] for cells in partner.ranges)
    return Operand(partner.node, volume(array), to_cell(place), float(partner.values.flat[0]), place)


def _folding(trace: Trace, part: PartValues) -> tuple[int, ...] | None:
    """Return the shape of the maps that a wholly read vector was flattened from, if it was."""
    array, node = trace.activation(part.node), part.node
    if array.ndim != 1 or part.products.shape != array.shape or split(node)[1]:
        return None
    while trace.graph.inputs(node):
        before = trace.graph.inputs(node)[0].source
        shape = trace.activation(before).shape
        if len(trace.graph.inputs(node)) > 1 or int(np.prod(shape)) != array.size:
            return None
        if len(shape) > 1:
            return shape
        node = before
    return None
