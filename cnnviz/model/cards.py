"""Which layers share a card on the canvas: a pointwise layer behind another one is drawn as a chip on its card."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from cnnviz.model.graph import Graph, Node


@dataclass(frozen=True)
class Card:
    """A layer that has a card of its own, and the names of those that sit on it as chips, in computing order."""

    head: str
    chips: tuple[str, ...] = ()

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

    A chip is pointwise (activation, normalisation, dropout), has exactly one input wire, and alone takes what the
    layer before it puts out.
    """
    follower = {graph.inputs(node.name)[0].source: node.name for node in graph if _is_chip(graph, node)}
    chips = set(follower.values())
    found = [_collect(node.name, follower) for node in graph if node.name not in chips]
    seen = {name for card in found for name in card.nodes}
    # chips on a circle of wires have no head: each gets a card, so that none is lost
    return (*found, *(Card(node.name) for node in graph if node.name not in seen))


def card_of(graph: Graph, name: str) -> Card:
    """Return the card on which a node is drawn; raise GraphError if there is no such node."""
    graph.node(name)
    return next(card for card in cards(graph) if name in card.nodes)


def _is_chip(graph: Graph, node: Node) -> bool:
    wires = graph.inputs(node.name)
    return node.layer.pointwise and len(wires) == 1 and len(graph.outputs(wires[0].source)) == 1


def _collect(head: str, follower: dict[str, str]) -> Card:
    chips: list[str] = []
    last = head
    while last in follower:
        last = follower[last]
        chips.append(last)
    return Card(head, tuple(chips))
