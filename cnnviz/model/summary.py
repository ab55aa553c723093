"""A network as a table, one line per layer: shapes, parameters, multiply-adds, memory, receptive field."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from cnnviz.layers import Shape, size
from cnnviz.model.check import Report, check
from cnnviz.model.graph import Graph
from cnnviz.model.receptive import Field, fields

FLOAT_BYTES = 4


@dataclass(frozen=True)
class Line:
    """One layer. Counts are for one sample; `memory` is that of its output in float32, in bytes.

    `shape` is None where it is not known yet; `field` where a value sees the whole input, or no single box of it.
    """

    name: str
    title: str
    shape: Shape | None
    trainable: int
    fixed: int
    macs: int
    memory: int
    field: Field | None


@dataclass(frozen=True)
class Summary:
    """All layers in computing order, and what they add up to."""

    title: str
    lines: tuple[Line, ...]

    @cached_property
    def total(self) -> Line:
        """Return the sums."""

        def add(name: str) -> int:
            return sum(getattr(line, name) for line in self.lines)

        return Line("total", "", None, add("trainable"), add("fixed"), add("macs"), add("memory"), None)


def summarise(graph: Graph) -> Summary:
    """Return the table of a graph; lines that can't be measured have no shape."""
    report: Report = check(graph)
    seen = fields(graph)
    lines = []
    for row in report.rows:
        trainable = sum(each.count for each in row.parameters if each.trainable)
        memory = FLOAT_BYTES * size(row.shape) if row.shape else 0
        title = graph.node(row.name).layer.title
        lines.append(
            Line(
                row.name,
                title,
                row.shape,
                trainable,
                row.params - trainable,
                row.macs,
                memory,
                seen[row.name],
            )
        )
    return Summary(graph.title, tuple(lines))
