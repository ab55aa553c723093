"""The modules of a foreign network as folded groups, so that a large one is read block by block."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from cnnviz.model.graph import Graph
from cnnviz.model.groups.folding import put_together

FEWEST_NODES = 24
"""A smaller network is easier to read without groups."""
FEWEST_INSIDE, LARGEST_SHARE = 3, 0.4
"""A group of fewer layers hides nothing, and one of a larger share of all layers hides the network."""


def with_blocks(graph: Graph, modules: Mapping[str, str]) -> Graph:
    """Put the layers of each container into a folded group; `modules` are the foreign names, such as layer1.0.conv2."""
    if len(graph) < FEWEST_NODES:
        return graph
    containers = {node.name: _containers(modules.get(node.name, "")) for node in graph}
    counts = Counter(each for found in containers.values() for each in found)
    fitting = {each for each, n in counts.items() if FEWEST_INSIDE <= n <= LARGEST_SHARE * len(graph)}
    blocks: dict[str, list[str]] = {}
    for name, found in containers.items():
        inner = next((each for each in found if each in fitting), "")
        if inner:
            blocks.setdefault(inner, []).append(name)
    for container, names in blocks.items():
        if _closed(graph, names):
            graph = put_together(graph, names, container)
    return graph


def _containers(module: str) -> list[str]:
    """Return the modules around a module, innermost first: of a.b.c they are a.b and a."""
    parts = module.split(".")
    return [".".join(parts[:length]) for length in range(len(parts) - 1, 0, -1)]


def _closed(graph: Graph, names: list[str]) -> bool:
    """Say whether no way leads out of these nodes and back in; a folded card would feed itself otherwise."""
    inside = set(names)
    outside = {edge.target for name in names for edge in graph.outputs(name)} - inside
    return all(inside.isdisjoint(graph.descendants(name)) for name in outside)
