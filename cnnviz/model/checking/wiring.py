"""What is wrong with the wires of a graph (inputs without one, gaps, doubles, circles), and the edits that mend it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice

from cnnviz.errors import CnnvizError
from cnnviz.layers import Input, Shape
from cnnviz.model.checking.problem import Fix, Problem
from cnnviz.model.graph import Edge, Graph, Node

MOST_FIXES = 3
ROW = 120.0
"""How far above a node a new Input is put, in scene pixels."""


def settled(graph: Graph, node: Node) -> bool:
    """Say whether a node has as many wires as it takes, at ports without gaps."""
    ports = [edge.port for edge in graph.inputs(node.name)]
    least, most = node.layer.fewest_inputs, node.layer.most_inputs
    return len(ports) >= least and (most is None or len(ports) <= most) and ports == list(range(len(ports)))


def problems(graph: Graph, order: Iterable[Node], shapes: Mapping[str, Shape | None]) -> list[Problem]:
    """Return what is wrong with the wires that arrive at nodes; `shapes` are those that are known."""
    found = [_told(graph, node, shapes) for node in order if not settled(graph, node)]
    if graph.nodes and not found and not any(node.layer.most_inputs == 0 for node in graph):
        found.append(_no_input(graph.nodes[0].name))  # all wires close circles
    return found


def _told(graph: Graph, node: Node, shapes: Mapping[str, Shape | None]) -> Problem:
    """Say what is wrong with the wires of a node that is not settled."""
    ports = [edge.port for edge in graph.inputs(node.name)]
    least, most = node.layer.fewest_inputs, node.layer.most_inputs
    if not ports and not any(other.layer.most_inputs == 0 for other in graph):
        return _no_input(node.name)
    if len(ports) < least:
        need = "an input" if least == 1 else f"{least} inputs, has {len(ports)}"
        fixes = (*islice(_sources(graph, node, shapes), MOST_FIXES - 1), removal(node.name))
        return Problem(node.name, f"needs {need}; drag a wire to it.", "waiting", fixes)
    if most is not None and len(ports) > most:
        text = f"has {most} {'input' if most == 1 else 'inputs'}, but {len(ports)} wires arrive."
        return Problem(node.name, text, "error", _cuts(graph, graph.inputs(node.name)))
    gap = next(number for number, port in enumerate(ports) if port != number)
    if ports[gap] > gap:
        fixes = (Fix(f"Move the wires of {node.name} together", lambda graph: _close_up(graph, node.name)),)
        return Problem(node.name, f"has nothing at its port {gap}; drag a wire to it.", "waiting", fixes)
    doubled = [edge for edge in graph.inputs(node.name) if edge.port == ports[gap]]
    text = f"has two wires at its port {ports[gap]}; remove one of them."
    return Problem(node.name, text, "error", _cuts(graph, doubled))


def circle(graph: Graph, name: str) -> Problem:
    """Say of a node that can't be ordered what keeps it: a circle of wires, of which the first node is to blame."""
    behind = graph.descendants(name)
    back = [edge for edge in graph.inputs(name) if edge.source in behind]
    first = next(node.name for node in graph if node.name in behind & graph.ancestors(name)) if back else ""
    if first != name:
        return Problem(name, f"waits for a shape from {graph.inputs(name)[0].source}.", "waiting")
    text = "it feeds itself through a circle of wires; remove one of them."
    return Problem(name, text, "error", tuple(_cut(edge) for edge in back[:MOST_FIXES]))


def _no_input(name: str) -> Problem:
    fix = Fix(f"Add an Input in front of {name}", lambda graph: _with_input(graph, name))
    return Problem(name, "there is no Input; drag one onto the canvas.", "waiting", (fix,))


def _with_input(graph: Graph, name: str) -> Graph:
    x, y = graph.node(name).position
    grown = graph.add(Input(), position=(x, y - ROW))
    return grown.connect(grown.nodes[-1].name, name)


def _sources(graph: Graph, node: Node, shapes: Mapping[str, Shape | None]) -> Iterator[Fix]:
    """Suggest wires from nodes whose values fit: loose ends first, and of these the nearest above."""
    x, y = node.position

    def distance(other: Node) -> tuple[bool, float]:
        return bool(graph.outputs(other.name)), abs(other.position[0] - x) + abs(other.position[1] - y)

    for other in sorted(graph, key=distance):
        if graph.why_not_connect(other.name, node.name) or not _fits(graph, other.name, node, shapes):
            continue
        yield Fix(
            f"Wire {other.name} to {node.name}",
            lambda graph, source=other.name: graph.connect(source, node.name),  # type: ignore[misc]
        )


def _fits(graph: Graph, source: str, node: Node, shapes: Mapping[str, Shape | None]) -> bool:
    """Say whether a node could take the value of another beside what arrives already."""
    found = [shapes.get(edge.source) for edge in graph.inputs(node.name)] + [shapes.get(source)]
    known = tuple(shape for shape in found if shape is not None)
    if len(known) < len(found):
        return False
    if len(known) < node.layer.fewest_inputs:
        return True
    try:
        node.layer.out_shape(*known)
    except CnnvizError:
        return False
    return True


def _cuts(graph: Graph, edges: Iterable[Edge]) -> tuple[Fix, ...]:
    """Suggest to cut one of several wires, first those whose source also feeds other nodes."""
    ranked = sorted(edges, key=lambda edge: len(graph.outputs(edge.source)) < 2)
    return tuple(_cut(edge) for edge in ranked[:MOST_FIXES])


def _cut(edge: Edge) -> Fix:
    return Fix(f"Remove the wire from {edge.source}", lambda graph: graph.disconnect(edge))


def _close_up(graph: Graph, name: str) -> Graph:
    edges = graph.inputs(name)
    for edge in edges:
        graph = graph.disconnect(edge)
    for port, edge in enumerate(edges):
        graph = graph.connect(edge.source, name, port)
    return graph


def swap(first: str, second: str) -> Fix:
    """Return the fix that lets two nodes, one behind the other, change places."""

    def edit(graph: Graph) -> Graph:
        layer, positions = graph.node(first).layer, [graph.node(name).position for name in (first, second)]
        wires = graph.outputs(second)
        graph = graph.remove([first]).add(layer, first, positions[1], after=second)
        for wire in wires:
            graph = graph.connect(first, wire.target, wire.port)
        return graph.move({second: positions[0]})

    return Fix(f"Move {first} behind {second}", edit)


def without(graph: Graph, name: str) -> tuple[Fix, ...]:
    """Return the fixes that do without a node: it goes, and what is behind it gets one of its inputs instead."""
    sources = dict.fromkeys(edge.source for edge in graph.inputs(name))
    if len(sources) < 2:
        return (removal(name),)
    return tuple(
        Fix(f"Go on with {source} alone", lambda graph, source=source: _pass_by(graph, name, source))  # type: ignore[misc]
        for source in list(sources)[:MOST_FIXES]
    )


def _pass_by(graph: Graph, name: str, source: str) -> Graph:
    """Lead a source to where a node led, and drop the node with the branches that only it had need of."""
    wires = graph.outputs(name)
    graph = graph.remove([name], heal=False)
    for wire in wires:
        graph = graph.connect(source, wire.target, wire.port)
    needed = graph.ancestors(source) | {each for wire in wires for each in graph.descendants(wire.target)}
    idle = [node.name for node in graph if not graph.outputs(node.name) and node.name not in needed]
    while idle:
        graph = graph.remove(idle, heal=False)
        idle = [node.name for node in graph if not graph.outputs(node.name) and node.name not in needed]
    return graph


def removal(name: str) -> Fix:
    """Return the fix that takes a node away, and joins the wires of one with a single input."""
    return Fix(f"Remove {name}", lambda graph: graph.remove([name]))
