"""How the values of an output are spread, as bars in the colours of the values."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from cnnviz.events import Array
from cnnviz.ui import colormaps, numbers, theme
from cnnviz.ui.widgets.painted import Painted

BARS = 40
FLOOR = 14
"""Room for the numbers below the bars."""


class Histogram(Painted):
    """Bars over the range of values, roots of counts; exact zeros (after a ReLU) are counted in words only."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, "histogram of output values")
        self._counts = np.zeros(0)
        self._edges = np.zeros(0)
        self.setFixedHeight(64)

    def show_values(self, values: Array) -> str:
        """Show an output's values, and return their summary in words."""
        finite = values[np.isfinite(values)].ravel()
        if finite.size == 0:
            self._counts = np.zeros(0)
            self.redraw()
            return "no finite values"
        zero = float((finite == 0).mean())
        low, high = float(min(finite.min(), 0.0)), float(max(finite.max(), 0.0))
        if high == low:
            high = low + 1.0
        self._counts, self._edges = np.histogram(finite[finite != 0], BARS, (low, high))
        summary = f"mean {numbers.fixed(float(finite.mean()), 2)} · {100 * zero:.0f} % zero"
        self.speak(summary)
        self.redraw()
        return summary

    def sizeHint(self) -> QSize:
        return QSize(240, 64)

    def paint_base(self, painter: QPainter) -> None:
        if not self._counts.size:
            return
        reach = float(np.abs(self._edges).max())
        tallest = max(float(np.sqrt(self._counts).max()), 1.0)
        step = self.width() / len(self._counts)
        room = self.height() - FLOOR
        for place, count in enumerate(self._counts):
            height = room * float(np.sqrt(count)) / tallest
            middle = float(self._edges[place] + self._edges[place + 1]) / 2
            color = colormaps.color_at("value", middle, -reach, reach)
            bar = QRectF(place * step, room - height, max(step - 1, 1), height)
            painter.fillRect(bar, color)
            if height >= 1:  # values near zero have the colour of the canvas
                painter.fillRect(QRectF(bar.left(), bar.top(), bar.width(), 1), theme.color("t3"))
        painter.setPen(theme.color("line2"))
        painter.drawLine(0, room, self.width(), room)
        self._paint_numbers(painter)

    def _paint_numbers(self, painter: QPainter) -> None:
        painter.setFont(theme.mono_font(9.5))
        painter.setPen(theme.color("t3"))
        below = QRectF(0, self.height() - FLOOR + 1, self.width(), FLOOR - 1)
        low, high = float(self._edges[0]), float(self._edges[-1])
        painter.drawText(below, Qt.AlignmentFlag.AlignLeft, numbers.fixed(low, 2) if low else "0")
        painter.drawText(below, Qt.AlignmentFlag.AlignRight, numbers.fixed(high, 2) if high else "0")
