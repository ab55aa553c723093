"""How well each class is recognised: a curve per class over the epochs, and a bar for the moment looked at."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPen, QPolygonF

from cnnviz.events import Array
from cnnviz.ui import numbers, theme
from cnnviz.ui.widgets.painted import Painted

LEFT, TOP, BOTTOM, BARS, GAP = 34, 8, 20, 132, 14
NAME, BAR = 52, 34
LEAST_PITCH, LARGEST_PITCH = 11.0, 24.0
BELOW = 0.1
"""So far below the worst class of the moment the axis begins; what was worse before lies on its edge."""


class ClassCurves(Painted):
    """`clicked(class)` is emitted by bars; the class that is pointed at, or clicked last, stands out."""

    clicked = Signal(int)

    def __init__(self) -> None:
        super().__init__(name="recall of each class")
        self._epochs, self._recalls = np.zeros(0), np.zeros((0, 0))
        self._now = np.zeros(0)
        self._at = 0.0
        self._classes: Sequence[str] = ()
        self._selected: int | None = None
        self._hovered: int | None = None
        self.setMinimumSize(220, 140)

    def sizeHint(self) -> QSize:
        return QSize(330, 240)

    def show_recalls(
        self, epochs: Array, recalls: Array, now: Array, at: float, classes: Sequence[str]
    ) -> None:
        """Show recalls (J, K) at epochs (J,); `now` (K,) is that of the moment looked at, at epoch `at`."""
        same = np.array_equal(epochs, self._epochs) and np.array_equal(now, self._now, equal_nan=True)
        if same and at == self._at:
            return
        self._epochs, self._recalls, self._now, self._at, self._classes = epochs, recalls, now, at, classes
        if self._selected is not None and self._selected >= len(now):
            self._selected = None
        self.redraw()

    def set_selected(self, number: int | None) -> None:
        """Let a class stand out; emits nothing."""
        self._selected = number
        if number is not None and number < len(self._now):
            self.speak(self._sentence(number))
        self.update()

    @property
    def selected(self) -> int | None:
        """Return the class that was clicked last."""
        return self._selected

    @property
    def shown(self) -> list[int]:
        """Return the classes that have a bar: all, or the worst ones where there is no room for all."""
        room = int((self.height() - TOP - BOTTOM) // LEAST_PITCH)
        if len(self._now) <= room:
            return list(range(len(self._now)))
        return sorted(np.argsort(np.nan_to_num(self._now, nan=2.0), kind="stable")[:room].tolist())

    # -- painting -----------------------------------------------------------------------------------------------------

    def paint_base(self, painter: QPainter) -> None:
        if not len(self._now):
            return
        self._paint_axes(painter)
        for number in range(self._recalls.shape[1]):
            self._paint_curve(painter, number, QPen(theme.color("t3", 0.55), 1))
        for row, number in enumerate(self.shown):
            self._paint_bar(painter, row, number)

    def paint_over(self, painter: QPainter) -> None:
        number = self._hovered if self._hovered is not None else self._selected
        if number is None or number >= len(self._now):
            return
        self._paint_curve(painter, number, QPen(theme.color("cursor"), 2))
        if number in self.shown:
            row = self._row(self.shown.index(number))
            painter.setPen(QPen(theme.color("cursor"), 1))
            painter.drawRoundedRect(row.adjusted(-3, 0.5, 0, -0.5), 3, 3)

    def _paint_axes(self, painter: QPainter) -> None:
        area = self._area
        painter.setFont(theme.mono_font(9.5))
        low = self._low
        for share in np.linspace(low, 1.0, 5).tolist():
            y = round(self._y(share)) + 0.5
            painter.setPen(theme.color("line"))
            painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
            painter.setPen(theme.color("t3"))
            place = QRectF(0, y - 8, LEFT - 6, 16)
            right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(place, right, numbers.percent(share, 0))
        x = round(self._x(self._at)) + 0.5
        painter.setPen(QPen(theme.color("cursor"), 1, Qt.PenStyle.DashLine))
        painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
        painter.setPen(theme.color("t3"))
        below = QRectF(area.left(), area.bottom() + 4, area.width(), 14)
        last = float(self._epochs[-1]) if len(self._epochs) else self._at
        painter.drawText(below, Qt.AlignmentFlag.AlignLeft, "0")
        painter.drawText(below, Qt.AlignmentFlag.AlignRight, f"epoch {numbers.compact(last, 3)}")

    def _paint_curve(self, painter: QPainter, number: int, pen: QPen) -> None:
        if self._recalls.shape[0] < 1 or number >= self._recalls.shape[1]:
            return
        values = self._recalls[:, number]
        points = [
            QPointF(self._x(epoch), self._y(value))
            for epoch, value in zip(self._epochs.tolist(), values.tolist(), strict=True)
            if math.isfinite(value)
        ]
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(pen)
        painter.drawPolyline(QPolygonF(points))
        if len(points) == 1:
            painter.setBrush(pen.color())
            painter.drawEllipse(points[0], 2, 2)
            painter.setBrush(Qt.BrushStyle.NoBrush)

    def _paint_bar(self, painter: QPainter, row: int, number: int) -> None:
        place, share = self._row(row), float(self._now[number])
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.setFont(theme.ui_font(10))
        painter.setPen(theme.color("t2"))
        name = self._classes[number] if number < len(self._classes) else str(number)
        shown = painter.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, NAME - 6)
        painter.drawText(QRectF(place.left(), place.top(), NAME - 4, place.height()), middle, shown)
        bar = QRectF(place.left() + NAME, place.center().y() - 3, BAR, 6)
        painter.fillRect(bar, theme.color("bg4"))
        if not math.isfinite(share):
            return
        bar.setWidth(BAR * share)
        painter.fillRect(bar, theme.color("warn") if number == self._worst else theme.group_color("Pooling"))
        painter.setFont(theme.mono_font(10))
        rest = QRectF(place.left() + NAME + BAR, place.top(), BARS - NAME - BAR, place.height())
        painter.drawText(rest, middle | Qt.AlignmentFlag.AlignRight, numbers.fixed(100 * share, 1))

    # -- pointing -----------------------------------------------------------------------------------------------------

    def class_at(self, point: QPointF) -> int | None:
        """Return the class whose bar is under a point."""
        found = [n for row, n in enumerate(self.shown) if self._row(row).contains(point)]
        return found[0] if found else None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        found = self.class_at(event.position())
        if found != self._hovered:
            self._hovered = found
            self.setToolTip(self._sentence(found) if found is not None else "")
            self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self._hovered = None
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        found = self.class_at(event.position())
        if found is not None:
            self.set_selected(None if found == self._selected else found)
            self.clicked.emit(found)

    def _sentence(self, number: int) -> str:
        name = self._classes[number] if number < len(self._classes) else str(number)
        return f"{name}: {numbers.percent(float(self._now[number]), 1)} recognised"

    # -- places -------------------------------------------------------------------------------------------------------

    @property
    def _area(self) -> QRectF:
        return QRectF(LEFT, TOP, max(self.width() - LEFT - BARS - GAP, 10), self.height() - TOP - BOTTOM)

    @property
    def _low(self) -> float:
        finite = self._now[np.isfinite(self._now)]
        lowest = float(finite.min()) if len(finite) else 0.0
        return max(math.floor((lowest - BELOW) * 10) / 10, 0.0)

    @property
    def _worst(self) -> int:
        return int(np.nan_to_num(self._now, nan=2.0).argmin()) if len(self._now) else -1

    def _x(self, epoch: float) -> float:
        last = max(float(self._epochs[-1]) if len(self._epochs) else 0.0, self._at, 1e-9)
        return self._area.left() + self._area.width() * min(epoch / last, 1.0)

    def _y(self, share: float) -> float:
        low = self._low
        return self._area.bottom() - self._area.height() * max((share - low) / (1.0 - low), 0.0)

    def _row(self, row: int) -> QRectF:
        pitch = min(max((self.height() - TOP - BOTTOM) / max(len(self.shown), 1), LEAST_PITCH), LARGEST_PITCH)
        return QRectF(self.width() - BARS, TOP + row * pitch, BARS, pitch)
