"""The reliability diagram: how often the network is right when it is so sure."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPen

from cnnviz.explain.calibration import Calibration
from cnnviz.ui import numbers, theme
from cnnviz.ui.widgets.painted import Painted

LEFT, TOP, BOTTOM, COUNTS, GAP = 38, 8, 20, 34, 6
LARGEST = 320.0
RIGHT, TOO_SURE, NOT_SURE = "right answers", "too sure", "not sure enough"


class Reliability(Painted):
    """Bars are shares of right answers by confidence; what is missing or too much stands out. Below are counts."""

    def __init__(self) -> None:
        super().__init__(name="reliability diagram")
        self._found: Calibration | None = None
        self.setMinimumSize(180, 150)

    def sizeHint(self) -> QSize:
        return QSize(330, 240)

    def show_calibration(self, found: Calibration | None) -> None:
        """Show how confidence and right answers agree."""
        self._found = found
        self.speak(told(found) if found is not None else "")
        self.redraw()

    def paint_base(self, painter: QPainter) -> None:
        if self._found is None:
            return
        self._paint_axes(painter)
        for number in range(len(self._found.counts)):
            if self._found.counts[number]:
                self._paint_bin(painter, number, self._found)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.color("t2"), 1, Qt.PenStyle.DashLine))
        painter.drawLine(self._point(0, 0), self._point(1, 1))
        self._paint_key(painter)

    def _paint_axes(self, painter: QPainter) -> None:
        area = self._area
        painter.setFont(theme.mono_font(9.5))
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        for share in (0.0, 0.25, 0.5, 0.75, 1.0):
            y = round(self._point(0, share).y()) + 0.5
            painter.setPen(theme.color("line"))
            painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
            painter.setPen(theme.color("t3"))
            painter.drawText(QRectF(0, y - 8, LEFT - 6, 16), right, numbers.percent(share, 0))
        below = QRectF(area.left(), area.bottom() + GAP + COUNTS + 3, area.width(), 14)
        painter.drawText(below, Qt.AlignmentFlag.AlignLeft, "0 %")
        painter.drawText(below, Qt.AlignmentFlag.AlignHCenter, "confidence")
        painter.drawText(below, Qt.AlignmentFlag.AlignRight, "100 %")
        painter.drawText(QRectF(0, area.bottom() + GAP, LEFT - 6, COUNTS), right, "count")

    @property
    def _colors(self) -> dict[str, QColor]:
        """Return what the parts of a bar are filled with, by their names in the legend."""
        right, lighter = theme.group_color("Pooling"), theme.group_color("Pooling")
        lighter.setAlphaF(0.45)
        return {RIGHT: right, TOO_SURE: theme.color("warn", 0.55), NOT_SURE: lighter}

    def _paint_key(self, painter: QPainter) -> None:
        """Say what the colours mean, where bars are rare: right answers of which the network is not sure."""
        left, top = self._area.left() + 4, self._area.top() + 4
        painter.setFont(theme.ui_font(10))
        for line, (name, color) in enumerate(self._colors.items()):
            place = QRectF(left, top + line * 15, 9, 9)
            words = QRectF(place.right() + 5, place.top() - 3, 120, 15)
            wide = painter.fontMetrics().horizontalAdvance(name)
            painter.fillRect(words.adjusted(-16, 0, wide - 114, 0), theme.color("bg1", 0.85))
            painter.fillRect(place, color)
            painter.setPen(theme.color("t2"))
            painter.drawText(words, Qt.AlignmentFlag.AlignVCenter, name)

    def _paint_bin(self, painter: QPainter, number: int, found: Calibration) -> None:
        """Paint the share of right answers, the gap to the confidence, and below how many answers there are."""
        left, right = self._sides(number)
        share, sure = float(found.right[number]), float(found.confidence[number])
        wide, bottom = right - left, self._area.bottom()
        top, middle = self._point(0, max(share, sure)).y(), self._point(0, min(share, sure)).y()
        painter.fillRect(QRectF(left, middle, wide, bottom - middle), self._colors[RIGHT])
        gap = TOO_SURE if sure > share else NOT_SURE
        painter.fillRect(QRectF(left, top, wide, middle - top), self._colors[gap])
        tall = COUNTS * math.sqrt(found.counts[number] / found.counts.max())
        floor = bottom + GAP + COUNTS
        painter.fillRect(QRectF(left, floor - tall, right - left, tall), theme.color("t3"))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        found, share = self._found, (event.position().x() - self._area.left()) / self._area.width()
        if found is None or not 0 <= share < 1:
            self.setToolTip("")
            return
        number = int(share * len(found.counts))
        if not found.counts[number]:
            self.setToolTip("no answer was that sure")
            return
        sure, right = float(found.confidence[number]), float(found.right[number])
        count = numbers.count(int(found.counts[number]))
        self.setToolTip(
            f"{count} answers, {numbers.percent(sure, 1)} sure on average, {numbers.percent(right, 1)} of them right"
        )

    @property
    def _area(self) -> QRectF:
        tall = self.height() - TOP - BOTTOM - COUNTS - GAP
        return QRectF(LEFT, TOP, max(min(self.width() - LEFT - 12, LARGEST + 80), 10), max(tall, 10))

    def _point(self, x: float, y: float) -> QPointF:
        area = self._area
        return QPointF(area.left() + x * area.width(), area.bottom() - y * area.height())

    def _sides(self, number: int) -> tuple[float, float]:
        assert self._found is not None
        bins = len(self._found.counts)
        return self._point(number / bins, 0).x() + 1, self._point((number + 1) / bins, 0).x() - 1


def told(found: Calibration) -> str:
    """Say in a line how well a network knows what it knows: calibration error, and on which side it errs."""
    gap = found.mean_confidence - found.accuracy
    words = "too sure" if gap > 0 else "not sure enough"
    return f"Calibration error {numbers.percent(found.error, 2)}, on average {numbers.percent(abs(gap), 2)} {words}"
