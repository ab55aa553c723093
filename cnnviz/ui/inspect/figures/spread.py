"""Where a value lies among others: their histogram, the mean, one standard deviation to each side, the value."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from cnnviz.explain.trace import Array
from cnnviz.ui import numbers, theme
from cnnviz.ui.widgets.painted import Painted

LEFT, RIGHT, TOP, BOTTOM = 12.0, 12.0, 24.0, 34.0
MOST_BINS = 48


class Spread(Painted):
    """A histogram of `values` under a band from μ − σ to μ + σ; `x` is the value that is looked at.

    Mean and deviation need not be those of the values: batch norm has counted them over the training batches.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, "spread")
        self._values: Array = np.zeros(0)
        self._mean, self._deviation, self._x = 0.0, 1.0, 0.0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumHeight(56)

    def show_values(self, values: Array, mean: float, deviation: float, x: float) -> None:
        """Show other values; those that are no numbers are left out."""
        flat = np.asarray(values, np.float64).ravel()
        self._values = flat[np.isfinite(flat)]
        self._mean, self._deviation, self._x = mean, deviation, x
        self.speak(
            f"mean {numbers.compact(mean)}, deviation {numbers.compact(deviation)}, value {numbers.compact(x)}"
        )
        self.redraw()

    def sizeHint(self) -> QSize:
        return QSize(420, 180)

    @property
    def ends(self) -> tuple[float, float]:
        """Return the numbers at both ends of the axis: all values, and the band, lie between them."""
        marks = [self._mean - 1.5 * self._deviation, self._mean + 1.5 * self._deviation, self._x]
        if self._values.size:
            marks += [float(self._values.min()), float(self._values.max())]
        known = [mark for mark in marks if math.isfinite(mark)] or [0.0]
        low, high = min(known), max(known)
        margin = (high - low) * 0.03 or 1.0
        return low - margin, high + margin

    def paint_base(self, painter: QPainter) -> None:
        area = QRectF(self.rect()).adjusted(LEFT, TOP, -RIGHT, -BOTTOM)
        if area.width() < 40 or area.height() < 20 or not math.isfinite(self._mean + self._deviation):
            return
        low, high = self.ends

        def place(value: float) -> float:
            return area.left() + (value - low) / (high - low) * area.width()

        painter.fillRect(area, theme.color("bg2"))
        first, last = place(self._mean - self._deviation), place(self._mean + self._deviation)
        painter.fillRect(QRectF(first, area.top(), last - first, area.height()), theme.color("bg4"))
        self._paint_bars(painter, area, low, high)
        painter.setFont(theme.mono_font(10))
        for value, name, tone in (
            (self._mean - self._deviation, "μ − σ", "t3"),
            (self._mean, "μ", "t1"),
            (self._mean + self._deviation, "μ + σ", "t3"),
        ):
            painter.setPen(QPen(theme.color(tone), 1, Qt.PenStyle.DashLine))
            painter.drawLine(QPointF(place(value), area.top()), QPointF(place(value), area.bottom()))
            painter.setPen(theme.color("t2"))
            below = QRectF(place(value) - 45, area.bottom() + 3, 90, 14)
            painter.drawText(below, Qt.AlignmentFlag.AlignCenter, name)
            painter.setPen(theme.color("t3"))
            number = numbers.compact(value, 3)
            painter.drawText(below.translated(0, 14), Qt.AlignmentFlag.AlignCenter, number)
        if math.isfinite(self._x):
            self._paint_value(painter, area, place(self._x))

    def _paint_bars(self, painter: QPainter, area: QRectF, low: float, high: float) -> None:
        if not self._values.size:
            return
        bins = min(max(int(math.sqrt(self._values.size)), 8), MOST_BINS)
        counts, _ = np.histogram(self._values, bins, (low, high))
        width, color = area.width() / bins, theme.group_color("Normalisation")
        for at, count in enumerate(counts.tolist()):
            height = area.height() * 0.92 * count / max(counts.max(), 1)
            bar = QRectF(area.left() + at * width, area.bottom() - height, max(width - 1, 1), height)
            painter.fillRect(bar, color)

    def _paint_value(self, painter: QPainter, area: QRectF, x: float) -> None:
        painter.setPen(QPen(theme.color("cursor"), 2))
        painter.drawLine(QPointF(x, area.top() - 4), QPointF(x, area.bottom()))
        painter.setFont(theme.mono_font(11))
        text = f"x = {numbers.compact(self._x, 4)}"
        width = painter.fontMetrics().horizontalAdvance(text) + 4.0
        left = min(max(x - width / 2, 0.0), self.width() - width)
        painter.drawText(QRectF(left, 2, width, 16), Qt.AlignmentFlag.AlignCenter, text)


def example() -> QWidget:
    """Some values around 0.4."""
    widget = Spread()
    values = np.random.default_rng(0).normal(0.4, 1.0, 400)
    widget.show_values(values, 0.4, 1.0, 1.6)
    return widget


if __name__ == "__main__":
    from cnnviz.ui.widgets import demo as stage

    stage.run(example, (460, 200))
