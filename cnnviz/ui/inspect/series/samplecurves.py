"""A sequence of few features as curves above each other, and the part of it that a value depends on."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPen

from cnnviz.data import Dataset
from cnnviz.explain import Box
from cnnviz.explain.trace import Array
from cnnviz.ui import theme
from cnnviz.ui.browse.rendering import curve_color
from cnnviz.ui.widgets.axes import SMALL, Axes, limits, paint_axes, paint_line
from cnnviz.ui.widgets.painted import Painted, draw_dashed

LEFT, RIGHT, TOP, BETWEEN, BOTTOM = 42.0, 10.0, 8.0, 12.0, 20.0
DOT = 3.5


class SampleCurves(Painted):
    """Shows (features, steps); behind the last step a ring where the series went on."""

    def __init__(self) -> None:
        super().__init__(None, "sample")
        self._rows: Array = np.zeros((0, 1), np.float32)
        self._names: Sequence[str] = ()
        self._next: Sequence[float | None] = ()
        self._field: Box | None = None
        self._spotted: tuple[int, int] | None = None
        self.setMinimumHeight(120)

    def show_sample(self, rows: Array, names: Sequence[str], following: Sequence[float | None]) -> None:
        """Show a sequence, what its features are called, and what came next of each, where that is known."""
        self._rows, self._names, self._next = rows, names, following
        self.speak(", ".join(names))
        self.redraw()

    def set_field(self, field: Box | None) -> None:
        """Frame the steps that the value depends on: a box (features, steps)."""
        self._field = field
        self.update()

    def set_spotted(self, steps: tuple[int, int] | None) -> None:
        """Mark the steps that the cell under the pointer comes from, from the first to one after the last."""
        self._spotted = steps
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(280, 200)

    def _axes(self) -> list[Axes]:
        count, steps = self._rows.shape
        height = (self.height() - TOP - BOTTOM - BETWEEN * (count - 1)) / max(count, 1)
        behind = any(value is not None for value in self._next)
        found = []
        for at, row in enumerate(self._rows):
            rect = QRectF(LEFT, TOP + at * (height + BETWEEN), self.width() - LEFT - RIGHT, height)
            following = self._next[at] if at < len(self._next) else None
            y = limits(row, np.array([row[0] if following is None else following]))
            found.append(Axes(rect, (-0.5, steps - 0.5 + behind), y))
        return found

    def paint_base(self, painter: QPainter) -> None:
        found = self._axes()
        for at, (axes, row) in enumerate(zip(found, self._rows, strict=True)):
            last = axes is found[-1]
            paint_axes(painter, axes, (lambda step: str(round(step))) if last else None, gap=44.0)
            paint_line(painter, axes, np.arange(len(row)), row, curve_color(at), 1.6)
            following = self._next[at] if at < len(self._next) else None
            if following is not None:
                self._paint_next(painter, axes, len(row), following)
            if at < len(self._names):
                painter.setFont(theme.ui_font(SMALL, 600))
                painter.setPen(theme.color("t2"))
                room = int(axes.rect.width()) - 16
                name = painter.fontMetrics().elidedText(self._names[at], Qt.TextElideMode.ElideRight, room)
                width = painter.fontMetrics().horizontalAdvance(name) + 8
                painter.fillRect(
                    QRectF(axes.rect.left() + 1, axes.rect.top(), width, 15), theme.color("bg2", 0.85)
                )
                painter.drawText(QPointF(axes.rect.left() + 5, axes.rect.top() + 12), name)

    def _paint_next(self, painter: QPainter, axes: Axes, step: int, value: float) -> None:
        place = QPointF(axes.left_of(step), axes.top_of(value))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.color("t1"), 1.4))
        painter.drawEllipse(place, DOT, DOT)
        left = axes.left_of(step - 0.5)
        painter.setPen(QPen(theme.color("t2"), 1, Qt.PenStyle.DashLine))
        painter.drawLine(QLineF(left, axes.rect.top(), left, axes.rect.bottom()))

    def paint_over(self, painter: QPainter) -> None:
        field, spotted = self._field, self._spotted
        for at, axes in enumerate(self._axes()):
            if field is not None and len(field) == 2 and field[0][0] <= at < field[0][1]:
                draw_dashed(painter, _span(axes, *field[1]), theme.color("cursor"))
            if spotted is not None:
                painter.fillRect(_span(axes, *spotted), theme.color("cursor", 0.3))


def in_units(
    image: Array, answer: Array | None, dataset: Dataset | None
) -> tuple[Array, tuple[str, ...], list[float | None]]:
    """Return a sample's rows in the units of its series, their names, and what came next of each, if it is known."""
    rows = np.atleast_2d(image)
    timeline = dataset.timeline if dataset is not None else None
    if timeline is None or len(timeline.names) != len(rows):
        return rows, (), []
    following: list[float | None] = [None] * len(rows)
    if answer is not None and answer.shape == (len(timeline.predicted),):
        for column, value in zip(timeline.predicted, timeline.in_units(answer).tolist(), strict=True):
            following[column] = value
    return rows * timeline.scale[:, None] + timeline.mean[:, None], timeline.names, following


def _span(axes: Axes, first: int, end: int) -> QRectF:
    left, right = axes.left_of(first - 0.5), axes.left_of(end - 0.5)
    return QRectF(left, axes.rect.top(), right - left, axes.rect.height())
