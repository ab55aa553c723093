"""Where values enter a graph and where it answers: which nodes, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Mapping

from cnnviz.layers import Dense, GlobalAvgPool, Output, Shape
from cnnviz.model.checking.problem import Fix, Problem
from cnnviz.model.checking.wiring import removal
from cnnviz.model.graph import Graph

AUXILIARY_WEIGHT = 0.3
"""What GoogLeNet gives to its auxiliary classifiers (Szegedy et al. 2015, section 5)."""
ROW = 120.0
"""How far below a node a new one is put, in scene pixels."""


def entries(graph: Graph) -> tuple[str, ...]:
    """Return the nodes that values enter by, in the order of the graph."""
    return tuple(node.name for node in graph if node.layer.most_inputs == 0)


def outputs(graph: Graph) -> tuple[str, ...]:
    """Return the nodes that answer, in the order of the graph: the Output nodes, or the one node that feeds nothing."""
    marked = tuple(node.name for node in graph if node.layer.ends)
    sinks = tuple(_sinks(graph))
    return marked or (sinks if len(sinks) == 1 else ())


def main_output(graph: Graph) -> str:
    """Return the first output of the greatest weight; empty where there is none."""
    found = outputs(graph)
    return max(found, key=lambda name: weight_of(graph, name), default="")


def weight_of(graph: Graph, name: str) -> float:
    """Return how much an output counts: an Output node's weight, 1 for a node without one."""
    layer = graph.node(name).layer
    return layer.weight if isinstance(layer, Output) else 1.0


def problems(graph: Graph, shapes: Mapping[str, Shape | None]) -> list[Problem]:
    """Return what is missing or too much at the ends of a graph."""
    found = []
    marked = any(node.layer.ends for node in graph)
    sinks = _sinks(graph)
    loose = [name for name in sinks if not graph.node(name).layer.ends] if marked else sinks
    idle = [name for name in loose if graph.node(name).layer.most_inputs == 0]
    if len(loose) > 1 and idle:
        found += [
            Problem(name, "is an input that feeds nothing.", "error", (removal(name),)) for name in idle
        ]
        loose = [name for name in loose if name not in idle]
    if len(loose) > (0 if marked else 1):
        found.append(_loose(graph, loose, main_output(graph), shapes))
    return found


def _sinks(graph: Graph) -> list[str]:
    return [node.name for node in graph if not graph.outputs(node.name)]


def _loose(graph: Graph, ends: list[str], main: str, shapes: Mapping[str, Shape | None]) -> Problem:
    """Say that nodes lead nowhere; the one that the fewest nodes feed is named."""
    loose = min(ends, key=lambda name: len(graph.ancestors(name)))
    other = main or next(name for name in ends if name != loose)
    text = f"leads nowhere: the network would have two outputs, {other} and {loose}."
    if main:
        text = f"leads nowhere, and is no Output as {main} is."
    best = main or max(ends, key=lambda name: len(graph.ancestors(name)))
    heads = tuple(name for name in ends if name != best)
    if not heads or any(shapes.get(name) is None for name in (best, *heads)):
        return Problem(loose, text, "error", (removal(loose),))
    label = (
        f"Make {loose} an auxiliary output" if len(heads) == 1 else "Make the loose ends auxiliary outputs"
    )
    wanted = {name: (shapes[name] or (), shapes[best] or ()) for name in heads}

    def mark(graph: Graph) -> Graph:
        grown = graph if graph.node(best).layer.ends else _behind(graph, best, Output())
        for name, (shape, goal) in wanted.items():
            grown = _head(grown, name, shape, goal)
        return grown

    return Problem(loose, text, "error", (Fix(label, mark), removal(loose)))


def _head(graph: Graph, name: str, shape: Shape, wanted: Shape) -> Graph:
    """Lead a value to an Output of its own, over a classifier where it has another shape than the main answer."""
    last = name
    if shape != wanted and len(wanted) == 1:
        if len(shape) > 1:
            graph = _behind(graph, last, GlobalAvgPool())
            last = graph.nodes[-1].name
        graph = _behind(graph, last, Dense(wanted[0]))
        last = graph.nodes[-1].name
    return _behind(graph, last, Output(weight=AUXILIARY_WEIGHT))


def _behind(graph: Graph, name: str, layer: Dense | GlobalAvgPool | Output) -> Graph:
    x, y = graph.node(name).position
    return graph.add(layer, position=(x, y + ROW), after=name)
