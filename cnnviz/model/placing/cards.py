"""What shares a card on the canvas: a folded group with all in it, or a layer with the pointwise ones behind it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from cnnviz.model.graph import Graph, Node
from cnnviz.model.groups.folding import folded_over, group_of, shifted


@dataclass(frozen=True)
class Card:
    """A layer that has a card of its own, and those that sit on it as chips, in computing order.

    The card of a folded group names it; its head is the first member that is fed, its tail the last that feeds.
    """

    head: str
    chips: tuple[str, ...] = ()
    group: str = ""

    @property
    def nodes(self) -> tuple[str, ...]:
        """Return the names of all nodes on the card, in computing order."""
        return (self.head, *self.chips)

    @property
    def tail(self) -> str:
        """Return the name of the node whose output leaves the card."""
        return self.nodes[-1]


@lru_cache(maxsize=16)
def cards(graph: Graph) -> tuple[Card, ...]:
    """Return the cards of a graph, in the order in which their heads were added. Every node is on exactly one card.

    A chip is pointwise (activation, normalisation, dropout), has exactly one input wire, alone takes what the layer
    before it puts out, lies in the same group, and was not taken off.
    """
    folded = folded_over(graph)
    loose = [node for node in graph if node.name not in folded]
    follower = {graph.inputs(node.name)[0].source: node.name for node in loose if _is_chip(graph, node)}
    chips = set(follower.values())
    found = [_collect(node.name, follower) for node in loose if node.name not in chips]
    seen = {name for card in found for name in card.nodes}
    # chips on a circle of wires have no head: each gets a card, so that none is lost
    single = [*found, *(Card(node.name) for node in loose if node.name not in seen)]
    return tuple(single) if not folded else _in_order(graph, [*single, *_boxes(graph, folded)])


def card_of(graph: Graph, name: str) -> Card:
    """Return the card on which a node is drawn; raise GraphError if there is no such node."""
    graph.node(name)
    return next(card for card in cards(graph) if name in card.nodes)


def place_of(graph: Graph, card: Card) -> tuple[float, float]:
    """Return where a card lies."""
    return group_of(graph, card.group).position if card.group else graph.node(card.head).position


def put_cards(graph: Graph, places: Mapping[str, tuple[float, float]]) -> Graph:
    """Return the graph with cards, by their heads, at new places; what is folded away keeps its own arrangement."""
    layers: dict[str, tuple[float, float]] = {}
    boxes: list[tuple[tuple[str, ...], tuple[float, float]]] = []
    for card in cards(graph):
        if card.head not in places:
            continue
        place = places[card.head]
        if card.group:
            old = place_of(graph, card)
            boxes.append((card.nodes, (place[0] - old[0], place[1] - old[1])))
        else:
            layers |= dict.fromkeys(card.nodes, place)
    graph = graph.move(layers)
    for members, step in boxes:
        graph = shifted(graph, members, step)
    return graph


def _is_chip(graph: Graph, node: Node) -> bool:
    wires = graph.inputs(node.name)
    if not node.layer.pointwise or node.apart or len(wires) != 1 or len(graph.outputs(wires[0].source)) != 1:
        return False
    return not graph.groups or graph.node(wires[0].source).group == node.group


def _collect(head: str, follower: dict[str, str]) -> Card:
    chips: list[str] = []
    last = head
    while last in follower:
        last = follower[last]
        chips.append(last)
    return Card(head, tuple(chips))


def _boxes(graph: Graph, folded: Mapping[str, str]) -> list[Card]:
    """Return the cards of the folded groups that are seen."""
    members: dict[str, list[str]] = {}
    for node in graph:
        if node.name in folded:
            members.setdefault(folded[node.name], []).append(node.name)
    return [_box(graph, group, names) for group, names in members.items()]


def _box(graph: Graph, group: str, names: list[str]) -> Card:
    within = set(names)
    fed = [n for n in names if any(e.source not in within for e in graph.inputs(n)) or not graph.inputs(n)]
    feeding = [
        n for n in names if any(e.target not in within for e in graph.outputs(n)) or not graph.outputs(n)
    ]
    head = (fed or names)[0]
    tail = next((name for name in reversed(feeding) if name != head), "")
    between = tuple(name for name in names if name not in (head, tail))
    return Card(head, (*between, tail) if tail else between, group)


def _in_order(graph: Graph, found: list[Card]) -> tuple[Card, ...]:
    place = {node.name: number for number, node in enumerate(graph)}
    return tuple(sorted(found, key=lambda card: place[card.head]))
