"""Edits of the graph as the canvas makes them. Each takes a graph and returns a new one; Qt is not needed."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace

from cnnviz.errors import CnnvizError, GraphError
from cnnviz.layers import Layer
from cnnviz.model import entries
from cnnviz.model.files import graph_to_dict
from cnnviz.model.graph import Edge, Graph
from cnnviz.model.groups.blocks import Placed, add_block_after
from cnnviz.model.groups.folding import around, put_into, shifted
from cnnviz.model.groups.pieces import Grafted, graft, piece
from cnnviz.model.placing.cards import card_of, cards, place_of
from cnnviz.model.reading import read_graph
from cnnviz.ui.build.canvas.places import CARD_WIDTH, ROW_PITCH, SNAP, Place
from cnnviz.ui.build.cards.faces import WireFace

Made = tuple[Graph, str]
"""The new graph, and the name of the node that was added."""


def add(graph: Graph, layer: Layer, position: Place, group: str = "") -> Made:
    """Put a node on the canvas or into an open group, unconnected."""
    name = graph.fresh_name(layer)
    return graph.add(layer, name, position, group=group), name


def add_after(graph: Graph, layer: Layer, source: str, position: Place | None = None) -> Made:
    """Put a node behind another; what that one fed is fed by the new node. Without a place, room is made below."""
    where = position or below(graph, source)
    grown, name = add(graph, layer, where, around(graph, (source,)))
    if layer.most_inputs == 0:
        return grown, name
    for edge in graph.outputs(source):
        grown = replace(grown, edges=_resourced(grown.edges, edge, name))
    grown = grown.connect(source, name)
    if position is None and not layer.pointwise:
        grown = make_room(grown, name)
    return grown, name


def insert_on(graph: Graph, layer: Layer, edge: Edge, position: Place, twins: tuple[Edge, ...] = ()) -> Made:
    """Put a new node into the middle of a wire (and of its twins), and into the group in which both ends lie."""
    name = graph.fresh_name(layer)
    group = around(graph, (edge.source, edge.target))
    grown = put_into(graph.insert(edge, layer, name, position), name, group)
    for twin in twins:
        grown = grown.disconnect(twin).connect(name, twin.target, twin.port)
    return grown, name


def block_after(graph: Graph, block: Graph, source: str) -> Placed:
    """Put a block behind a node, below its card; what that one fed is fed by the block."""
    placed = add_block_after(graph, block, source, below(graph, source))
    return replace(placed, graph=make_room(placed.graph, placed.exit))


def add_and_connect(
    graph: Graph, layer: Layer, position: Place, *, source: str = "", target: tuple[str, int] | None = None
) -> Made:
    """Put a node at the free end of a pulled wire: behind `source`, or in front of the port `target`."""
    ends = [name for name in (source, target[0] if target else "") if name]
    grown, name = add(graph, layer, position, around(graph, ends))
    if source and layer.most_inputs != 0:
        grown = grown.connect(source, name)
    if target is not None:
        grown = grown.connect(name, target[0], target[1])
    return grown, name


def below(graph: Graph, source: str) -> Place:
    """Return the place one row below the card that a node lies on."""
    x, y = place_of(graph, card_of(graph, source))
    return x, y + ROW_PITCH


def make_room(graph: Graph, name: str) -> Graph:
    """Push down the cards that follow a node in its column, if one lies on top of it."""
    own = card_of(graph, name)
    x, y = place_of(graph, own)
    behind = graph.descendants(name).difference(own.nodes)
    places = {card: place_of(graph, card) for card in cards(graph) if behind.intersection(card.nodes)}
    column = {card: place for card, place in places.items() if abs(place[0] - x) < CARD_WIDTH}
    later = {card: place for card, place in column.items() if place[1] > y - ROW_PITCH / 2}
    push = y + ROW_PITCH - min((place[1] for place in later.values()), default=y + ROW_PITCH)
    if push <= 0:
        return graph
    return shifted(graph, (node for card in later for node in card.nodes), (0.0, push))


def disconnect(graph: Graph, edge: Edge, face: WireFace | None) -> Graph:
    """Remove a wire, and those that are seen as one with it."""
    for each in (edge, *(face.twins if face is not None else ())):
        graph = graph.disconnect(each)
    return graph


def duplicate(graph: Graph, names: Iterable[str], notes: Iterable[str] = ()) -> Grafted:
    """Copy nodes with the wires between them, notes, and whole groups, a little to the right and below."""
    return graft(graph, piece(graph, names, notes), (CARD_WIDTH + 2 * SNAP, 2.0 * SNAP))


def copy_text(graph: Graph, names: Iterable[str], notes: Iterable[str] = ()) -> str:
    """Return nodes with the wires between them, notes, and whole groups as JSON, for the clipboard."""
    content = graph_to_dict(piece(graph, names, notes))
    return json.dumps({"cnnviz": "layers", **content}, indent=1)


def paste(graph: Graph, text: str, offset: Place = (0.0, 0.0)) -> Grafted:
    """Add what `copy_text` wrote, under fresh names; raise GraphError where the text is something else."""
    try:
        content = json.loads(text)
        if not isinstance(content, dict) or content.pop("cnnviz", "") != "layers":
            raise GraphError("the text holds something else.")
        return graft(graph, read_graph(content, entries.Place("clipboard")), offset)
    except (ValueError, RecursionError, CnnvizError) as error:
        raise GraphError("the clipboard holds no layers.", hint="Copy some cards first.") from error


def is_loose(graph: Graph, name: str) -> bool:
    """Say whether a node has no wires."""
    return not graph.inputs(name) and not graph.outputs(name)


def _resourced(edges: tuple[Edge, ...], edge: Edge, source: str) -> tuple[Edge, ...]:
    return tuple(replace(each, source=source) if each == edge else each for each in edges)
