"""Edits of groups: fold nodes into a block, open it, repeat it, take it out and put it in elsewhere.

A group's members are all nodes in it and in the groups inside it. Every function returns a new graph.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import lru_cache

from cnnviz.errors import GraphError
from cnnviz.model.graph import Edge, Graph, is_legal
from cnnviz.model.groups.group import Group


def group_of(graph: Graph, name: str) -> Group:
    """Return the group of this name; raise GraphError if there is none."""
    for group in graph.groups:
        if group.name == name:
            return group
    raise GraphError(f"there is no group {name!r}.")


def inside(graph: Graph, name: str) -> frozenset[str]:
    """Return the names of a group and of all groups in it."""
    found = {name}
    while grown := {group.name for group in graph.groups if group.parent in found} - found:
        found |= grown
    return frozenset(found)


def members(graph: Graph, name: str) -> tuple[str, ...]:
    """Return the nodes of a group and of all groups in it, in the order of the graph."""
    groups = inside(graph, name)
    return tuple(node.name for node in graph if node.group in groups)


def exit_last(graph: Graph, name: str) -> tuple[str, ...]:
    """Return the members of a group, the one whose output leaves it at the end."""
    found = members(graph, name)
    leaving = {edge.source for edge in exits(graph, name)} or {n for n in found if not graph.outputs(n)}
    return (*(n for n in found if n not in leaving), *(n for n in found if n in leaving))


@lru_cache(maxsize=8)
def all_members(graph: Graph) -> Mapping[str, tuple[str, ...]]:
    """Return the nodes of every group and of the groups in it, by the group's name."""
    parents = {group.name: group.parent for group in graph.groups}
    found: dict[str, list[str]] = {name: [] for name in parents}
    for node in graph:
        name = node.group
        while name:
            found[name].append(node.name)
            name = parents[name]
    return {name: tuple(nodes) for name, nodes in found.items()}


def folded_over(graph: Graph) -> dict[str, str]:
    """Return the outermost folded group around each node that lies in one: the node is shown on its card."""
    groups = {group.name: group for group in graph.groups}
    outermost: dict[str, str] = {"": ""}
    for name in groups:
        path = [name]
        while path[-1] not in outermost:
            path.append(groups[path[-1]].parent)
        for inner in reversed(path[:-1]):
            around = outermost[groups[inner].parent]
            outermost[inner] = around or (inner if groups[inner].folded else "")
    return {node.name: outermost[node.group] for node in graph if outermost[node.group]}


def outermost_folded(graph: Graph, node: str) -> str:
    """Return the outermost folded group around a node, on whose card the node is shown; empty where there is none."""
    graph.node(node)
    return folded_over(graph).get(node, "")


def around(graph: Graph, nodes: Iterable[str]) -> str:
    """Return the innermost group that holds all these nodes and is not folded away; empty for the canvas itself."""
    groups = {group.name: group for group in graph.groups}
    paths = [_open_path(groups, graph.node(node).group) for node in nodes]
    found = ""
    for level in zip(*paths, strict=False):
        if len(set(level)) > 1:
            break
        found = level[0]
    return found


def _open_path(groups: Mapping[str, Group], name: str) -> list[str]:
    """Return the groups around something, outermost first, as far as they are open."""
    path: list[str] = []
    while name:
        path.insert(0, name)
        name = groups[name].parent
    closed = next((number for number, each in enumerate(path) if groups[each].folded), len(path))
    return path[:closed]


def shifted(graph: Graph, nodes: Iterable[str], step: tuple[float, float]) -> Graph:
    """Move nodes by a step, and with them the groups that lie wholly among them."""
    chosen = set(nodes)
    found = graph.move({n: _sum(graph.node(n).position, step) for n in chosen})
    if not graph.groups:
        return found
    within = all_members(graph)
    groups = tuple(
        replace(group, position=_sum(group.position, step))
        if chosen.issuperset(within[group.name])
        else group
        for group in graph.groups
    )
    return replace(found, groups=groups)


def put_into(graph: Graph, node: str, group: str) -> Graph:
    """Put a node into a group, or with an empty name onto the canvas itself."""
    if graph.node(node).group == group:
        return graph
    moved = (replace(each, group=group) if each.name == node else each for each in graph.nodes)
    return without_empty_groups(replace(graph, nodes=tuple(moved)))


def _sum(place: tuple[float, float], step: tuple[float, float]) -> tuple[float, float]:
    return place[0] + step[0], place[1] + step[1]


def entries(graph: Graph, name: str) -> tuple[Edge, ...]:
    """Return the wires that lead into a group from outside."""
    within = set(members(graph, name))
    return tuple(e for e in graph.edges if e.target in within and e.source not in within)


def exits(graph: Graph, name: str) -> tuple[Edge, ...]:
    """Return the wires that lead out of a group."""
    within = set(members(graph, name))
    return tuple(e for e in graph.edges if e.source in within and e.target not in within)


def with_group(graph: Graph, group: Group) -> Graph:
    """Put a changed group in the place of the one with its name, or add a new one."""
    if any(each.name == group.name for each in graph.groups):
        kept = tuple(group if each.name == group.name else each for each in graph.groups)
        return replace(graph, groups=kept)
    return replace(graph, groups=(*graph.groups, group))


def fold(graph: Graph, name: str, folded: bool = True) -> Graph:
    """Show a group as one card, or open."""
    return with_group(graph, replace(group_of(graph, name), folded=folded))


def unfolded(graph: Graph) -> Graph:
    """Return the graph with all groups open."""
    if not any(group.folded for group in graph.groups):
        return graph
    return replace(graph, groups=tuple(replace(group, folded=False) for group in graph.groups))


def fresh_group_name(graph: Graph, stem: str = "block") -> str:
    """Return an unused name for a new group, such as `block2`."""
    taken = {group.name for group in graph.groups}
    number = 1
    while f"{stem}{number}" in taken:
        number += 1
    return f"{stem}{number}"


def put_together(
    graph: Graph, nodes: Iterable[str], title: str, *, name: str = "", folded: bool = True
) -> Graph:
    """Put nodes into a new group inside the innermost group that holds them all.

    A subgroup whose nodes are all chosen moves in whole; raise GraphError where only a part of one is chosen together
    with nodes outside of it, or where nothing is chosen.
    """
    chosen = set(nodes)
    if not chosen:
        raise GraphError("there is nothing to group.", hint="Select the nodes first.")
    for node in chosen:
        graph.node(node)
    found = name or fresh_group_name(graph)
    loose, whole = tops(graph, chosen)
    levels = levels_of(graph, loose, whole)
    if len(levels) > 1:
        raise GraphError(
            "the chosen nodes lie in different groups.", hint="Choose nodes of one group, or whole groups."
        )
    parent = levels.pop()
    places = [graph.node(node).position for node in chosen]
    position = (min(x for x, _ in places), min(y for _, y in places))
    group = Group(found, title, parent, folded, position)
    return _held(replace(graph, groups=(*graph.groups, group)), loose, whole, found)


def move_into(graph: Graph, nodes: Iterable[str], group: str) -> Graph:
    """Put nodes, and the groups that lie wholly among them, into a group; an empty name is the canvas itself."""
    return without_empty_groups(_held(graph, *tops(graph, nodes), group))


def tops(graph: Graph, nodes: Iterable[str]) -> tuple[frozenset[str], frozenset[str]]:
    """Return what nodes are together: groups that lie wholly among them, outermost ones, and the nodes in none."""
    chosen, within = set(nodes), all_members(graph)
    whole = {
        group.name: group.parent
        for group in graph.groups
        if within[group.name] and chosen.issuperset(within[group.name])
    }
    loose = frozenset(node for node in chosen if graph.node(node).group not in whole)
    return loose, frozenset(name for name, parent in whole.items() if parent not in whole)


def levels_of(graph: Graph, nodes: Iterable[str], groups: Iterable[str]) -> set[str]:
    """Return the groups that nodes and groups lie in directly."""
    parents = {group.name: group.parent for group in graph.groups}
    return {graph.node(node).group for node in nodes} | {parents[name] for name in groups}


def _held(graph: Graph, nodes: frozenset[str], groups: frozenset[str], holder: str) -> Graph:
    return replace(
        graph,
        nodes=tuple(replace(n, group=holder) if n.name in nodes else n for n in graph.nodes),
        groups=tuple(replace(g, parent=holder) if g.name in groups else g for g in graph.groups),
    )


def dissolve(graph: Graph, name: str) -> Graph:
    """Take a group away and leave its nodes where it was."""
    parent = group_of(graph, name).parent
    return replace(
        graph,
        nodes=tuple(replace(n, group=parent) if n.group == name else n for n in graph.nodes),
        groups=tuple(
            replace(g, parent=parent) if g.parent == name else g for g in graph.groups if g.name != name
        ),
    )


def rename_group(graph: Graph, name: str, new: str) -> Graph:
    """Give a group another name; raise GraphError where it is taken or impossible."""
    if name == new:
        return graph
    group = group_of(graph, name)
    if not is_legal(new):
        hint = "A name starts with a letter and has only letters, digits and underscores, at most 64."
        raise GraphError(f"{new!r} can't be a group's name.", hint=hint)
    if any(each.name == new for each in graph.groups):
        raise GraphError(f"there is already a group {new!r}.", hint="Choose another name.")
    return replace(
        graph,
        nodes=tuple(replace(n, group=new) if n.group == name else n for n in graph.nodes),
        groups=tuple(
            replace(group, name=new) if g is group else replace(g, parent=new) if g.parent == name else g
            for g in graph.groups
        ),
    )


def without_empty_groups(graph: Graph) -> Graph:
    """Drop the groups that hold no node any more."""
    within = all_members(graph)
    kept = tuple(group for group in graph.groups if within[group.name])
    return graph if len(kept) == len(graph.groups) else replace(graph, groups=kept)
