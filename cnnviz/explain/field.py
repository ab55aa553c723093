"""What a value sees: the box of cells on every earlier layer that it depends on."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from cnnviz.layers.formula import Index, blocks
from cnnviz.model.check import Row
from cnnviz.model.graph import Graph

Box = tuple[tuple[int, int], ...]
"""One (first, end) pair per dimension, clipped to the layer's output; `end` is not included."""


def sources(graph: Graph, node: str, index: Index) -> dict[str, Box]:
    """Return the box of cells that a value is directly made from, per node before it."""
    return _step(graph, graph.summary().row(node), tuple((i, i + 1) for i in index))


def receptive_field(graph: Graph, node: str, index: Index) -> dict[str, Box]:
    """Return the box of cells that a value depends on, for every node it depends on (itself not included).

    A box bounds the cells: a dilated window also has cells in its box that it skips.
    """
    report = graph.summary()
    found: dict[str, Box] = {node: tuple((i, i + 1) for i in index)}
    for row in reversed(report.rows):
        if row.name in found:
            for name, box in _step(graph, row, found[row.name]).items():
                found[name] = _union(found[name], box) if name in found else box
    del found[node]
    return found


def _step(graph: Graph, row: Row, box: Box) -> dict[str, Box]:
    """Return the boxes on the inputs of a node that a box of its output is made from."""
    layer, wires, shapes = graph.node(row.name).layer, graph.inputs(row.name), row.inputs or ()
    slots: dict[int, Box] = {}
    for index in _telling_cells(box):
        for block in blocks(layer.formula(index, *shapes)):
            span = tuple((cells[0], cells[-1] + 1) for cells in block.ranges)
            slots[block.input] = _union(slots[block.input], span) if block.input in slots else span
    found: dict[str, Box] = {}
    for slot, span in slots.items():
        clipped, name = _clipped(span, shapes[slot]), wires[slot].source
        if clipped is not None:
            found[name] = _union(found[name], clipped) if name in found else clipped
    return found


def _telling_cells(box: Box) -> Iterator[Index]:
    """Yield the cells of a box that decide where its blocks end.

    Windows only move forward with their position, so that the corners are enough; channels may jump (a flattened map,
    joined inputs), so that every one is asked.
    """
    channels = range(*box[0])
    return itertools.product(channels, *({first, end - 1} for first, end in box[1:]))


def _clipped(box: Box, shape: tuple[int, ...]) -> Box | None:
    """Return the cells of a box that are no padding, or None where all are."""
    inside = tuple((max(first, 0), min(end, n)) for (first, end), n in zip(box, shape, strict=True))
    return None if any(first >= end for first, end in inside) else inside


def _union(one: Box, other: Box) -> Box:
    return tuple((min(a[0], b[0]), max(a[1], b[1])) for a, b in zip(one, other, strict=True))
