"""What a value sees: the box of cells on every earlier layer that it depends on."""

from __future__ import annotations

from collections.abc import Iterator

from cnnviz.layers.formula import Block, Formula, Given, Index, WeightedSum
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
    found: dict[str, Box] = {}
    wires = graph.inputs(row.name)
    for block in _blocks(graph, row, box):
        shape = (row.inputs or ())[block.input]
        clipped = _clipped(block, shape)
        name = wires[block.input].source
        if clipped is not None:
            found[name] = _union(found[name], clipped) if name in found else clipped
    return found


def _blocks(graph: Graph, row: Row, box: Box) -> Iterator[Block]:
    """Yield the blocks of the box's cells along each of its edges.

    The edges are enough, since each dimension of an input depends on one dimension of the output alone.
    """
    layer = graph.node(row.name).layer
    for index in _edge_cells(box):
        yield from _inputs(layer.formula(index, *(row.inputs or ())))


def _edge_cells(box: Box) -> Iterator[Index]:
    corner = tuple(first for first, _ in box)
    yield corner
    for axis, (first, end) in enumerate(box):
        for place in range(first + 1, end):
            yield (*corner[:axis], place, *corner[axis + 1 :])


def _inputs(formula: Formula) -> tuple[Block, ...]:
    if isinstance(formula, Given):
        return ()
    if isinstance(formula, WeightedSum):
        return tuple(part.block for part in formula.parts)
    return (formula.block,)


def _clipped(block: Block, shape: tuple[int, ...]) -> Box | None:
    """Return the cells of a block that are no padding, or None where all are."""
    box = tuple(
        (max(cells[0], 0), min(cells[-1] + 1, n)) for cells, n in zip(block.ranges, shape, strict=True)
    )
    return None if any(first >= end for first, end in box) else box


def _union(one: Box, other: Box) -> Box:
    return tuple((min(a[0], b[0]), max(a[1], b[1])) for a, b in zip(one, other, strict=True))
