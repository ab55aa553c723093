"""Layers that take the gradient of one input with respect to another: is there one?"""

from __future__ import annotations

from cnnviz.model.checking.problem import Fix, Problem
from cnnviz.model.graph import Graph, Node


def problems(graph: Graph) -> list[Problem]:
    """Return the layers whose first input does not depend on the value that they take gradients with respect to."""
    return [
        _independent(graph, node, port)
        for node in graph
        for port in node.layer.differentiates
        if port < len(graph.inputs(node.name)) and not _depends(graph, node, port)
    ]


def _depends(graph: Graph, node: Node, port: int) -> bool:
    wires = graph.inputs(node.name)
    return wires[port].source in graph.ancestors(wires[0].source)


def _independent(graph: Graph, node: Node, port: int) -> Problem:
    code, value = (graph.inputs(node.name)[at].source for at in (0, port))
    text = f"{code} does not depend on {value}: there is no gradient to make small."
    before = graph.ancestors(code)
    entry = next((each.name for each in graph if each.layer.most_inputs == 0 and each.name in before), "")
    if not entry or entry == code:
        return Problem(node.name, text)
    fix = Fix(f"Wire {entry} to port {port}", lambda graph: graph.connect(entry, node.name, port))
    return Problem(node.name, text, "error", (fix,))
