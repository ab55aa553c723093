"""Blocks: a group as a graph of its own, and such a graph put into a network.

In a block an Input stands for each thing that feeds it from outside, in the shape that it was made for; all other
nodes lie in one group.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from cnnviz.errors import GraphError
from cnnviz.layers import Input
from cnnviz.model.check import check
from cnnviz.model.graph import Edge, Graph
from cnnviz.model.groups.folding import (
    all_members,
    around,
    entries,
    group_of,
    members,
    put_together,
    shifted,
    with_group,
)
from cnnviz.model.groups.pieces import graft, piece
from cnnviz.model.placing.layout import ROW_PITCH


@dataclass(frozen=True)
class Placed:
    """A graph with a new block: its group, the doors that wait for a wire, and the node whose output leaves it."""

    graph: Graph
    group: str
    doors: tuple[tuple[str, int], ...]
    exit: str


def as_block(graph: Graph, name: str) -> Graph:
    """Return a group as a graph of its own, to be kept as a block."""
    title = group_of(graph, name).title or name
    found = piece(graph, members(graph, name)).with_title(title)
    shapes = check(graph).shapes
    arriving = entries(graph, name)
    for source in dict.fromkeys(edge.source for edge in arriving):
        shape = shapes[source]
        layer = Input(shape=shape) if shape else Input()
        door = found.fresh_name(layer)
        found = found.add(layer, door, _above(found, name))
        wires = (Edge(door, edge.target, edge.port) for edge in arriving if edge.source == source)
        found = replace(found, edges=(*found.edges, *wires))
    inputs_first = sorted(found.nodes, key=lambda node: node.layer.most_inputs != 0)
    return replace(found, nodes=tuple(inputs_first))


def place_block(graph: Graph, block: Graph, position: tuple[float, float], into: str = "") -> Placed:
    """Put a block into a graph, folded, its card at a place (scene pixels); raise GraphError where it is empty."""
    stands_in = [node.name for node in block if node.layer.most_inputs == 0]
    inner = [node.name for node in block if node.name not in stands_in]
    if not inner:
        raise GraphError(f"the block {block.title!r} holds no layers.", hint="Choose another block.")
    made = graft(graph, piece(block, inner), into=into)
    nodes = [made.nodes[name] for name in inner]
    grown, group = _as_one_group(made.graph, nodes, made.groups.values(), block.title)
    place = group_of(grown, group).position
    grown = with_group(grown, replace(group_of(grown, group), folded=True))
    grown = shifted(grown, nodes, (position[0] - place[0], position[1] - place[1]))
    doors = tuple((made.nodes[e.target], e.port) for e in block.edges if e.source in stands_in[:1])
    feeding = [name for name in nodes if not grown.outputs(name)]
    return Placed(grown, group, doors, (feeding or nodes)[-1])


def feed(placed: Placed, source: str) -> Graph:
    """Wire a node to the doors of a block; raise GraphError where that is impossible."""
    graph = placed.graph
    for node, port in placed.doors:
        graph = graph.connect(source, node, port)
    return graph


def insert_block(
    graph: Graph, block: Graph, edge: Edge, position: tuple[float, float], twins: tuple[Edge, ...] = ()
) -> Placed:
    """Put a block into the middle of a wire, and of its twins: wires from the same node into one folded group."""
    into = around(graph, (edge.source, edge.target))
    for each in (edge, *twins):
        graph = graph.disconnect(each)
    placed = place_block(graph, block, position, into)
    grown = feed(placed, edge.source)
    for each in (edge, *twins):
        grown = grown.connect(placed.exit, each.target, each.port)
    return replace(placed, graph=grown)


def add_block_after(graph: Graph, block: Graph, source: str, position: tuple[float, float]) -> Placed:
    """Put a block behind a node; what that one fed is fed by the block."""
    placed = place_block(graph, block, position, around(graph, (source,)))
    after = graph.outputs(source)
    edges = (replace(e, source=placed.exit) if e in after else e for e in placed.graph.edges)
    grown = replace(placed.graph, edges=tuple(edges))
    return replace(placed, graph=feed(replace(placed, graph=grown), source))


def _as_one_group(graph: Graph, nodes: list[str], groups: Iterable[str], title: str) -> tuple[Graph, str]:
    """Return the graph in which these new nodes lie in one group, and its name."""
    within = all_members(graph)
    for name in groups:
        if len(within[name]) == len(nodes):
            return graph, name
    grown = put_together(graph, nodes, title)
    return grown, grown.groups[-1].name


def _above(graph: Graph, name: str) -> tuple[float, float]:
    """Return the place of an Input: one row above the group that it feeds."""
    x, y = group_of(graph, name).position
    return x, y - ROW_PITCH
