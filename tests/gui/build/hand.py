"""A hand for the canvas: mouse and drop events at scene points."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDragMoveEvent, QDropEvent, QKeyEvent, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from cnnviz.ui.build.canvas.canvas import Canvas
from cnnviz.ui.build.cards.card import CardItem
from cnnviz.ui.build.gestures import mime

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
PLAIN = Qt.KeyboardModifier.NoModifier


class Hand:
    def __init__(self, canvas: Canvas) -> None:
        self.canvas = canvas

    def view(self, point: QPointF) -> QPoint:
        return self.canvas.mapFromScene(point)

    def _mouse(self, kind: QEvent.Type, point: QPointF, button: Qt.MouseButton, held: Qt.MouseButton) -> None:
        place = QPointF(self.view(point))
        globally = QPointF(self.canvas.viewport().mapToGlobal(place.toPoint()))
        QApplication.sendEvent(
            self.canvas.viewport(), QMouseEvent(kind, place, globally, button, held, self.modifiers)
        )

    modifiers = PLAIN

    def press(self, point: QPointF, button: Qt.MouseButton = LEFT) -> None:
        self._mouse(QEvent.Type.MouseButtonPress, point, button, button)

    def move(self, point: QPointF, held: Qt.MouseButton = LEFT) -> None:
        self._mouse(QEvent.Type.MouseMove, point, NONE, held)

    def release(self, point: QPointF, button: Qt.MouseButton = LEFT) -> None:
        self._mouse(QEvent.Type.MouseButtonRelease, point, button, NONE)

    def click(self, point: QPointF) -> None:
        self.press(point)
        self.release(point)

    def double_click(self, point: QPointF) -> None:
        self.click(point)
        self._mouse(QEvent.Type.MouseButtonDblClick, point, LEFT, LEFT)
        self.release(point)

    def carry(self, start: QPointF, end: QPointF) -> None:
        """Press and move, without letting go."""
        self.press(start)
        for step in range(1, 9):
            self.move(start + (end - start) * step / 8)

    def drag(self, start: QPointF, end: QPointF) -> None:
        self.carry(start, end)
        self.release(end)

    # -- drops from the palette ---------------------------------------------------------------------------------

    def bring(self, kind: str, point: QPointF) -> bool:
        """Carry a layer over the canvas; say whether it is taken."""
        place, copy = self.view(point), Qt.DropAction.CopyAction
        self._data = mime.layer_data(kind)
        enter = QDragEnterEvent(place, copy, self._data, LEFT, PLAIN)
        QApplication.sendEvent(self.canvas.viewport(), enter)
        move = QDragMoveEvent(place, copy, self._data, LEFT, PLAIN)
        QApplication.sendEvent(self.canvas.viewport(), move)
        return enter.isAccepted()

    def drop(self, kind: str, point: QPointF) -> None:
        assert self.bring(kind, point)
        event = QDropEvent(QPointF(self.view(point)), Qt.DropAction.CopyAction, self._data, LEFT, PLAIN)
        QApplication.sendEvent(self.canvas.viewport(), event)
        QApplication.processEvents()

    def leave(self) -> None:
        QApplication.sendEvent(self.canvas.viewport(), QDragLeaveEvent())

    # -- places and keys ----------------------------------------------------------------------------------------

    def card(self, name: str) -> CardItem:
        return self.canvas.content.cards[name]

    def middle(self, name: str) -> QPointF:
        return self.card(name).pos() + QPointF(150, 14)

    def out(self, name: str) -> QPointF:
        return self.card(name).pos() + self.card(name).out_place()

    def port(self, name: str, port: int = 0) -> QPointF:
        return self.card(name).pos() + self.card(name).in_places()[port]

    def key(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = PLAIN) -> None:
        self.canvas.setFocus()
        QTest.keyClick(self.canvas, key, modifiers)
        QApplication.processEvents()

    def key_event(self, key: Qt.Key) -> None:
        QApplication.sendEvent(self.canvas, QKeyEvent(QEvent.Type.KeyPress, key, PLAIN))
