"""How many samples of each class go to training, validation and test, as bars; a click chooses a class."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import QSizePolicy, QWidget

from cnnviz.ui import numbers, theme
from cnnviz.ui.browse.places import ALL, PARTS, TONES
from cnnviz.ui.widgets.painted import ARROWS
from cnnviz.ui.widgets.rows import PaintedRows

ROW, NUMBER, BAR, LEGEND = 18, 52, 9, 22
NARROWEST, WIDEST = 24, 110
"""The column of the names."""


class ClassBalance(PaintedRows):
    """`chosen(label)` on a click or an arrow key; the chosen class again means all (−1)."""

    chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, "class balance")
        self._counts = np.zeros((3, 0), np.int64)
        self._names: Sequence[str] = ()
        self._name_width = float(NARROWEST)
        self._selected = ALL
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_counts(self, counts: np.ndarray, names: Sequence[str]) -> None:
        """Show counts (3, classes): training, validation, test."""
        self._counts, self._names = counts, names
        metrics = QFontMetricsF(theme.ui_font(11, 600))
        widest = max((metrics.horizontalAdvance(name) for name in names), default=0.0)
        self._name_width = min(max(widest + 14, NARROWEST), WIDEST)
        self.setFixedHeight(LEGEND + max(len(names), 1) * ROW)
        self.redraw()

    def set_selected(self, label: int) -> None:
        """Mark the class that is chosen, or none."""
        self._selected = label
        self.speak(self.sentence(label) if label != ALL else "")
        self.redraw()

    def sizeHint(self) -> QSize:
        return QSize(300, self.height())

    def row_rect(self, row: int) -> QRectF:
        """The line of a class."""
        return QRectF(0, LEGEND + row * ROW, self.width(), ROW)

    def paint_base(self, painter: QPainter) -> None:
        self._paint_legend(painter)
        totals = self._counts.sum(axis=0)
        most = max(int(totals.max(initial=0)), 1)
        for at, name in enumerate(self._names):
            self._paint_row(painter, at, name, most)

    def _paint_legend(self, painter: QPainter) -> None:
        painter.setFont(theme.ui_font(10))
        x = 0.0
        for part, tone in TONES.items():
            painter.fillRect(QRectF(x, 5, 8, 8), theme.color(tone))
            text = f"{PARTS[part].lower()} {numbers.count(int(self._counts[part].sum()))}"
            painter.setPen(theme.color("t2"))
            width = QFontMetricsF(painter.font()).horizontalAdvance(text)
            painter.drawText(QRectF(x + 12, 0, width + 2, 18), Qt.AlignmentFlag.AlignVCenter, text)
            x += width + 26

    def _paint_row(self, painter: QPainter, at: int, name: str, most: int) -> None:
        row = self.row_rect(at)
        if at == self._selected:
            painter.fillRect(row, theme.color("acc_bg"))
        font = theme.ui_font(11, 600 if at == self._selected else 400)
        painter.setFont(font)
        painter.setPen(theme.color("t1" if at == self._selected else "t2"))
        shown = QFontMetricsF(font).elidedText(name, Qt.TextElideMode.ElideRight, self._name_width - 10)
        painter.drawText(QRectF(2, row.top(), self._name_width, ROW), Qt.AlignmentFlag.AlignVCenter, shown)
        x, room = self._name_width, row.width() - self._name_width - NUMBER
        for part, tone in TONES.items():
            width = room * int(self._counts[part, at]) / most
            painter.fillRect(QRectF(x, row.top() + (ROW - BAR) / 2, width, BAR), theme.color(tone))
            x += width
        painter.setFont(theme.mono_font(10))
        painter.setPen(theme.color("t2"))
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        total = numbers.count(int(self._counts[:, at].sum()))
        painter.drawText(QRectF(row.right() - NUMBER, row.top(), NUMBER - 2, ROW), right, total)

    def row_at(self, point: QPointF) -> int | None:
        """The class under a point."""
        at = int((point.y() - LEGEND) // ROW)
        return at if point.y() >= LEGEND and at < len(self._names) else None

    def mousePressEvent(self, event: QMouseEvent) -> None:
        row = self.row_at(event.position())
        if row is not None:
            self.chosen.emit(ALL if row == self._selected else row)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = ARROWS.get(Qt.Key(event.key()), (0, 0))[0]
        if step and 0 <= self._selected + step < len(self._names):
            self.chosen.emit(self._selected + step)
        else:
            super().keyPressEvent(event)

    def sentence(self, row: int) -> str:
        """How many samples of a class there are in each part."""
        parts = [f"{numbers.count(int(self._counts[part, row]))} {PARTS[part].lower()}" for part in TONES]
        return f"{self._names[row]}: {', '.join(parts)}"
