"""How much of the image one value of the last maps sees."""

from __future__ import annotations

from dataclasses import dataclass

from cnnviz.explain.field import receptive_field
from cnnviz.layers import times
from cnnviz.model.check import check
from cnnviz.model.graph import Graph

MOST_LAYERS = 120
"""Deeper networks are not asked: by then a value sees everything, and counting takes seconds."""


@dataclass(frozen=True)
class Sight:
    """The window of the input that a value in the middle of `node` depends on, and the input's own size."""

    node: str
    window: tuple[int, ...]
    whole: tuple[int, ...]

    @property
    def words(self) -> str:
        """Say it in a line."""
        what = "the whole image" if self.window == self.whole else "this much"
        return f"a value of {self.node} sees {what}"

    @property
    def size(self) -> str:
        """Write the window as 14×14."""
        return times(self.window)


def sight(graph: Graph) -> Sight | None:
    """Return what a value in the middle of the last maps sees; None where there are no maps behind the input."""
    report = check(graph)
    maps = [row for row in report.rows if row.inputs and row.shape is not None and len(row.shape) > 1]
    if not maps or not report.input or len(graph) > MOST_LAYERS:
        return None
    last, source = maps[-1], report.row(report.input)
    if last.shape is None or source.shape is None:
        return None
    middle = (0, *(length // 2 for length in last.shape[1:]))
    box = receptive_field(graph, last.name, middle).get(report.input)
    if box is None:
        return None
    return Sight(last.name, tuple(end - first for first, end in box[1:]), source.shape[1:])
