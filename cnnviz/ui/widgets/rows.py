"""Painted rows that light up under the pointer and say what they are."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF
from PySide6.QtGui import QMouseEvent, QPainter
from PySide6.QtWidgets import QWidget

from cnnviz.ui import theme
from cnnviz.ui.widgets.painted import Painted


class PaintedRows(Painted):
    """Subclasses say where the rows lie, and what each one says."""

    def __init__(self, parent: QWidget | None = None, name: str = "") -> None:
        super().__init__(parent, name)
        self._hovered: int | None = None

    def row_at(self, point: QPointF) -> int | None:
        """The row under a point; None where there is none."""
        raise NotImplementedError

    def row_rect(self, row: int) -> QRectF:
        """Where a row is shown."""
        raise NotImplementedError

    def sentence(self, row: int) -> str:
        """What a row says while the pointer rests on it."""
        raise NotImplementedError

    def paint_over(self, painter: QPainter) -> None:
        if self._hovered is not None:
            painter.fillRect(self.row_rect(self._hovered), theme.color("cursor", 0.12))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        row = self.row_at(event.position())
        if row != self._hovered:
            self._hovered = row
            self.setToolTip("" if row is None else self.sentence(row))
            self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self._hovered = None
        self.update()
