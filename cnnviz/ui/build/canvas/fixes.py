"""What a fix would do to the parameters, in a few words."""

from __future__ import annotations

from cnnviz.model.check import Fix, Report, check
from cnnviz.model.graph import Graph
from cnnviz.ui import numbers


def consequence(graph: Graph, fix: Fix) -> str:
    """Return what a fix costs: the parameters of the layers that it adds, changes or removes; empty where nothing."""
    fixed, report = fix.edit(graph), check(graph)
    new, old = _touched(fixed, graph), _touched(graph, fixed)
    total = _params(check(fixed), new)
    if any(row.shape is None for row in report.rows if row.name in old):
        return f"{numbers.count(total)} params" if total else ""
    difference = total - _params(report, old)
    if not difference:
        return ""
    sign = "+" if difference > 0 else numbers.MINUS
    return f"{sign}{numbers.count(abs(difference))} params"


def _touched(graph: Graph, other: Graph) -> set[str]:
    """Return the nodes that the other graph has not, or has with another layer."""
    return {n.name for n in graph if n.name not in other or other.node(n.name).layer != n.layer}


def _params(report: Report, names: set[str]) -> int:
    return sum(row.params for row in report.rows if row.name in names)
