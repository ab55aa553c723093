"""How far a forecast is off, step by step, beside the rules of thumb."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, QLineF, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPen

from cnnviz.ui import numbers, theme
from cnnviz.ui.inspect.series.course import NETWORK, Course
from cnnviz.ui.inspect.series.forecastplot import TONES
from cnnviz.ui.widgets.axes import Axes, limits, paint_axes, paint_line
from cnnviz.ui.widgets.painted import Painted

LEFT, RIGHT, TOP, BOTTOM = 46.0, 16.0, 8.0, 20.0


class ErrorPlot(Painted):
    """|error| of each step of one column; `hovered` carries a step of the series, or None."""

    ground = "bg1"
    hovered = Signal(object)

    def __init__(self) -> None:
        super().__init__(None, "error of each step")
        self._course: Course | None = None
        self._step = self._column = 0
        self._pointed: int | None = None
        self.setMinimumSize(180, 90)

    def show_course(self, course: Course | None, step: int, column: int) -> None:
        """Show a column's errors up to a step, not included."""
        self._course, self._step, self._column = course, step, column
        self.redraw()

    def point_at(self, step: int | None) -> None:
        """Show the pointer of a linked plot, on a step of the series; emits nothing."""
        self._pointed = step
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(300, 130)

    def _axes(self, course: Course) -> Axes:
        sizes = [np.abs(each[:, self._column]) for each in course.errors.values()]
        rect = QRectF(LEFT, TOP, self.width() - LEFT - RIGHT, self.height() - TOP - BOTTOM)
        return Axes(rect, (1, max(course.outlook.steps, 2)), limits(*sizes, zero=True))

    def paint_base(self, painter: QPainter) -> None:
        course = self._course
        if course is None:
            return
        axes = self._axes(course)
        paint_axes(painter, axes, lambda step: numbers.count(round(step)), gap=60.0)
        known = min(self._step, len(course.truth), course.known)
        if not len(course.truth):
            painter.setPen(theme.color("t3"))
            painter.drawText(axes.rect, Qt.AlignmentFlag.AlignCenter, "What will come is not known.")
            return
        steps = 1 + np.arange(known)
        for name, errors in course.errors.items():
            tone, style = TONES.get(name, ("acc", Qt.PenStyle.SolidLine))
            width = 1.8 if name == NETWORK else 1.1
            sizes = np.abs(errors[:known, self._column])
            paint_line(painter, axes, steps, sizes, theme.color(tone, 0.9), width, style=style)

    def paint_over(self, painter: QPainter) -> None:
        course, pointed = self._course, self._pointed
        if course is None or pointed is None or pointed < course.outlook.now:
            return
        axes = self._axes(course)
        left = axes.left_of(pointed - course.outlook.now + 1)
        painter.setPen(QPen(theme.color("cursor"), 1, Qt.PenStyle.DashLine))
        painter.drawLine(QLineF(left, axes.rect.top(), left, axes.rect.bottom()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        course = self._course
        if course is None:
            return
        axes = self._axes(course)
        inside = axes.rect.contains(QPointF(event.position()))
        ahead = min(max(round(axes.x_at(event.position().x())) - 1, 0), course.outlook.steps - 1)
        step = course.outlook.now + ahead if inside else None
        self.point_at(step)
        self.hovered.emit(step)

    def leaveEvent(self, event: QEvent) -> None:
        self.point_at(None)
        self.hovered.emit(None)
