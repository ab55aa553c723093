"""Chips and cards: a chip is dragged off its card to become a card, and such a card back onto it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt

from cnnviz.model.graph import Graph
from cnnviz.model.placing.cards import card_of
from cnnviz.ui.build.canvas.places import under_pointer
from cnnviz.ui.build.gestures.gestures import Gesture, MoveCards

if TYPE_CHECKING:
    from cnnviz.ui.build.canvas.canvas import Canvas
    from cnnviz.ui.build.cards.card import CardItem


class TakeOff(Gesture):
    """Drags a chip off its card; let go over the card, it stays."""

    cursor = Qt.CursorShape.SizeAllCursor

    def __init__(self, canvas: Canvas, name: str) -> None:
        super().__init__(canvas)
        self._name = name
        self._card = self.scene.cards[self.scene.faces.card_of[name]].sceneBoundingRect()
        self._result: Graph | None = None

    def move(self, point: QPointF) -> None:
        self._result = None
        if not self._card.contains(point):
            self._result = self.graph.set_apart(self._name, True, under_pointer(point))
        self.canvas.propose(self._result)

    def end(self, point: QPointF) -> None:
        result, name = self._result, self._name
        if result is None:
            self.canvas.propose(None)
        elif self.canvas.commit(f"Take {name} off its card", result):
            self.canvas.selection.set((name,))


class PutBack(MoveCards):
    """Moves a card that once was a chip; dropped onto the card that feeds it, it is one again."""

    def __init__(self, canvas: Canvas, name: str) -> None:
        super().__init__(canvas, (name,))
        self._name = name
        self._home = home_of(self.graph, name)
        self._aimed: CardItem | None = None

    def _aim(self, point: QPointF) -> None:
        super()._aim(point)
        home = self.scene.cards.get(self._home)
        over = home if home is not None and home.sceneBoundingRect().contains(point) else None
        if over is not self._aimed:
            self._mark(over)

    def end(self, point: QPointF) -> None:
        if self._aimed is None:
            super().end(point)
            return
        self._finish()
        self.canvas.commit(f"Put {self._name} onto {self._home}", self.graph.set_apart(self._name, False))

    def _finish(self) -> None:
        super()._finish()
        self._mark(None)

    def _mark(self, card: CardItem | None) -> None:
        for each, aimed in ((self._aimed, False), (card, True)):
            if each is not None:
                each.mark(aimed=aimed)
        self._aimed = card


def home_of(graph: Graph, name: str) -> str:
    """Return the head of the card on which a node would be a chip, if it were not apart; else an empty text."""
    if not graph.node(name).apart:
        return ""
    card = card_of(graph.set_apart(name, False), name)
    return card.head if card.head != name and not card.group else ""
