"""Pieces of a graph: taken out with their groups and notes, and put into another graph under fresh names."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from cnnviz.model.graph import Edge, Graph
from cnnviz.model.groups.folding import all_members, shifted

LONGEST_NAME = 64


@dataclass(frozen=True)
class Grafted:
    """A graph into which a piece was put, and the new names by the old ones."""

    graph: Graph
    nodes: Mapping[str, str]
    groups: Mapping[str, str]
    notes: Mapping[str, str]


def piece(graph: Graph, names: Iterable[str], notes: Iterable[str] = ()) -> Graph:
    """Return these nodes with the wires between them, these notes, and the groups that lie wholly among the nodes."""
    chosen, noted = set(names), set(notes)
    within = all_members(graph)
    groups = {g.name: g for g in graph.groups if within[g.name] and chosen.issuperset(within[g.name])}
    kept = (g if g.parent in groups else replace(g, parent="") for g in groups.values())
    nodes = (node for node in graph if node.name in chosen)
    return Graph(
        tuple(node if node.group in groups else replace(node, group="") for node in nodes),
        tuple(e for e in graph.edges if e.source in chosen and e.target in chosen),
        graph.title,
        tuple(kept),
        tuple(note for note in graph.notes if note.name in noted),
    )


def graft(
    graph: Graph,
    part: Graph,
    step: tuple[float, float] = (0.0, 0.0),
    into: str = "",
    named: Callable[[str], str] | None = None,
) -> Grafted:
    """Put a piece in, moved by a step, into a group; `named` proposes names, those that are taken are numbered anew."""
    part = shifted(part, (node.name for node in part), step)
    taken = {node.name for node in graph}
    nodes: dict[str, str] = {}
    for node in part:
        nodes[node.name] = _free(named(node.name) if named else node.name, taken)
    groups = _fresh((g.name for g in part.groups), (g.name for g in graph.groups), named)
    notes = _fresh((n.name for n in part.notes), (n.name for n in graph.notes), None)
    new = (replace(n, name=nodes[n.name], group=groups[n.group] if n.group else into) for n in part)
    boxes = (
        replace(g, name=groups[g.name], parent=groups[g.parent] if g.parent else into) for g in part.groups
    )
    texts = (
        replace(n, name=notes[n.name], position=(n.position[0] + step[0], n.position[1] + step[1]))
        for n in part.notes
    )
    wires = (Edge(nodes[e.source], nodes[e.target], e.port) for e in part.edges)
    grown = replace(
        graph,
        nodes=(*graph.nodes, *new),
        edges=(*graph.edges, *wires),
        groups=(*graph.groups, *boxes),
        notes=(*graph.notes, *texts),
    )
    return Grafted(grown, nodes, groups, notes)


def _fresh(names: Iterable[str], others: Iterable[str], named: Callable[[str], str] | None) -> dict[str, str]:
    taken = set(others)
    return {name: _free(named(name) if named else name, taken) for name in names}


def _free(wished: str, taken: set[str]) -> str:
    """Return a name that is not taken, and take it: the wished one, or its stem with the next number."""
    name, number = wished[:LONGEST_NAME], 1
    stem = name.rstrip("0123456789") or name
    while name in taken:
        name = f"{stem[: LONGEST_NAME - len(str(number))]}{number}"
        number += 1
    taken.add(name)
    return name
