"""The knife: a line drawn across wires cuts them, all in one step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt

from cnnviz.model.graph import Edge
from cnnviz.ui.build.cards.routing import Point
from cnnviz.ui.build.gestures.gestures import Gesture

if TYPE_CHECKING:
    from cnnviz.ui.build.canvas.canvas import Canvas

KEYS = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
"""With one of these the right button is the knife."""
STRIDE = 4.0
"""Scene pixels between two points of the cut."""


class Cut(Gesture):
    """Cuts the wires that the mouse crosses; they are gone when the button goes up."""

    cursor = Qt.CursorShape.CrossCursor

    def __init__(self, canvas: Canvas) -> None:
        super().__init__(canvas)
        self._path: tuple[QPointF, ...] = ()
        self._edges: dict[Edge, None] = {}

    def start(self, point: QPointF) -> None:
        self._path = (point,)

    def move(self, point: QPointF) -> None:
        last = self._path[-1]
        if (point - last).manhattanLength() < STRIDE:
            return
        self._path = (*self._path, point)
        blade = (last.x(), last.y()), (point.x(), point.y())
        for edge, wire in self.scene.wires.items():
            if edge not in self._edges and crosses(blade, wire.points):
                self._edges[edge] = None
                wire.mark(cut=True)
        self.canvas.show_cut(self._path)

    def end(self, point: QPointF) -> None:
        self.move(point)
        edges = self._edges
        self._finish()
        if edges:
            one = next(iter(edges))
            what = f"{one.source} from {one.target}" if len(edges) == 1 else f"{len(edges)} wires"
            faces = self.scene.faces.wires
            gone = {each for edge in edges for each in (edge, *faces[edge].twins)}
            kept = tuple(edge for edge in self.graph.edges if edge not in gone)
            self.canvas.commit(f"Cut {what}", replace(self.graph, edges=kept))

    def cancel(self) -> None:
        self._finish()

    def _finish(self) -> None:
        for edge in self._edges:
            if edge in self.scene.wires:
                self.scene.wires[edge].mark(cut=False)
        self.canvas.show_cut(())


def crosses(blade: tuple[Point, Point], wire: Sequence[Point]) -> bool:
    """Say whether a straight cut crosses a wire of straight parts."""
    return any(_meet(*blade, a, b) for a, b in pairwise(wire))


def _meet(a: Point, b: Point, c: Point, d: Point) -> bool:
    """Say whether two straight parts meet: each has the other's ends on different sides."""
    return _side(a, b, c) * _side(a, b, d) <= 0 and _side(c, d, a) * _side(c, d, b) <= 0 and a != b


def _side(a: Point, b: Point, c: Point) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
