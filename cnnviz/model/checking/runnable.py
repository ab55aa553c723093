"""The part of a broken network that runs all the same: everything in front of the mistakes."""

from __future__ import annotations

from cnnviz.layers import Output
from cnnviz.model.check import check
from cnnviz.model.graph import Graph


def runnable(graph: Graph) -> Graph | None:
    """Return the layers whose shapes are known, each loose end with an Output behind it; None where nothing runs.

    The names of these Outputs are new, also beside those of the layers that were left out.
    """
    report = check(graph)
    if not report.errors:
        return graph
    blocked = [row.name for row in report.rows if row.shape is None]
    part = graph.remove(blocked, heal=False)
    for node in part.nodes:
        if not part.outputs(node.name) and not node.layer.ends and node.layer.most_inputs != 0:
            part = part.add(Output(loss="none"), _fresh_name(graph, part), after=node.name)
    return part if part.edges and not check(part).errors else None


def _fresh_name(graph: Graph, part: Graph) -> str:
    number = 1
    while f"end_{number}" in graph or f"end_{number}" in part:
        number += 1
    return f"end_{number}"
