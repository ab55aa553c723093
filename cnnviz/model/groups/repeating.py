"""A block again and again: like blocks in a chain, and how many there are."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from itertools import pairwise

from cnnviz.errors import GraphError
from cnnviz.layers import Layer, times
from cnnviz.model.check import check
from cnnviz.model.graph import Edge, Graph
from cnnviz.model.groups.folding import (
    all_members,
    entries,
    exits,
    group_of,
    members,
    put_together,
    with_group,
)
from cnnviz.model.groups.pieces import graft, piece
from cnnviz.model.placing.layout import ROW_PITCH

MOST = 200
"""Times that a block can be repeated at once."""


def title_of(graph: Graph, name: str) -> str:
    """Return what a group is called where people read it."""
    return group_of(graph, name).title or name


def ends_of(graph: Graph, name: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the nodes outside that feed a group, and the nodes in it that feed others or, where none does, nothing."""
    sources = dict.fromkeys(edge.source for edge in entries(graph, name))
    feeding = dict.fromkeys(edge.source for edge in exits(graph, name))
    if not feeding:
        feeding = dict.fromkeys(node for node in members(graph, name) if not graph.outputs(node))
    return tuple(sources), tuple(feeding)


def repeat(graph: Graph, name: str, count: int) -> Graph:
    """Return the graph with a group `count` times in a chain, all in one group around them; raise GraphError.

    The group needs one entry and one exit, and its output must fit its own input. Copies are named `name_2` and so on.
    """
    if not 2 <= count <= MOST:
        raise GraphError(
            f"{title_of(graph, name)} can't be repeated {count} times.", hint=f"Choose 2 to {MOST}."
        )
    source, last = _single_ends(graph, name)
    arriving, leaving, parent = entries(graph, name), exits(graph, name), group_of(graph, name).parent
    part = piece(graph, members(graph, name))
    grown, end, blocks = graph, last, [name]
    for number in range(2, count + 1):
        step = (0.0, float(ROW_PITCH * (number - 1)))
        made = graft(grown, part, step, parent, partial(_numbered, number=number))
        wires = tuple(Edge(end, made.nodes[edge.target], edge.port) for edge in arriving)
        grown = replace(made.graph, edges=(*made.graph.edges, *wires))
        end = made.nodes[last]
        blocks.append(made.groups[name])
    edges = tuple(replace(edge, source=end) if edge in leaving else edge for edge in grown.edges)
    grown = replace(grown, edges=edges)
    _refuse_misfit(graph, grown, name, source, last)
    return stacked(grown, blocks, title_of(graph, name))


def copies(graph: Graph, name: str) -> int:
    """Return how many like blocks in a chain make up a group: 1 where it holds anything else."""
    children = [group.name for group in graph.groups if group.parent == name]
    if len(children) < 2 or any(node.group == name for node in graph):
        return 1
    within = all_members(graph)
    first = pattern(graph, within[children[0]])
    if any(pattern(graph, within[child]) != first for child in children[1:]):
        return 1
    chained = all(
        any(edge.source in within[one] for edge in entries(graph, other)) for one, other in pairwise(children)
    )
    return len(children) if chained else 1


def pattern(graph: Graph, nodes: tuple[str, ...]) -> tuple[tuple[Layer, tuple[int, ...]], ...]:
    """Return the layers of a block and where the wires come from that end at each: -1 is outside."""
    place = {name: number for number, name in enumerate(nodes)}
    return tuple(
        (graph.node(name).layer, tuple(place.get(edge.source, -1) for edge in graph.inputs(name)))
        for name in nodes
    )


def _numbered(name: str, number: int) -> str:
    return f"{name}_{number}"


def _single_ends(graph: Graph, name: str) -> tuple[str, str]:
    sources, feeding = ends_of(graph, name)
    for found, what in ((sources, "entry"), (feeding, "exit")):
        if len(found) != 1:
            many = f"{len(found)} {'entries' if what == 'entry' else 'exits'}" if found else f"no {what}"
            raise GraphError(
                f"{title_of(graph, name)} has {many}, so its copies can't form a chain.",
                hint="A block with one entry and one exit can be repeated.",
            )
    return sources[0], feeding[0]


def _refuse_misfit(graph: Graph, grown: Graph, name: str, source: str, last: str) -> None:
    """Refuse a chain in which a copy can't take what the block before it puts out."""
    known = {(problem.node, problem.text) for problem in check(graph).errors}
    new = [p for p in check(grown).errors if p.severity == "error" and (p.node, p.text) not in known]
    if not new:
        return
    shapes = check(graph).shapes
    arrives, leaves = shapes[source], shapes[last]
    told = f" it takes {times(arrives)} and puts out {times(leaves)};" if arrives and leaves else ""
    raise GraphError(
        f"{title_of(graph, name)} doesn't fit behind itself:{told} in {new[0].node}, {new[0].text}",
        hint="Only a block that can take its own output can be repeated.",
    )


def stacked(graph: Graph, blocks: list[str], title: str) -> Graph:
    """Fold the blocks, and put them into one folded group."""
    folded = tuple(replace(g, folded=True) if g.name in blocks else g for g in graph.groups)
    graph = replace(graph, groups=folded)
    nodes = [node for block in blocks for node in members(graph, block)]
    place = group_of(graph, blocks[0]).position
    graph = put_together(graph, nodes, title)
    return with_group(graph, replace(graph.groups[-1], position=place))
