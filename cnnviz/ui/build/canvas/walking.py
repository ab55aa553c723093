"""Which card is next to which: what the arrow keys do."""

from __future__ import annotations

from cnnviz.ui.build.canvas.places import CARD_HEIGHT
from cnnviz.ui.build.cards.faces import CardFace, Faces


def neighbour(found: Faces, name: str, key: str) -> str:
    """Return the card that `Up`, `Down`, `Left` or `Right` leads to from a node, or an empty text."""
    if not found.cards:
        return ""
    if name not in found.card_of:
        return next(iter(found.cards))
    here = found.cards[found.card_of[name]]
    wired = _wired(found, here, key)
    return wired or _nearest(found, here, key)


def _wired(found: Faces, here: CardFace, key: str) -> str:
    if key == "Up":
        return next((wire.source for wire in found.wires.values() if wire.target == here.name), "")
    if key == "Down":
        return next((wire.target for wire in found.wires.values() if wire.source == here.name), "")
    if key == "Left":  # where the network flows to the right, its wires do
        before = (found.cards[wire.source] for wire in found.wires.values() if wire.target == here.name)
        return next((card.name for card in before if _beside(here, card) < 0), "")
    after = (found.cards[wire.target] for wire in found.wires.values() if wire.source == here.name)
    return next((card.name for card in after if _beside(here, card) > 0), "")


def _beside(here: CardFace, there: CardFace) -> float:
    """Return how far right of a card another one in its row lies; 0 where it is in another row."""
    same = abs(there.position[1] - here.position[1]) < CARD_HEIGHT
    return there.position[0] - here.position[0] if same else 0.0


def _nearest(found: Faces, here: CardFace, key: str) -> str:
    axis, sign = {"Up": (1, -1), "Down": (1, 1), "Left": (0, -1), "Right": (0, 1)}[key]

    def ahead(card: CardFace) -> float:
        return (card.position[axis] - here.position[axis]) * sign

    def distance(card: CardFace) -> float:
        return ahead(card) + 3 * abs(card.position[1 - axis] - here.position[1 - axis])

    candidates = [card for card in found.cards.values() if ahead(card) > 0]
    return min(candidates, key=distance).name if candidates else ""
