"""The document: a frozen graph of layers. An edit returns a new graph that shares every untouched node."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from cnnviz.errors import GraphError, did_you_mean
from cnnviz.layers import Layer
from cnnviz.model.groups.group import Group, Note

if TYPE_CHECKING:
    from cnnviz.model.check import Report

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}\Z")
_TABLES = ("_by_name", "_inputs", "_outputs")
"""The tables that a graph makes of itself when it is asked."""


@dataclass(frozen=True)
class Node:
    """A layer with a name, at a place on the canvas (scene pixels), in a group or in none.

    One that is `apart` has a card of its own, although it could be a chip on another.
    """

    name: str
    layer: Layer
    position: tuple[float, float] = (0.0, 0.0)
    group: str = ""
    apart: bool = False

    def __hash__(self) -> int:
        return self._hash

    @cached_property
    def _hash(self) -> int:
        # nodes are shared by all states of a document: each is hashed once, not with every edit
        return hash((self.name, self.layer, self.position, self.group, self.apart))


@dataclass(frozen=True)
class Edge:
    """A wire from a node's output to an input port of another (ports count from 0)."""

    source: str
    target: str
    port: int = 0


@dataclass(frozen=True)
class Graph:
    """Nodes in the order they were added, and the wires between them; names are unique.

    Groups and notes change nothing in the network; `cnnviz.model.groups.folding` edits them.
    """

    nodes: tuple[Node, ...] = ()
    edges: tuple[Edge, ...] = ()
    title: str = "untitled"
    groups: tuple[Group, ...] = ()
    notes: tuple[Note, ...] = ()

    def __hash__(self) -> int:
        return self._hash

    @cached_property
    def _hash(self) -> int:
        return hash((self.nodes, len(self.edges), self.title))

    def forget(self) -> None:
        """Drop what can be computed anew: a long history holds many graphs, few of them are asked anything."""
        for name in ("_hash", *_TABLES):
            self.__dict__.pop(name, None)

    # -- questions ----------------------------------------------------------------------------------------------

    def __contains__(self, name: object) -> bool:
        return name in self._by_name

    def __iter__(self) -> Iterator[Node]:
        return iter(self.nodes)

    def __len__(self) -> int:
        return len(self.nodes)

    def node(self, name: str) -> Node:
        """Return the node of this name; raise GraphError if there is none."""
        if name not in self._by_name:
            raise GraphError(f"there is no node {name!r}.", hint=did_you_mean(name, self._by_name))
        return self._by_name[name]

    def inputs(self, name: str) -> tuple[Edge, ...]:
        """Return the wires that end at a node, by port."""
        return self._inputs.get(name, ())

    def outputs(self, name: str) -> tuple[Edge, ...]:
        """Return the wires that start at a node."""
        return self._outputs.get(name, ())

    @cached_property
    def _by_name(self) -> dict[str, Node]:
        return {node.name: node for node in self.nodes}

    @cached_property
    def _inputs(self) -> dict[str, tuple[Edge, ...]]:
        return _grouped(sorted(self.edges, key=lambda edge: edge.port), "target")

    @cached_property
    def _outputs(self) -> dict[str, tuple[Edge, ...]]:
        return _grouped(self.edges, "source")

    def ancestors(self, name: str) -> set[str]:
        """Return the names of all nodes from which a node can be reached, itself included."""
        return self._reach(name, lambda each: (edge.source for edge in self.inputs(each)))

    def descendants(self, name: str) -> set[str]:
        """Return the names of all nodes that can be reached from a node, itself included."""
        return self._reach(name, lambda each: (edge.target for edge in self.outputs(each)))

    def _reach(self, name: str, step: Any) -> set[str]:
        found, waiting = {name}, [name]
        while waiting:
            for other in step(waiting.pop()):
                if other not in found:
                    found.add(other)
                    waiting.append(other)
        return found

    def free_port(self, name: str) -> int | None:
        """Return the lowest unconnected port of a node, or None where all are taken."""
        used = {edge.port for edge in self.inputs(name)}
        most = self.node(name).layer.most_inputs
        port = next(number for number in range(len(used) + 1) if number not in used)
        return port if most is None or port < most else None

    def why_not_connect(self, source: str, target: str, port: int | None = None) -> str:
        """Return why a wire is impossible, or an empty text where it is possible."""
        layer = self.node(target).layer
        if source == target:
            return "a node can't feed itself"
        if layer.most_inputs == 0:
            return f"{layer.title} has no input"
        if source in self.descendants(target):
            return f"{source} depends on {target}; the wire would close a circle"
        if port is not None and (port < 0 or (layer.most_inputs is not None and port >= layer.most_inputs)):
            return f"{layer.title} has no port {port}"
        if any(e.source == source and e.target == target and port in (None, e.port) for e in self.edges):
            return "they are already connected"
        return ""

    def fresh_name(self, layer: Layer) -> str:
        """Return an unused name for a new node, such as `conv2`."""
        if not layer.numbered and layer.stem not in self:
            return layer.stem
        number = 1
        while f"{layer.stem}{number}" in self:
            number += 1
        return f"{layer.stem}{number}"

    def summary(self) -> Report:
        """Return order, shapes, counts and problems (see `cnnviz.model.check`)."""
        from cnnviz.model.check import check

        return check(self)

    # -- edits --------------------------------------------------------------------------------------------------

    def add(
        self,
        layer: Layer,
        name: str = "",
        position: tuple[float, float] = (0.0, 0.0),
        *,
        after: str = "",
        group: str = "",
    ) -> Graph:
        """Add a node; `after` also wires it behind that node, `group` puts it into a group."""
        found = name or self.fresh_name(layer)
        self._refuse_name(found)
        grown = replace(self, nodes=(*self.nodes, Node(found, layer, position, group)))
        return grown.connect(after, found) if after else grown

    def remove(self, names: Iterable[str], *, heal: bool = True) -> Graph:
        """Remove nodes; with `heal`, the wires of a node with one input are joined across the gap."""
        graph = self
        for name in names:
            graph = graph._remove(name, heal)
        return graph._without_empty_groups()

    def _remove(self, name: str, heal: bool) -> Graph:
        self.node(name)
        before, after = self.inputs(name), self.outputs(name)
        edges = tuple(edge for edge in self.edges if name not in (edge.source, edge.target))
        if heal and len(before) == 1:
            joined = (replace(edge, source=before[0].source) for edge in after)
            taken = {(edge.source, edge.target) for edge in edges}
            edges += tuple(edge for edge in joined if (edge.source, edge.target) not in taken)
        return replace(self, nodes=tuple(node for node in self.nodes if node.name != name), edges=edges)

    def _without_empty_groups(self) -> Graph:
        if not self.groups:
            return self
        from cnnviz.model.groups.folding import without_empty_groups

        return without_empty_groups(self)

    def connect(self, source: str, target: str, port: int | None = None) -> Graph:
        """Add a wire, by default to the lowest free port; a wire already at that port is replaced."""
        self.node(source)
        why = self.why_not_connect(source, target, port)
        if why:
            raise GraphError(f"{source} can't be wired to {target}: {why}.", where=target)
        place = port if port is not None else self.free_port(target)
        place = 0 if place is None else place
        kept = tuple(e for e in self.edges if not (e.target == target and e.port == place))
        return replace(self, edges=(*kept, Edge(source, target, place)))

    def disconnect(self, edge: Edge) -> Graph:
        """Remove a wire."""
        if edge not in self.edges:
            raise GraphError(f"there is no wire from {edge.source} to {edge.target}.")
        return replace(self, edges=tuple(each for each in self.edges if each != edge))

    def insert(
        self, edge: Edge, layer: Layer, name: str = "", position: tuple[float, float] | None = None
    ) -> Graph:
        """Put a new node into a wire; without a position, halfway between its ends."""
        found = name or self.fresh_name(layer)
        if position is None:
            (left, top), (right, bottom) = (self.node(end).position for end in (edge.source, edge.target))
            position = ((left + right) / 2, (top + bottom) / 2)
        return self.disconnect(edge).add(layer, found, position)._splice(edge, found)

    def splice(self, edge: Edge, name: str) -> Graph:
        """Put an existing, unconnected node into the middle of a wire."""
        return self.disconnect(edge)._splice(edge, name)

    def _splice(self, edge: Edge, name: str) -> Graph:
        return self.connect(edge.source, name).connect(name, edge.target, edge.port)

    def with_layer(self, name: str, layer: Layer) -> Graph:
        """Give a node another layer."""
        return self._with_node(name, replace(self.node(name), layer=layer))

    def move(self, positions: dict[str, tuple[float, float]]) -> Graph:
        """Move nodes to new places."""
        for name in positions:
            self.node(name)
        moved = (replace(n, position=positions[n.name]) if n.name in positions else n for n in self.nodes)
        return self._with_nodes(tuple(moved))

    def set_apart(self, name: str, apart: bool, position: tuple[float, float] | None = None) -> Graph:
        """Give a node a card of its own, at a place, or let it be a chip again."""
        node = self.node(name)
        return self._with_node(name, replace(node, apart=apart, position=position or node.position))

    def rename(self, name: str, new: str) -> Graph:
        """Rename a node; its layer object stays the same, so that weights can follow it."""
        if name == new:
            return self
        self._refuse_name(new)
        graph = self._with_node(name, replace(self.node(name), name=new))
        ends = {name: new}
        edges = tuple(
            replace(e, source=ends.get(e.source, e.source), target=ends.get(e.target, e.target))
            if name in (e.source, e.target)
            else e
            for e in self.edges
        )
        return replace(graph, edges=edges)

    def with_title(self, title: str) -> Graph:
        """Give the document another title."""
        return replace(self, title=title)

    def _with_node(self, name: str, node: Node) -> Graph:
        return self._with_nodes(tuple(node if each.name == name else each for each in self.nodes))

    def _with_nodes(self, nodes: tuple[Node, ...]) -> Graph:
        """Return a graph with the same wires, and what is known about them already."""
        graph = replace(self, nodes=nodes)
        wires = (name for name in ("_inputs", "_outputs") if name in self.__dict__)
        graph.__dict__.update((name, self.__dict__[name]) for name in wires)
        return graph

    def _refuse_name(self, name: str) -> None:
        if not is_legal(name):
            hint = "A name starts with a letter and has only letters, digits and underscores, at most 64."
            raise GraphError(f"{name!r} can't be a node's name.", hint=hint)
        if name in self:
            raise GraphError(f"there is already a node {name!r}.", hint="Choose another name.")


def is_legal(name: str) -> bool:
    """Say whether a node, a group or a note can have this name: it is an identifier in exported code, too."""
    return _NAME.match(name) is not None and not keyword.iskeyword(name)


def chain(layers: Iterable[Layer | tuple[str, Layer]], title: str = "untitled") -> Graph:
    """Return a graph of layers one behind the other; a pair gives the node a name of its own."""
    graph, last = Graph(title=title), ""
    for entry in layers:
        name, layer = entry if isinstance(entry, tuple) else ("", entry)
        graph = graph.add(layer, name or graph.fresh_name(layer), after=last)
        last = graph.nodes[-1].name
    return graph


def renamed(old: Graph, new: Graph) -> dict[str, str]:
    """Return new names by old ones: a node that vanished and one that appeared with the identical layer object."""
    gone = {id(node.layer): node.name for node in old if node.name not in new}
    return {
        gone[id(node.layer)]: node.name for node in new if node.name not in old and id(node.layer) in gone
    }


def _grouped(edges: Iterable[Edge], end: str) -> dict[str, tuple[Edge, ...]]:
    found: dict[str, list[Edge]] = {}
    for edge in edges:
        found.setdefault(getattr(edge, end), []).append(edge)
    return {name: tuple(group) for name, group in found.items()}


__all__ = ["Edge", "Graph", "Node", "chain", "is_legal", "renamed"]
