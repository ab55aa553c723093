"""The hand at the canvas: drags layers from the palette, pulls wires, types options."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtWidgets import QLineEdit

from cnnviz.model.graph import Edge
from cnnviz.ui.build.canvas.camera import GLIDE_MS
from cnnviz.ui.build.workspace import BuildWorkspace
from cnnviz.ui.demo.hand import Hand
from cnnviz.ui.window import MainWindow


class Bench:
    """The Build workspace of a window, worked by hand. Points of the canvas are shares (0 to 1) of its view."""

    def __init__(self, window: MainWindow, hand: Hand) -> None:
        page = window.pages.currentWidget()
        assert isinstance(page, BuildWorkspace)
        self._window, self._hand, self._page = window, hand, page
        self._canvas = page.canvas

    def drop(self, kind: str, x: float, y: float) -> str:
        """Drag a layer from the palette to the canvas; return the new node's name."""
        view = self._canvas.viewport()
        return self._drop(kind, QPoint(int(x * view.width()), int(y * view.height())))

    def drop_on_wire(self, kind: str, source: str, target: str) -> str:
        """Drag a layer from the palette onto a wire; return the new node's name."""
        cards = self._canvas.content.cards
        start = cards[source].mapToScene(cards[source].out_place())
        end = cards[target].mapToScene(cards[target].in_places()[0])
        return self._drop(kind, self._canvas.mapFromScene((start + end) / 2))

    def drop_on_card(self, kind: str, name: str) -> str:
        """Drag a layer from the palette onto a card, which puts it behind that node; return the new node's name."""
        return self._drop(kind, self._at(name, QPointF(120, 50)))

    def wire(self, source: str, target: str, port: int = 0) -> None:
        """Pull a wire from an output to an input port."""
        cards, view = self._canvas.content.cards, self._canvas.viewport()
        start = self._at(source, cards[source].out_place())
        end = self._at(target, cards[target].in_places()[port])
        self._hand.drag(view, start, view, end)
        if Edge(source, target, port) not in self._window.session.document.graph.edges:
            raise RuntimeError(f"no wire came into being from {source} to {target}")

    def select(self, name: str) -> None:
        """Click a card, or a chip on one."""
        for card in self._canvas.content.cards.values():
            for chip, place in card.chips:
                if chip == name:
                    self._hand.click(
                        self._canvas.viewport(), self._canvas.mapFromScene(card.mapToScene(place.center()))
                    )
                    return
        self._hand.click(self._canvas.viewport(), self._at(name, QPointF(60, 14)))

    def set_option(self, name: str, text: str) -> None:
        """Type a value into a field of the properties form."""
        edit = self._page.properties.fields[name].findChild(QLineEdit)
        assert edit is not None
        self._hand.click(edit)
        self._hand.key(Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
        self._hand.type(text)

    def fit(self) -> None:
        """Click an empty place of the canvas, then show everything."""
        view = self._canvas.viewport()
        self._hand.click(view, QPoint(view.width() - 12, 12))
        self._hand.key(Qt.Key.Key_F)
        self._hand.wait(GLIDE_MS + 60)

    def _drop(self, kind: str, place: QPoint) -> str:
        tree = self._page.palette_panel.tree
        before = {node.name for node in self._window.session.document.graph}
        row = tree.row_of(kind)
        assert row is not None
        tree.scrollToItem(row)
        start = tree.visualItemRect(row).center()
        self._hand.drag(tree.viewport(), start, self._canvas.viewport(), place)
        new = [node.name for node in self._window.session.document.graph if node.name not in before]
        if len(new) != 1:
            raise RuntimeError(f"dropping {kind} made {len(new)} nodes")
        return new[0]

    def _at(self, name: str, point: QPointF) -> QPoint:
        return self._canvas.mapFromScene(self._canvas.content.cards[name].mapToScene(point))
