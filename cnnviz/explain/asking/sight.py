"""Which part of the sample a value sees, for all values of a layer at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from cnnviz.explain.field import receptive_field
from cnnviz.layers.base import Box
from cnnviz.model.graph import Graph

Index = tuple[int, ...]
Ends = tuple[int, int]


def sight(graph: Graph, node: str, places: Iterable[Index]) -> list[Box]:
    """Return the box of the sample that each value of a node sees; it may reach beyond the sample's edges.

    Maps that lie like the sample are made by windows that move by the same step from place to place, so that the middle
    and the place before it tell all, unless the edge cuts them off. Everything else counts as the whole sample.
    """
    report = graph.summary()
    shape, own = report.row(report.input).shape or (), report.row(node).shape or ()
    whole: Box = tuple((0, n) for n in shape)
    before = {*graph.ancestors(node), node}
    remembers = any(
        graph.node(row.name).layer.internals(*(row.inputs or ())) for row in report.rows if row.name in before
    )
    if len(own) != len(shape) or len(own) < 2 or remembers:
        return [whole for _ in places]
    middle = (0, *(entry // 2 for entry in own[1:]))
    here, there = (
        receptive_field(graph, node, index).get(report.input, whole)
        for index in (middle, (0, *(max(entry - 1, 0) for entry in middle[1:])))
    )
    spans = [
        _span(now, earlier, at, n)
        for now, earlier, at, n in zip(here[1:], there[1:], middle[1:], shape[1:], strict=True)
    ]
    return [
        ((0, shape[0]), *(span(at) for span, at in zip(spans, place[1:], strict=True))) for place in places
    ]


def _span(here: Ends, there: Ends, middle: int, length: int) -> Callable[[int], Ends]:
    """Return what a place sees along one axis, from what the middle and the place before it see."""
    cut = here[0] <= 0 or here[1] >= length or middle == 0
    step = here[1] - there[1]

    def span(at: int) -> Ends:
        moved = step * (at - middle)
        return (0, length) if cut else (here[0] + moved, here[1] + moved)

    return span
