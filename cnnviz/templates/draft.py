"""A network being written down: nodes, wires and groups are collected, and become one graph at the end.

Adding to a `Graph` copies it, which is right for edits and slow for five hundred nodes in a row.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from cnnviz.errors import GraphError
from cnnviz.layers import Layer
from cnnviz.model.graph import Edge, Graph, Node
from cnnviz.model.groups.group import Group


class Draft:
    """Collects a network. `last` is the name of the node added last: the next one goes behind it."""

    def __init__(self) -> None:
        self.last = ""
        self._nodes: dict[str, Node] = {}
        self._edges: list[Edge] = []
        self._groups: dict[str, Group] = {}
        self._around: list[str] = []
        self._numbers: Counter[str] = Counter()

    def add(self, layer: Layer, tag: str = "", *, after: str | Iterable[str] = "") -> str:
        """Add a node and return its name: the layer's usual name with a tag behind it, or with the next number.

        `after` names the nodes that feed it, in port order; without it, the node added last does.
        """
        name = f"{layer.stem}{tag}" if tag else self._fresh(layer)
        if name in self._nodes:
            raise GraphError(f"there is already a node {name!r}.", hint="Give it another tag.")
        self._nodes[name] = Node(name, layer, group=self._around[-1] if self._around else "")
        sources = [after or self.last] if isinstance(after, str) else list(after)
        if layer.most_inputs != 0:
            self._edges += [Edge(source, name, port) for port, source in enumerate(sources) if source]
        self.last = name
        return name

    def chain(self, *layers: Layer, tag: str = "") -> str:
        """Add layers one behind the other and return the name of the last one."""
        for layer in layers:
            self.add(layer, tag)
        return self.last

    @contextmanager
    def group(self, name: str, title: str, *, folded: bool = True) -> Iterator[None]:
        """Put everything that is added meanwhile into a group, inside the one that is open now."""
        if name in self._groups:
            raise GraphError(f"there is already a group {name!r}.", hint="Give it another name.")
        self._groups[name] = Group(name, title, self._around[-1] if self._around else "", folded)
        self._around.append(name)
        yield
        self._around.pop()

    def graph(self, title: str = "untitled") -> Graph:
        """Return what was collected; all cards lie at the origin until they are tidied."""
        return Graph(
            tuple(self._nodes.values()), tuple(self._edges), title, groups=tuple(self._groups.values())
        )

    def _fresh(self, layer: Layer) -> str:
        if not layer.numbered and layer.stem not in self._nodes:
            return layer.stem
        while True:
            self._numbers[layer.stem] += 1
            name = f"{layer.stem}{self._numbers[layer.stem]}"
            if name not in self._nodes:
                return name
