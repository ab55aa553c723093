"""Which edges of the cards wires leave and reach: downwards, or to the right where a target lies beside its source."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cnnviz.ui.build.canvas.places import CARD_HEIGHT, CARD_WIDTH, Flow, Place
from cnnviz.ui.build.cards.routing import STUB

if TYPE_CHECKING:
    from cnnviz.model.graph import Edge
    from cnnviz.ui.build.cards.faces import CardFace, WireFace

CLEAR = STUB + 6
"""A target lies beside its source where at least this many scene pixels are between the two cards."""


@dataclass(frozen=True)
class PortFlows:
    """The flow at each input and output port of one card; `fresh` is that of an input that is offered while pulling."""

    ins: tuple[Flow, ...] = ()
    outs: tuple[Flow, ...] = ("down",)

    @property
    def fresh(self) -> Flow:
        """Return the flow at an input that comes beside the others."""
        return self.ins[-1] if self.ins else "down"


def flows(cards: Mapping[str, CardFace], wires: Mapping[Edge, WireFace]) -> dict[str, PortFlows]:
    """Return the flow at the ports of every card; ports without a wire follow the others, or the whole drawing."""
    main = _main_flow(cards, wires)
    arriving: dict[tuple[str, int], Flow] = {}
    leaving: defaultdict[tuple[str, int], list[Flow]] = defaultdict(list)
    for wire in wires.values():
        found = _flow(cards[wire.source].position, cards[wire.target].position, main)
        arriving[wire.target, wire.port] = found
        leaving[wire.source, wire.exit].append(found)
    return {name: _of_card(card, arriving, leaving, main) for name, card in cards.items()}


def _of_card(
    card: CardFace,
    arriving: Mapping[tuple[str, int], Flow],
    leaving: Mapping[tuple[str, int], list[Flow]],
    main: Flow,
) -> PortFlows:
    ins = [arriving.get((card.name, port)) for port in range(card.ports)]
    outs = [_most(leaving.get((card.name, port), ()), main) for port in range(len(card.exits))]
    known_in = next((flow for flow in ins if flow), None)
    known_out = next((flow for flow in outs if flow), None)
    return PortFlows(
        tuple(flow or known_in or known_out or main for flow in ins),
        tuple(flow or known_out or known_in or main for flow in outs),
    )


def _most(found: list[Flow] | tuple[()], main: Flow) -> Flow | None:
    """Return the flow of most wires of one port: all leave at the same place."""
    if not found:
        return None
    right = found.count("right") * 2 - len(found)
    return "right" if right > 0 else "down" if right < 0 else main


def _main_flow(cards: Mapping[str, CardFace], wires: Mapping[Edge, WireFace]) -> Flow:
    """Return which way most wires run of those that run straight on."""
    counted: Counter[Flow] = Counter()
    for wire in wires.values():
        (x1, y1), (x2, y2) = cards[wire.source].position, cards[wire.target].position
        if y2 >= y1 + CARD_HEIGHT and abs(x2 - x1) < CARD_WIDTH / 2:
            counted["down"] += 1
        elif x2 >= x1 + CARD_WIDTH and abs(y2 - y1) < CARD_HEIGHT / 2:
            counted["right"] += 1
    return "right" if counted["right"] > counted["down"] else "down"


def _flow(source: Place, target: Place, main: Flow) -> Flow:
    """Return how a wire runs between two cards; where both ways are open, as the others do."""
    beside = target[0] >= source[0] + CARD_WIDTH + CLEAR
    below = target[1] >= source[1] + CARD_HEIGHT + CLEAR
    return "right" if beside and (main == "right" or not below) else "down"
