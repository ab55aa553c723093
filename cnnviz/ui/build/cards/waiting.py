"""What a waiting layer waits for in the end: the first before it with a mistake or a gap of its own."""

from __future__ import annotations

from cnnviz.model.check import Report
from cnnviz.model.graph import Graph


class Causes:
    """The causes in one state of a graph; each part of a way is walked once, however many layers wait behind it."""

    def __init__(self, graph: Graph, report: Report) -> None:
        self._graph = graph
        self._unknown = {row.name for row in report.rows if row.shape is None}
        self._wrong = {problem.node for problem in report.problems if problem.severity == "error"}
        self._found: dict[str, str] = {}

    def of(self, name: str) -> str:
        """Return the cause of a node; a node that waits for nobody else is its own."""
        way: list[str] = []
        while name not in self._found:
            way.append(name)
            before = self._before(name)
            name = before if before and before not in way else self._found.setdefault(name, name)
        cause = self._found[name]
        self._found |= dict.fromkeys(way, cause)
        return cause

    def _before(self, name: str) -> str:
        """Return what a node waits for directly; an empty text where it has a mistake, or nothing is missing."""
        if name in self._wrong:
            return ""
        return next((e.source for e in self._graph.inputs(name) if e.source in self._unknown), "")
