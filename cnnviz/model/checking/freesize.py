"""Networks that take larger samples than the one they are drawn for: what they admit, and what stands in the way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from cnnviz.errors import ShapeError
from cnnviz.layers import GlobalAvgPool, Shape, times
from cnnviz.model.checking.problem import Fix, Problem
from cnnviz.model.graph import Graph, Node

if TYPE_CHECKING:
    from cnnviz.model.check import Row


def admits(graph: Graph, name: str, shape: Shape) -> bool:
    """Say whether the Input of this name takes samples of a shape: its own, or a larger one where its size is free."""
    layer = graph.node(name).layer
    wanted = layer.out_shape()
    if shape == wanted:
        return True
    free = layer.enlarged() != layer and len(shape) == len(wanted) and shape[0] == wanted[0]
    return free and all(size >= least for size, least in zip(shape, wanted, strict=True))


def admitting(graph: Graph, shape: Shape) -> tuple[str, ...]:
    """Return the Inputs that take samples of a shape, in the order of the graph."""
    return tuple(node.name for node in graph if node.layer.takes_sample and admits(graph, node.name, shape))


def resized(graph: Graph, shapes: Mapping[str, Shape]) -> Graph:
    """Return the graph for samples of other shapes, by the names of its Inputs."""
    for name, shape in shapes.items():
        if graph.node(name).layer.out_shape() != shape:
            graph = graph.with_layer(name, graph.node(name).layer.replace(shape=shape))
    return graph


def problems(graph: Graph, order: Sequence[Node], rows: Mapping[str, Row]) -> list[Problem]:
    """Return the layers of fixed size behind an Input of free size: those that a larger sample would change.

    They are found by measuring the network a second time, with larger samples.
    """
    if all(node.layer.enlarged() is node.layer for node in graph):
        return []
    larger: dict[str, Shape | None] = {}
    found = []
    for node in order:
        arriving = [larger.get(edge.source) for edge in graph.inputs(node.name)]
        row = rows[node.name]
        larger[node.name] = None
        if row.shape is None or None in arriving:
            continue
        shapes = tuple(shape for shape in arriving if shape is not None)
        larger[node.name] = _measured(node, shapes, row)
        if larger[node.name] is None:
            found.append(_fixed(graph, node, rows, shapes))
    return found


def _measured(node: Node, shapes: tuple[Shape, ...], row: Row) -> Shape | None:
    """Return the output shape for larger inputs; None where the layer does not take them with the same parameters."""
    layer = node.layer.enlarged()
    try:
        shape = layer.out_shape(*shapes)
    except ShapeError:
        return None
    return shape if shapes == row.inputs or layer.parameters(*shapes) == row.parameters else None


def _fixed(graph: Graph, node: Node, rows: Mapping[str, Row], larger: tuple[Shape, ...]) -> Problem:
    given = rows[node.name].inputs or ()
    free = [each.name for each in graph if each.layer.enlarged() is not each.layer]
    before, after = next(pair for pair in zip(given, larger, strict=True) if pair[0] != pair[1])
    text = (
        f"it is made for {times(before)}, but {free[0]} lets larger samples in: {times(after)} would arrive "
        "from one of twice the size."
    )

    def fix_size(graph: Graph) -> Graph:
        for name in free:
            graph = graph.with_layer(name, graph.node(name).layer.replace(free_size=False))
        return graph

    fixes = (*_average(graph, node.name, rows), Fix(f"Take samples of one size at {free[0]}", fix_size))
    return Problem(node.name, text, "error", fixes)


def _average(graph: Graph, name: str, rows: Mapping[str, Row]) -> tuple[Fix, ...]:
    """Suggest a global average on the wire where maps were last maps, before they became the vector that arrives."""
    wire = graph.inputs(name)[0]
    if len(rows[wire.source].shape or ()) != 1:
        return ()
    while len(rows[wire.source].shape or ()) == 1:
        before = graph.inputs(wire.source)
        if len(before) != 1:
            return ()
        wire = before[0]
    label = f"Insert global average before {wire.target}"
    return (Fix(label, lambda graph: graph.insert(wire, GlobalAvgPool())),)
