"""The strips of all layers, one below the other, with the moment that is looked at."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap, QPolygonF

from cnnviz.events import Array
from cnnviz.ui import colormaps, theme
from cnnviz.ui.train.judging.spreads import Strip
from cnnviz.ui.widgets.scrolled import Scrolled

NAME, RIGHT, AXIS, GAP = 72, 44, 18, 5
LOWEST, HIGHEST = 30.0, 64.0
"""Heights of a strip."""


class LayerStrips(Scrolled):
    """`clicked(node)` names the layer whose strip was clicked. Steps run from left to right, one column per census."""

    clicked = Signal(str)

    def __init__(self) -> None:
        super().__init__(name="layers over the training")
        self._strips: list[Strip] = []
        self._steps: Sequence[int] = ()
        self._at: int | None = None
        self._picture: QPixmap | None = None
        self._look: tuple[object, ...] = ()
        self.setMinimumHeight(100)

    def sizeHint(self) -> QSize:
        return QSize(420, 240)

    def show_strips(self, strips: list[Strip], steps: Sequence[int], at: int | None) -> None:
        """Show strips over these steps; `at` is the place of the one that is looked at."""
        self._strips, self._steps, self._at = strips, steps, at
        self._picture = None
        names = ", ".join(f"{each.node} {each.words}".strip() for each in strips)
        self.setAccessibleName(f"layers over the training: {names}")
        self.update_scroll()

    def content_height(self) -> float:
        return len(self._strips) * self._pitch + AXIS

    def line_height(self) -> float:
        return self._pitch

    def strip_at(self, point: QPointF) -> Strip | None:
        """Return the strip under a point of the viewport."""
        row = int((point.y() + self.top()) // self._pitch)
        return self._strips[row] if 0 <= row < len(self._strips) else None

    def mousePressEvent(self, event: QMouseEvent) -> None:
        found = self.strip_at(event.position())
        if found is not None:
            self.clicked.emit(found.node)

    # -- painting -----------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.drawPixmap(0, 0, self._painted())
        painter.end()

    def _painted(self) -> QPixmap:
        """Return the visible strips as a picture; painted anew only when they look different."""
        view = self.viewport()
        look = (view.size(), view.devicePixelRatioF(), theme.current().name, self.top())
        if self._picture is None or look != self._look:
            self._look, self._picture = look, QPixmap(view.size() * view.devicePixelRatioF())
            self._picture.setDevicePixelRatio(view.devicePixelRatioF())
            self._picture.fill(Qt.GlobalColor.transparent)
            painter = QPainter(self._picture)
            painter.translate(0, -self.top())
            self._paint(painter)
            painter.end()
        return self._picture

    def _paint(self, painter: QPainter) -> None:
        first, last = self.top() // self._pitch, (self.top() + self.viewport().height()) // self._pitch
        for row, strip in enumerate(self._strips):
            if first <= row <= last:
                area = QRectF(NAME, row * self._pitch, self._width, self._pitch - GAP)
                self._paint_name(painter, strip, area)
                self._paint_strip(painter, strip, area)
                self._paint_words(painter, strip, area)
        if self._strips:
            self._paint_axis(painter)

    def _paint_name(self, painter: QPainter, strip: Strip, area: QRectF) -> None:
        painter.fillRect(QRectF(0, area.center().y() - 3, 6, 6), theme.group_color(strip.group))
        painter.setFont(theme.ui_font(11))
        painter.setPen(theme.color("t1"))
        shown = painter.fontMetrics().elidedText(strip.node, Qt.TextElideMode.ElideRight, NAME - 18)
        place = QRectF(12, area.top(), NAME - 12, area.height())
        painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, shown)

    def _paint_strip(self, painter: QPainter, strip: Strip, area: QRectF) -> None:
        painter.fillRect(area, theme.color("bg2"))
        if strip.shares is not None:
            # the root lets the tails be seen, too: many activations are exactly 0
            lifted = np.cbrt(strip.shares / max(float(strip.shares.max()), 1e-12))
            painter.drawImage(area, colormaps.to_image(lifted, "amount", 0.0, 1.0))
        elif strip.line is not None:
            tone = theme.color("warn") if not strip.healthy else theme.group_color(strip.group)
            self._paint_line(painter, strip.line, area, tone)

    def _paint_line(self, painter: QPainter, line: Array, area: QRectF, tone: QColor) -> None:
        wide = area.width() / len(line)
        points = []
        for at, value in enumerate(line.tolist()):
            if value == value:  # noqa: PLR0124 (not NaN: a layer that was not counted then)
                y = area.bottom() - 2 - (area.height() - 4) * min(max(value, 0.0), 1.0)
                points += [QPointF(area.left() + at * wide, y), QPointF(area.left() + (at + 1) * wide, y)]
        painter.setPen(QPen(tone, 1.5))
        painter.drawPolyline(QPolygonF(points))

    def _paint_words(self, painter: QPainter, strip: Strip, area: QRectF) -> None:
        """Write the ends of the range beside the strip, and what holds at the moment looked at."""
        place = QRectF(area.right() + 5, area.top() - 1, RIGHT - 6, area.height() + 2)
        left = Qt.AlignmentFlag.AlignLeft
        painter.setFont(theme.mono_font(9))
        painter.setPen(theme.color("t3"))
        painter.drawText(place, left | Qt.AlignmentFlag.AlignTop, strip.high)
        painter.drawText(place, left | Qt.AlignmentFlag.AlignBottom, strip.low)
        if strip.words:
            painter.setFont(theme.mono_font(10))
            painter.setPen(theme.color("t1" if strip.healthy else "warn"))
            painter.drawText(place, left | Qt.AlignmentFlag.AlignVCenter, strip.words)

    def _paint_axis(self, painter: QPainter) -> None:
        bottom = len(self._strips) * self._pitch
        if self._at is not None and self._steps:
            wide = self._width / len(self._steps)
            x = NAME + (self._at + 0.5) * wide
            painter.setPen(QPen(theme.color("cursor"), 1, Qt.PenStyle.DashLine))
            painter.drawLine(QPointF(x, 0), QPointF(x, bottom - GAP))
        painter.setFont(theme.mono_font(9.5))
        painter.setPen(theme.color("t3"))
        place = QRectF(NAME, bottom - 3, self._width, AXIS)
        painter.drawText(place, Qt.AlignmentFlag.AlignLeft, f"step {self._steps[0]:,}")
        painter.drawText(place, Qt.AlignmentFlag.AlignRight, f"{self._steps[-1]:,}")

    @property
    def _width(self) -> float:
        return max(self.viewport().width() - NAME - RIGHT, 20)

    @property
    def _pitch(self) -> float:
        room = (self.viewport().height() - AXIS) / max(len(self._strips), 1)
        return min(max(room, LOWEST), HIGHEST)
