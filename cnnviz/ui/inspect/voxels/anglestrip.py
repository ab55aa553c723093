"""The answer over the angle: a row for each class, a column for each angle, as dense as the class is probable."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QBrush, QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QWidget

from cnnviz.ui import colormaps, numbers, theme
from cnnviz.ui.widgets.painted import Painted

AXIS, ROW, LARGEST_LABEL, MOST_ROWS = 18, 13, 56, 12


class AngleStrip(Painted):
    """Shows probabilities (angles, classes), NaN where not yet known. `chosen` carries an angle in degrees."""

    chosen = Signal(float)
    ground = "bg1"

    def __init__(self, angles: Sequence[float], parent: QWidget | None = None) -> None:
        super().__init__(parent, "class probabilities over the angle")
        self.angles = tuple(angles)
        self.angle = 0.0
        self._names: tuple[str, ...] = ()
        self._values = np.zeros((len(self.angles), 0), np.float32)

    def set_values(self, values: np.ndarray, names: Sequence[str]) -> None:
        """Show other probabilities."""
        self._values, self._names = np.asarray(values, np.float32), tuple(names)
        self.setMinimumHeight(min(len(self._names), MOST_ROWS) * ROW + AXIS)
        self.updateGeometry()
        self.redraw()

    def set_angle(self, angle: float) -> None:
        """Mark the angle that is looked at."""
        self.angle = angle
        self.speak(f"at {angle:g} degrees")
        self.update()

    def best(self) -> list[str]:
        """Return the name of the likeliest class at each angle; empty where it is not yet known."""
        if not self._names:
            return [""] * len(self.angles)
        known = [bool(np.isfinite(row).all()) for row in self._values]
        places = np.nan_to_num(self._values).argmax(axis=1)
        return [self._names[at] if there else "" for at, there in zip(places, known, strict=True)]

    def sizeHint(self) -> QSize:
        return QSize(260, max(len(self._names), 4) * ROW + AXIS)

    def area(self) -> QRectF:
        """Return where the cells lie."""
        metrics = self.fontMetrics()
        label = max((metrics.horizontalAdvance(name) for name in self._names), default=0)
        left = min(label, LARGEST_LABEL) + 8.0
        return QRectF(left, 0, max(self.width() - left - 4, 1), max(self.height() - AXIS, 1))

    def paint_base(self, painter: QPainter) -> None:
        area, classes = self.area(), len(self._names)
        if not classes:
            return
        known = np.isfinite(self._values)
        image = colormaps.to_image(np.where(known, self._values, 0).T, "amount", 0.0, 1.0)
        painter.drawImage(area, image)
        wide, high = area.width() / len(self.angles), area.height() / classes
        for column in np.flatnonzero(~known.all(axis=1)).tolist():
            hatched = QRectF(area.left() + column * wide, area.top(), wide, area.height())
            painter.fillRect(hatched, theme.color("bg1"))
            painter.fillRect(hatched, QBrush(theme.color("line2", 0.6), Qt.BrushStyle.BDiagPattern))
        painter.setPen(theme.color("t2"))
        painter.setFont(theme.mono_font(9.5))
        for at, name in enumerate(self._names):
            box = QRectF(0, area.top() + at * high, area.left() - 6, high)
            text = painter.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, int(box.width()))
            painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)
        self._paint_axis(painter, area)

    def _paint_axis(self, painter: QPainter, area: QRectF) -> None:
        first, last = self.angles[0], self.angles[-1]
        for angle in (first, first / 2, 0.0, last / 2, last):
            right = self._place(angle, area)
            painter.drawLine(QPointF(right, area.bottom() + 1), QPointF(right, area.bottom() + 4))
            box = QRectF(min(max(right - 20, 0), self.width() - 40), area.bottom() + 4, 40, AXIS - 4)
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, f"{numbers.compact(angle, 3)}°")

    def paint_over(self, painter: QPainter) -> None:
        area = self.area()
        right = self._place(self.angle, area)
        painter.setPen(QPen(theme.color("cursor"), 2))
        painter.drawLine(QPointF(right, area.top()), QPointF(right, area.bottom()))

    def _place(self, angle: float, area: QRectF) -> float:
        """Return where an angle lies: the first and the last in the middle of their columns."""
        wide = area.width() / len(self.angles)
        share = (angle - self.angles[0]) / (self.angles[-1] - self.angles[0])
        return area.left() + wide / 2 + share * (area.width() - wide)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._choose(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._choose(event)

    def _choose(self, event: QMouseEvent) -> None:
        area = self.area()
        at = int((event.position().x() - area.left()) / area.width() * len(self.angles))
        self.chosen.emit(self.angles[min(max(at, 0), len(self.angles) - 1)])

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
            return
        nearest = int(np.abs(np.array(self.angles) - self.angle).argmin()) + step
        self.chosen.emit(self.angles[min(max(nearest, 0), len(self.angles) - 1)])
