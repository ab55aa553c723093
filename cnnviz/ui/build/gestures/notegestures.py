"""Gestures on notes and frames that cards don't know: dragging a corner."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt

from cnnviz.model.groups.notes import note_of, resize_note
from cnnviz.ui.build.canvas.places import snapped
from cnnviz.ui.build.gestures.gestures import Gesture

if TYPE_CHECKING:
    from cnnviz.ui.build.canvas.canvas import Canvas


class ResizeNote(Gesture):
    """Drags the lower right corner of a note or frame."""

    cursor = Qt.CursorShape.SizeFDiagCursor

    def __init__(self, canvas: Canvas, name: str) -> None:
        super().__init__(canvas)
        self._name = name
        self._resized = self.graph

    def start(self, point: QPointF) -> None:
        self._grip = point
        self._corner = note_of(self.graph, self._name).size

    def move(self, point: QPointF) -> None:
        offset = point - self._grip
        size = snapped(self._corner[0] + offset.x(), self._corner[1] + offset.y())
        self._resized = resize_note(self.graph, self._name, size)
        self.canvas.propose(self._resized)

    def end(self, point: QPointF) -> None:
        self.canvas.commit(f"Resize {self._name}", self._resized)
