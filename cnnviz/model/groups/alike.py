"""Chains of like blocks: groups that lie one behind the other and hold the same layers, wired alike."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from functools import lru_cache

from cnnviz.errors import GraphError
from cnnviz.model.graph import Graph
from cnnviz.model.groups.folding import all_members, members
from cnnviz.model.groups.repeating import pattern, stacked, title_of

Chain = tuple[str, ...]


@lru_cache(maxsize=8)
def chains(graph: Graph) -> Mapping[str, Chain]:
    """Return the chain that each group is a part of, first block first; groups without their like are left out.

    The blocks of a stack (a group that holds nothing but such a chain) are none: they are counted there.
    """
    following = _following(graph)
    starts = following.keys() - set(following.values())
    found: dict[str, Chain] = {}
    for first in starts:
        chain = [first]
        while chain[-1] in following:
            chain.append(following[chain[-1]])
        if not _is_stack(graph, chain):
            found |= dict.fromkeys(chain, tuple(chain))
    return found


def stack_alike(graph: Graph, name: str) -> Graph:
    """Put a block and its like before and behind it into one folded group; raise GraphError where it has none."""
    chain = chains(graph).get(name)
    if chain is None:
        raise GraphError(
            f"{title_of(graph, name)} has no like before or behind it.",
            hint="Blocks that hold the same layers and follow one another can be stacked.",
        )
    return stacked(graph, list(chain), title_of(graph, chain[0]))


def _following(graph: Graph) -> dict[str, str]:
    """Return for each group its like behind it: it takes all that the group puts out, and nothing else."""
    parents = {group.name: group.parent for group in graph.groups}
    homes = {node.name: _path(parents, node.group) for node in graph}
    into: defaultdict[str, set[str]] = defaultdict(set)
    behind: defaultdict[str, set[str]] = defaultdict(set)
    sources: defaultdict[str, set[str]] = defaultdict(set)
    for edge in graph.edges:
        left, entered = _parted(homes[edge.source], homes[edge.target])
        for depth, group in enumerate(left):
            into[group].add(entered[0] if entered and not depth else "")
            sources[group].add(edge.source)
        for depth, group in enumerate(entered):
            behind[group].add(left[0] if left and not depth else "")
    within = all_members(graph)
    return {
        one: other
        for one, targets in into.items()
        for other in targets
        if other
        and len(targets) == len(behind[other]) == len(sources[one]) == 1
        and behind[other] == {one}
        and pattern(graph, within[one]) == pattern(graph, within[other])
    }


def _is_stack(graph: Graph, chain: list[str]) -> bool:
    parent = next(group.parent for group in graph.groups if group.name == chain[0])
    held = {node for block in chain for node in members(graph, block)}
    return bool(parent) and held == set(members(graph, parent))


def _path(parents: Mapping[str, str], group: str) -> Chain:
    """Return the groups around something, outermost first."""
    path: list[str] = []
    while group:
        path.insert(0, group)
        group = parents[group]
    return tuple(path)


def _parted(one: Chain, other: Chain) -> tuple[Chain, Chain]:
    """Return what is left of two paths where they go apart."""
    shared = 0
    while shared < min(len(one), len(other)) and one[shared] == other[shared]:
        shared += 1
    return one[shared:], other[shared:]
