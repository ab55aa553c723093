"""Output nodes that are compared with the sample: does the loss suit it, do the sizes agree?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from cnnviz.layers import Dense, Layer, Output, Shape, size, times
from cnnviz.model.checking.problem import Fix, Problem
from cnnviz.model.graph import Graph, Node

PER_CELL = ("binary cross entropy", "mean squared error", "mean absolute error")
"""Losses that compare value by value."""


def problems(graph: Graph, shapes: Mapping[str, Shape | None]) -> list[Problem]:
    """Return at most one problem per Output node; shapes that are not known yet are passed over."""
    found = []
    for node in graph:
        shape = shapes.get(node.name)
        if isinstance(node.layer, Output) and shape is not None:
            found += list(_told(graph, node, node.layer, shape, shapes))[:1]
    return found


def _told(
    graph: Graph, node: Node, layer: Output, shape: Shape, shapes: Mapping[str, Shape | None]
) -> Iterator[Problem]:
    if layer.target != "sample" or layer.loss == "none":
        return
    if layer.loss not in PER_CELL:
        text = f"{layer.loss} names a class; a sample is compared value by value."
        fixes = (
            _with(node, "Use mean squared error", loss="mean squared error"),
            _with(node, "Compare with the labels", target="labels"),
        )
        yield Problem(node.name, text, "error", fixes)
    sample = next((name for name in _entries(graph) if name in graph.ancestors(node.name)), "")
    wanted = shapes.get(sample)
    if wanted is not None and size(wanted) != size(shape):
        text = (
            f"{times(shape)} ({size(shape):,} values) can't be compared with a sample of {times(wanted)} "
            f"({size(wanted):,} values)."
        )
        yield Problem(node.name, text, "error", tuple(_sized(graph, node, shape, size(wanted))))


def _sized(graph: Graph, node: Node, shape: Shape, values: int) -> Iterator[Fix]:
    """Suggest as many units as a sample has values: of the Dense layer that gives the answer, or of a new one."""
    before = graph.node(graph.inputs(node.name)[0].source)
    while before.layer.pointwise and len(graph.inputs(before.name)) == 1:
        before = graph.node(graph.inputs(before.name)[0].source)
    if isinstance(before.layer, Dense):
        units = before.layer.replace(units=values)
        yield Fix(f"Give {before.name} {values:,} units", _replacing(before.name, units))
    elif len(shape) == 1:
        wire = graph.inputs(node.name)[0]
        yield Fix(f"Insert Dense, {values:,} units", lambda graph: graph.insert(wire, Dense(values)))
    yield _with(node, "Compare with the labels", target="labels")


def _with(node: Node, label: str, **changes: str) -> Fix:
    return Fix(label, _replacing(node.name, node.layer.replace(**changes)))


def _replacing(name: str, layer: Layer) -> Callable[[Graph], Graph]:
    return lambda graph: graph.with_layer(name, layer)


def _entries(graph: Graph) -> list[str]:
    return [node.name for node in graph if node.layer.most_inputs == 0]
