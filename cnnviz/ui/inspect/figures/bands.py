"""The statistics of all channels side by side: mean and one standard deviation to each side; one is looked at."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from cnnviz.explain.trace import Array
from cnnviz.ui import numbers, theme
from cnnviz.ui.widgets.painted import Painted

LEFT, RIGHT, MARGIN = 46.0, 8.0, 8.0
WIDEST = 26.0


class Bands(Painted):
    """One standing bar per channel, from μ − σ to μ + σ, with a dot at μ. A click chooses a channel."""

    chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, "statistics of all channels")
        self._means: Array = np.zeros(0)
        self._deviations: Array = np.zeros(0)
        self._channel = 0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumHeight(36)

    def show_statistics(self, means: Array, variances: Array, channel: int) -> None:
        """Show other statistics, (C,) each."""
        self._means = np.asarray(means, np.float64)
        self._deviations = np.sqrt(np.maximum(np.asarray(variances, np.float64), 0))
        self._channel = channel
        self.speak(f"channel {channel} of {len(self._means)}")
        self.redraw()

    def sizeHint(self) -> QSize:
        return QSize(420, 110)

    @property
    def step(self) -> float:
        """Return how far one bar stands from the next."""
        return min((self.width() - LEFT - RIGHT) / max(len(self._means), 1), WIDEST)

    def paint_base(self, painter: QPainter) -> None:
        if not len(self._means):
            return
        area = QRectF(self.rect()).adjusted(LEFT, MARGIN, -RIGHT, -MARGIN)
        ends = np.nan_to_num(
            np.concatenate((self._means - self._deviations, self._means + self._deviations, [0.0]))
        )
        low, high = float(ends.min()), float(ends.max())
        span = (high - low) or 1.0

        def place(value: float) -> float:
            return area.bottom() - (value - low) / span * area.height()

        painter.setPen(QPen(theme.color("line2"), 1))
        painter.drawLine(QPointF(area.left(), place(0)), QPointF(area.right(), place(0)))
        painter.setFont(theme.mono_font(9.5))
        painter.setPen(theme.color("t3"))
        for value in {low, high}:
            spot = QRectF(0, min(max(place(value) - 7, 0), self.height() - 14), LEFT - 6, 14)
            side = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(spot, side, numbers.compact(value, 3))
        width = max(self.step - 2, 1.0)
        for at, (mean, deviation) in enumerate(zip(self._means, self._deviations, strict=True)):
            color = theme.color("cursor") if at == self._channel else theme.group_color("Normalisation")
            left, top = area.left() + at * self.step, place(mean + deviation)
            painter.setOpacity(1.0 if at == self._channel else 0.55)
            painter.fillRect(QRectF(left, top, width, max(place(mean - deviation) - top, 1.0)), color)
            painter.setOpacity(1.0)
            painter.fillRect(QRectF(left, place(mean) - 1, width, 2), theme.color("t1"))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        at = int((event.position().x() - LEFT) // self.step)
        if 0 <= at < len(self._means):
            self.chosen.emit(at)


def example() -> QWidget:
    """Sixteen channels."""
    random, widget = np.random.default_rng(0), Bands()
    widget.show_statistics(random.normal(0, 1, 16), random.random(16), 3)
    return widget


if __name__ == "__main__":
    from cnnviz.ui.widgets import demo as stage

    stage.run(example, (460, 120))
