"""The forecast as curves, a plot per column: past, truth, what is foreseen, the rules of thumb, the window seen."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, QLineF, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPen

from cnnviz.data.series.outlook import LAST, PERIOD
from cnnviz.ui import numbers, theme
from cnnviz.ui.inspect.series.course import Course
from cnnviz.ui.widgets.axes import SMALL, Axes, limits, paint_axes, paint_band, paint_keys, paint_line
from cnnviz.ui.widgets.painted import Painted

LEFT, RIGHT, TOP, BETWEEN, BOTTOM = 54.0, 14.0, 22.0, 20.0, 22.0
LEAST_PLOT, MOST_COLUMNS = 70.0, 8
PAST_WINDOWS = 2
"""How many windows of the past are shown at least; as much as lies ahead, where that is more."""
MOST_BEYOND = 1.5
"""A forecast that goes astray leaves the picture so far beyond the range of what was."""
DATE_GAP = 120.0
DASHED, DOTTED = Qt.PenStyle.DashLine, Qt.PenStyle.DotLine
TONES = {LAST: ("warn", DOTTED), PERIOD: ("warn", DASHED)}


class ForecastPlot(Painted):
    """`hovered` carries a step of the series, or None; `chosen` a step of the forecast that was clicked."""

    ground = "bg1"
    hovered = Signal(object)
    chosen = Signal(int)

    def __init__(self) -> None:
        super().__init__(None, "forecast")
        self._course: Course | None = None
        self._step = 0
        self._pointed: int | None = None
        self._rules = True
        self.setMinimumSize(320, 180)

    # -- what is shown ------------------------------------------------------------------------------------------

    def show_course(self, course: Course | None, step: int) -> None:
        """Show a forecast up to one of its steps, not included."""
        self._course, self._step = course, step
        if course is not None:
            self.speak(f"{step} of {course.outlook.steps} steps")
        self.redraw()

    def show_rules(self, shown: bool) -> None:
        """Show the rules of thumb, or not."""
        self._rules = shown
        self.redraw()

    def point_at(self, step: int | None) -> None:
        """Show the pointer of a linked plot, on a step of the series; emits nothing."""
        self._pointed = step
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(760, 380)

    def axes(self) -> list[Axes]:
        """Return the axes of each predicted column."""
        course = self._course
        if course is None:
            return []
        first, last = self._span(course)
        count = min(len(course.names), MOST_COLUMNS)
        height = (self.height() - TOP - BOTTOM - BETWEEN * (count - 1)) / count
        found = []
        for column in range(count):
            past = course.past[first:, column]
            usual, y = limits(past, course.truth[:, column]), limits(past, *course.lines_of(column))
            room = MOST_BEYOND * (usual[1] - usual[0])
            y = max(y[0], usual[0] - room), min(y[1], usual[1] + room)
            rect = QRectF(LEFT, TOP + column * (height + BETWEEN), self.width() - LEFT - RIGHT, height)
            found.append(Axes(rect, (first, last), y))
        return found

    def _span(self, course: Course) -> tuple[int, int]:
        outlook = course.outlook
        shown = max(PAST_WINDOWS * outlook.length, outlook.steps)
        return max(outlook.now - shown, 0), outlook.now + outlook.steps - 1

    # -- painting -----------------------------------------------------------------------------------------------

    def paint_base(self, painter: QPainter) -> None:
        course = self._course
        if course is None:
            return
        found = self.axes()
        for column, axes in enumerate(found):
            dated = course.outlook.timeline.dates is not None
            below = self._moment if axes is found[-1] else None
            paint_axes(painter, axes, below, gap=DATE_GAP if dated else 90.0)
            painter.save()
            painter.setClipRect(axes.rect)
            self._paint_window(painter, axes, course)
            self._paint_lines(painter, axes, course, column)
            painter.restore()
            self._paint_name(painter, axes, course.names[column])
        self._paint_now(painter, found, course)
        self._paint_keys(painter, course)

    def _moment(self, step: float) -> str:
        assert self._course is not None
        timeline = self._course.outlook.timeline
        return timeline.moment(round(step)) if timeline.dates is not None else numbers.count(round(step))

    def _paint_window(self, painter: QPainter, axes: Axes, course: Course) -> None:
        """Shade what the network sees for the step that comes next."""
        first, end = course.window_at(min(self._step, course.outlook.steps - 1))
        left, right = axes.left_of(first - 0.5), axes.left_of(end - 0.5)
        painter.fillRect(
            QRectF(left, axes.rect.top(), right - left, axes.rect.height()), theme.color("cursor_bg", 0.5)
        )

    def _paint_lines(self, painter: QPainter, axes: Axes, course: Course, column: int) -> None:
        now, first, step = course.outlook.now, self._span(course)[0], self._step
        ahead = now + np.arange(step)
        if course.band is not None:
            low, high = course.band
            paint_band(
                painter, axes, ahead, low[:step, column], high[:step, column], theme.color("acc", 0.24)
            )
        truth = course.truth[:, column]
        past = course.past[first:, column]
        joined = np.concatenate([past[-1:], truth])
        paint_line(painter, axes, now - 1 + np.arange(len(joined)), joined, theme.color("t2", 0.6), 1.2)
        paint_line(painter, axes, first + np.arange(len(past)), past, theme.color("t1"), 1.5)
        if self._rules:
            for name, line in course.rules.items():
                tone, style = TONES[name]
                paint_line(
                    painter, axes, ahead, line[:step, column], theme.color(tone, 0.8), 1.2, style=style
                )
        said = np.concatenate([past[-1:], course.line[:step, column]])
        paint_line(painter, axes, now - 1 + np.arange(len(said)), said, theme.color("acc"), 2)

    def _paint_name(self, painter: QPainter, axes: Axes, name: str) -> None:
        painter.setFont(theme.ui_font(11, 600))
        painter.setPen(theme.color("t2"))
        room = axes.rect.width() / 2
        text = painter.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, int(room))
        width = painter.fontMetrics().horizontalAdvance(text) + 10
        painter.fillRect(
            QRectF(axes.rect.left() + 1, axes.rect.top() + 1, width, 17), theme.color("bg2", 0.85)
        )
        painter.drawText(QPointF(axes.rect.left() + 6, axes.rect.top() + 14), text)

    def _paint_now(self, painter: QPainter, found: list[Axes], course: Course) -> None:
        left = found[0].left_of(course.outlook.now - 0.5)
        painter.setPen(QPen(theme.color("t1"), 1, DASHED))
        painter.drawLine(QLineF(left, TOP - 4, left, found[-1].rect.bottom()))
        painter.setFont(theme.mono_font(SMALL))
        painter.drawText(QPointF(left + 5, found[0].rect.bottom() - 5), "now")

    def _paint_keys(self, painter: QPainter, course: Course) -> None:
        keys = [("past", theme.color("t1"), Qt.PenStyle.SolidLine)]
        if len(course.truth):
            keys.append(("what came", theme.color("t2", 0.6), Qt.PenStyle.SolidLine))
        keys.append(("forecast", theme.color("acc"), Qt.PenStyle.SolidLine))
        if self._rules:
            keys += [(name, theme.color(TONES[name][0]), TONES[name][1]) for name in course.rules]
        paint_keys(painter, QPointF(LEFT, 14), keys)

    def paint_over(self, painter: QPainter) -> None:
        course, step = self._course, self._pointed
        if course is None or step is None:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for column, axes in enumerate(self.axes()):
            left = axes.left_of(step)
            painter.setPen(QPen(theme.color("cursor"), 1, DASHED))
            painter.drawLine(QLineF(left, axes.rect.top(), left, axes.rect.bottom()))
            self._paint_reading(painter, axes, self._reading(course, step, column), left)

    def _reading(self, course: Course, step: int, column: int) -> str:
        """Say what the curves are at a step of the series."""
        ahead = step - course.outlook.now
        if ahead < 0:
            return numbers.compact(float(course.past[step, column]))
        said = []
        if ahead < self._step:
            said.append(f"forecast {numbers.compact(float(course.line[ahead, column]))}")
        if ahead < len(course.truth):
            said.append(f"came {numbers.compact(float(course.truth[ahead, column]))}")
        return ", ".join(said)

    def _paint_reading(self, painter: QPainter, axes: Axes, text: str, left: float) -> None:
        if not text:
            return
        painter.setFont(theme.mono_font(10))
        width = painter.fontMetrics().horizontalAdvance(text) + 12
        start = left + 6 if left + 6 + width < axes.rect.right() else left - 6 - width
        box = QRectF(start, axes.rect.top() + 4, width, 18)
        painter.setPen(QPen(theme.color("cursor"), 1))
        painter.setBrush(theme.color("bg3"))
        painter.drawRoundedRect(box, 4, 4)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(theme.color("t1"))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)

    # -- pointing -----------------------------------------------------------------------------------------------

    def step_at(self, point: QPointF) -> int | None:
        """Return the step of the series at a place; None beside the plots."""
        axes = next((each for each in self.axes() if each.rect.contains(point)), None)
        if axes is None or self._course is None:
            return None
        first, last = self._span(self._course)
        return min(max(round(axes.x_at(point.x())), first), last)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        step = self.step_at(event.position())
        if step != self._pointed:
            self.point_at(step)
            self.hovered.emit(step)
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._choose(step)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton:
            self._choose(self.step_at(event.position()))

    def leaveEvent(self, event: QEvent) -> None:
        self.point_at(None)
        self.hovered.emit(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        by = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()), 0)
        if by and self._course is not None:
            self.chosen.emit(min(max(self._step + by, 0), self._course.outlook.steps))
        else:
            super().keyPressEvent(event)

    def _choose(self, step: int | None) -> None:
        if step is not None and self._course is not None:
            self.chosen.emit(max(step - self._course.outlook.now + 1, 0))
