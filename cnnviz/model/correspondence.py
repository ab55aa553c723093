"""Which layer of another network stands for which: by its name, else by its kind and depth."""

from __future__ import annotations

from collections.abc import Sequence

from cnnviz.layers import Layer
from cnnviz.model.graph import Graph, Node


def counterpart(graph: Graph, name: str, other: Graph) -> str:
    """Return the node of another graph that stands for a node; empty where the other graph is.

    That is the one of the same name if it is of the same group, else the one as deep among all of its kind, else of its
    group, else of all.
    """
    node, found = graph.node(name), list(other.summary().rows)
    if name in other and other.node(name).layer.group == node.layer.group:
        return name
    for alike in (_same_kind, _same_group, _any):
        mine = [row.name for row in graph.summary().rows if alike(graph.node(row.name).layer, node.layer)]
        theirs = [row.name for row in found if alike(other.node(row.name).layer, node.layer)]
        if theirs:
            return _as_deep(mine, name, theirs)
    return ""


def without_normalisation(graph: Graph) -> Graph:
    """Return the same network without its normalisation layers; what they read goes to what read them."""
    names = [node.name for node in graph if _normalises(node)]
    return graph.remove(names).with_title(f"{graph.title} without normalisation")


def _normalises(node: Node) -> bool:
    return bool(node.layer.group == "Normalisation" and not node.layer.draws)


def _same_kind(one: Layer, other: Layer) -> bool:
    return one.kind == other.kind


def _same_group(one: Layer, other: Layer) -> bool:
    return one.group == other.group


def _any(_one: Layer, _other: Layer) -> bool:
    return True


def _as_deep(mine: Sequence[str], name: str, theirs: Sequence[str]) -> str:
    """Return the one of `theirs` that lies as deep as a name lies in `mine`."""
    share = mine.index(name) / max(len(mine) - 1, 1)
    return theirs[round(share * (len(theirs) - 1))]
