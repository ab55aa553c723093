"""Size of the gradient beside the size of the weights, one bar per layer that learns, on a logarithmic scale."""

from __future__ import annotations

import math
from collections.abc import Mapping

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter

from cnnviz.ui import numbers, theme
from cnnviz.ui.widgets.painted import Painted

LOWEST, HIGHEST = 1e-5, 10.0
BAND = (1e-3, 1e-1)
"""Ratios in this band learn at a healthy pace, by rule of thumb; outside it the bar turns amber."""
ROW = 20
LEFT, RIGHT, BOTTOM, LABEL = 78, 64, 18, 34


class GradientBars(Painted):
    """`clicked(node)` names the layer whose bar was clicked."""

    clicked = Signal(str)

    def __init__(self) -> None:
        super().__init__(name="gradient size per layer")
        self._ratios: dict[str, float] = {}
        self._groups: dict[str, str] = {}
        self.setMinimumHeight(90)

    def sizeHint(self) -> QSize:
        return QSize(320, max(len(self._ratios), 4) * ROW + BOTTOM)

    def set_ratios(self, ratios: Mapping[str, float], groups: Mapping[str, str]) -> None:
        """Show ‖g‖ / ‖w‖ per node; `groups` gives each node's layer group, for its colour."""
        self._ratios, self._groups = dict(ratios), dict(groups)
        outside = self.outside()
        self.speak(f"{', '.join(outside)} outside the band" if outside else "all inside the band")
        self.redraw()

    def outside(self) -> list[str]:
        """Return the layers whose ratio is outside the band."""
        return [name for name, ratio in self._ratios.items() if not BAND[0] <= ratio <= BAND[1]]

    def paint_base(self, painter: QPainter) -> None:
        height = self.height() - BOTTOM
        band = QRectF(self._x(BAND[0]), 0, self._x(BAND[1]) - self._x(BAND[0]), height)
        painter.fillRect(band, theme.color("ok_bg"))
        self._paint_scale(painter, height)
        for row, (name, ratio) in enumerate(self._ratios.items()):
            self._paint_row(painter, row, name, ratio)

    def _paint_scale(self, painter: QPainter, height: float) -> None:
        painter.setFont(theme.mono_font(9.5))
        room = self._x(1.0) - self._x(0.1)
        for power in range(-4, 1, 1 if room > LABEL else 2):
            x = self._x(10.0**power)
            painter.fillRect(QRectF(x, 0, 1, height), theme.color("line"))
            painter.setPen(theme.color("t3"))
            text = numbers.minus(f"1e{power}")
            painter.drawText(QRectF(x - 24, height, 48, BOTTOM), Qt.AlignmentFlag.AlignCenter, text)

    def _paint_row(self, painter: QPainter, row: int, name: str, ratio: float) -> None:
        top, tall = row * self._pitch, min(self._pitch - 5, 12)
        middle = top + (self._pitch - tall) / 2
        healthy = BAND[0] <= ratio <= BAND[1]
        color = theme.group_color(self._groups.get(name, "")) if healthy else theme.color("warn")
        painter.fillRect(QRectF(LEFT, middle, max(self._x(ratio) - LEFT, 1), tall), color)
        painter.setFont(theme.ui_font(11))
        painter.setPen(theme.color("t2"))
        shown = painter.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, LEFT - 10)
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(QRectF(0, top, LEFT - 8, self._pitch), right, shown)
        painter.setFont(theme.mono_font(10))
        place = QRectF(self.width() - RIGHT, top, RIGHT - 6, self._pitch)
        painter.drawText(place, right, numbers.compact(ratio, 3))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        name = self.row_at(event.position())
        if name:
            self.clicked.emit(name)

    def row_at(self, point: QPointF) -> str:
        """Return the layer under a point, or an empty text."""
        row = int(point.y() // self._pitch)
        names = list(self._ratios)
        return names[row] if 0 <= row < len(names) else ""

    @property
    def _pitch(self) -> float:
        room = (self.height() - BOTTOM) / max(len(self._ratios), 1)
        return max(9.0, min(room, 26.0))

    def _x(self, ratio: float) -> float:
        share = math.log10(min(max(ratio, LOWEST), HIGHEST) / LOWEST) / math.log10(HIGHEST / LOWEST)
        return LEFT + share * (self.width() - LEFT - RIGHT)
