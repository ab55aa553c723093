"""Which part of the sample a value sees, for all values of a layer at once."""

from __future__ import annotations

from collections.abc import Iterable

from cnnviz.explain.field import receptive_field
from cnnviz.layers.base import Box
from cnnviz.model.graph import Graph

Index = tuple[int, ...]


def sight(graph: Graph, node: str, places: Iterable[Index]) -> list[Box]:
    """Return the box of the sample that each value of a node sees; it may reach beyond the sample's edges.

    Maps that lie like the sample are made by windows that move by the same step from place to place, so that two places
    tell all. Everything else, and what is larger than the sample, counts as the whole sample.
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
    first = _seen(graph, node, (0,) * len(own), whole)
    steps = []
    for axis in range(1, len(own)):
        beside = tuple(int(at == axis) for at in range(len(own)))
        steps.append(_seen(graph, node, beside, whole)[axis][0] - first[axis][0] if own[axis] > 1 else 0)
    return [_moved(first, steps, place[1:], shape) for place in places]


def _seen(graph: Graph, node: str, index: Index, whole: Box) -> Box:
    return receptive_field(graph, node, index).get(graph.summary().input, whole)


def _moved(box: Box, steps: list[int], place: Index, shape: tuple[int, ...]) -> Box:
    """Return the box moved to a place, with all channels; where it is larger than the sample, the sample."""
    moved = [(0, shape[0])]
    for (first, end), step, at, length in zip(box[1:], steps, place, shape[1:], strict=True):
        moved.append((first + step * at, end + step * at) if end - first <= length else (0, length))
    return tuple(moved)
