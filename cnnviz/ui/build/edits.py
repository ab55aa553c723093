"""Edits of the graph as the canvas makes them. Each takes a graph and returns a new one; Qt is not needed."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from cnnviz.errors import CnnvizError, GraphError
from cnnviz.layers import Layer, layer_from_dict
from cnnviz.model.cards import card_of
from cnnviz.model.graph import Edge, Graph, Node
from cnnviz.ui.build.places import CARD_WIDTH, ROW_PITCH, SNAP, Place

Made = tuple[Graph, str]
"""The new graph, and the name of the node that was added."""


def add(graph: Graph, layer: Layer, position: Place) -> Made:
    """Put a node on the canvas, unconnected."""
    name = graph.fresh_name(layer)
    return graph.add(layer, name, position), name


def add_after(graph: Graph, layer: Layer, source: str, position: Place | None = None) -> Made:
    """Put a node behind another; what that one fed is fed by the new node. Without a place, room is made below."""
    where = position or below(graph, source)
    grown, name = add(graph, layer, where)
    if layer.most_inputs == 0:
        return grown, name
    for edge in graph.outputs(source):
        grown = replace(grown, edges=_resourced(grown.edges, edge, name))
    grown = grown.connect(source, name)
    if position is None and not layer.pointwise:
        grown = make_room(grown, name)
    return grown, name


def insert_on(graph: Graph, layer: Layer, edge: Edge, position: Place) -> Made:
    """Put a new node into the middle of a wire."""
    name = graph.fresh_name(layer)
    return graph.insert(edge, layer, name, position), name


def add_and_connect(
    graph: Graph, layer: Layer, position: Place, *, source: str = "", target: tuple[str, int] | None = None
) -> Made:
    """Put a node at the free end of a pulled wire: behind `source`, or in front of the port `target`."""
    grown, name = add(graph, layer, position)
    if source and layer.most_inputs != 0:
        grown = grown.connect(source, name)
    if target is not None:
        grown = grown.connect(name, target[0], target[1])
    return grown, name


def below(graph: Graph, source: str) -> Place:
    """Return the place one row below the card that a node lies on."""
    x, y = graph.node(card_of(graph, source).head).position
    return x, y + ROW_PITCH


def make_room(graph: Graph, name: str) -> Graph:
    """Push down what follows a node in its column, if it lies on top of it."""
    x, y = graph.node(name).position
    behind = graph.descendants(name) - {name}
    column = [n for n in graph if n.name in behind and abs(n.position[0] - x) < CARD_WIDTH]
    later = [n for n in column if n.position[1] > y - ROW_PITCH / 2]
    nearest = min((n.position[1] for n in later), default=y + ROW_PITCH)
    push = y + ROW_PITCH - nearest
    if push <= 0:
        return graph
    return graph.move({n.name: (n.position[0], n.position[1] + push) for n in later})


def duplicate(graph: Graph, names: Iterable[str]) -> tuple[Graph, tuple[str, ...]]:
    """Copy nodes and the wires between them, a little to the right and below."""
    return paste(graph, copy_text(graph, names), (CARD_WIDTH + 2 * SNAP, 2.0 * SNAP))


def copy_text(graph: Graph, names: Iterable[str]) -> str:
    """Return nodes and the wires between them as JSON, for the clipboard."""
    chosen = set(names)
    nodes = [_node_to_dict(node) for node in graph if node.name in chosen]
    edges = [
        [edge.source, edge.target, edge.port]
        for edge in graph.edges
        if edge.source in chosen and edge.target in chosen
    ]
    return json.dumps({"cnnviz": "layers", "nodes": nodes, "edges": edges}, indent=1)


def paste(graph: Graph, text: str, offset: Place = (0.0, 0.0)) -> tuple[Graph, tuple[str, ...]]:
    """Add what `copy_text` wrote, under fresh names; raise GraphError where the text is something else."""
    try:
        found = json.loads(text)
        entries, wires = found["nodes"], found["edges"]
        if found["cnnviz"] != "layers":
            raise KeyError("cnnviz")
        return _paste(graph, entries, wires, offset)
    except (ValueError, KeyError, TypeError, CnnvizError) as error:
        raise GraphError("the clipboard holds no layers.", hint="Copy some cards first.") from error


def _paste(
    graph: Graph, entries: list[Any], wires: list[Any], offset: Place
) -> tuple[Graph, tuple[str, ...]]:
    names: dict[str, str] = {}
    for entry in entries:
        layer = layer_from_dict(entry["kind"], entry["options"])
        x, y = entry["position"]
        names[entry["name"]] = graph.fresh_name(layer)
        graph = graph.add(layer, names[entry["name"]], (float(x) + offset[0], float(y) + offset[1]))
    for source, target, port in wires:
        graph = graph.connect(names[source], names[target], port)
    return graph, tuple(names.values())


def is_loose(graph: Graph, name: str) -> bool:
    """Say whether a node has no wires."""
    return not graph.inputs(name) and not graph.outputs(name)


def _node_to_dict(node: Node) -> dict[str, Any]:
    return {
        "name": node.name,
        "kind": node.layer.kind,
        "options": node.layer.to_dict(),
        "position": list(node.position),
    }


def _resourced(edges: tuple[Edge, ...], edge: Edge, source: str) -> tuple[Edge, ...]:
    return tuple(replace(each, source=source) if each == edge else each for each in edges)
