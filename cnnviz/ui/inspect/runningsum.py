"""The running sum as a waterfall: each line starts where the one before it ended."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from cnnviz.ui import numbers, theme
from cnnviz.ui.inspect.account import Line
from cnnviz.ui.widgets.painted import Painted

ROW, LEAST_ROW = 16.0, 12.5
NUMBER = 76.0


class RunningSum(Painted):
    """Bars from left to right: orange adds, blue subtracts, grey is an offset. Hovering a bar names its spot.

    `double_clicked` carries the label of a line, and where it is.
    """

    spot_hovered = Signal(object)
    spot_clicked = Signal(object)
    double_clicked = Signal(str, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, "running sum")
        self._lines: tuple[Line, ...] = ()
        self._digits = 3
        self._wanted_row = ROW
        self._hovered: int | None = None
        self._lit: int | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)

    def show_lines(self, lines: tuple[Line, ...], digits: int) -> None:
        """Show other summands."""
        resized = len(lines) != len(self._lines)
        self._lines, self._digits = lines, digits
        total = sum(line.value for line in lines)
        self.speak(f"{len(lines)} terms, {numbers.compact(total, 5)}")
        if resized:
            self.updateGeometry()
        self.redraw()

    def set_dense(self, dense: bool) -> None:
        """Stand closer where there is little room."""
        wanted = LEAST_ROW if dense else ROW
        if wanted != self._wanted_row:
            self._wanted_row = wanted
            self.updateGeometry()

    def set_channel(self, reading: int | None, channel: int = -1) -> None:
        """Light up the line of a channel that is pointed at elsewhere."""
        found = (
            at
            for at, line in enumerate(self._lines)
            if line.spot is not None and line.spot.reading == reading and line.spot.cell[0] == channel
        )
        lit = next(found, None) if reading is not None else None
        if lit != self._lit:
            self._lit = lit
            self.update()

    def sizeHint(self) -> QSize:
        return QSize(400, round(self._wanted_row * max(len(self._lines), 1)))

    def minimumSizeHint(self) -> QSize:
        return QSize(200, round(LEAST_ROW * max(len(self._lines), 1)))

    def line_at(self, point: QPointF) -> int | None:
        """The line under a point."""
        at = int(point.y() // self._row)
        return at if 0 <= at < len(self._lines) else None

    @property
    def _row(self) -> float:
        return min(self.height() / max(len(self._lines), 1), ROW + 2)

    def _label_width(self) -> float:
        metrics = QFontMetricsF(theme.ui_font(11))
        widest = max((metrics.horizontalAdvance(line.label) for line in self._lines), default=0.0)
        return min(widest + 10, self.width() * 0.34)

    def paint_base(self, painter: QPainter) -> None:
        if not self._lines:
            return
        left = self._label_width()
        room = max(self.width() - left - NUMBER, 20.0)
        ends = [0.0]
        for line in self._lines:
            ends.append(ends[-1] + line.value)
        low, high = min(ends), max(ends)
        scale = room / (high - low) if high > low else 0.0
        zero = left + (0 - low) * scale
        painter.setPen(QPen(theme.color("line2"), 1))
        painter.drawLine(QPointF(zero, 0), QPointF(zero, self._row * len(self._lines)))
        for at, line in enumerate(self._lines):
            start, end = (left + (value - low) * scale for value in ends[at : at + 2])
            self._paint_line(painter, at, line, QRectF(min(start, end), 0, max(abs(end - start), 1), 0))

    def _paint_line(self, painter: QPainter, at: int, line: Line, bar: QRectF) -> None:
        top, height = at * self._row, self._row
        painter.setFont(theme.ui_font(11))
        painter.setPen(theme.color("t2"))
        width = self._label_width() - 10
        metrics = QFontMetricsF(theme.ui_font(11))
        text = metrics.elidedText(line.label, Qt.TextElideMode.ElideMiddle, width)
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(QRectF(0, top, width, height), right, text)
        tone = "t2" if line.spot is None and line.value else "pos" if line.value >= 0 else "neg"
        painter.fillRect(QRectF(bar.left(), top + 2, bar.width(), height - 4), theme.color(tone))
        if at + 1 < len(self._lines):
            end = bar.right() if line.value >= 0 else bar.left()
            painter.setPen(QPen(theme.color("t3", 0.6), 1))
            painter.drawLine(QPointF(end, top + height - 3), QPointF(end, top + height + 3))
        painter.setFont(theme.mono_font(10.5))
        painter.setPen(theme.color("t2"))
        value = numbers.fixed(line.value, self._digits, plus=True)
        painter.drawText(QRectF(0, top, self.width() - 2, height), right, value)

    def paint_over(self, painter: QPainter) -> None:
        for at in {self._hovered, self._lit}:
            if at is not None and at < len(self._lines):
                place = QRectF(0, at * self._row, self.width(), self._row)
                painter.fillRect(place, theme.color("cursor", 0.14))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = self.line_at(event.position())
        if at != self._hovered:
            self._hovered = at
            self.setToolTip("" if at is None else self._sentence(self._lines[at]))
            self.spot_hovered.emit(None if at is None else self._lines[at].spot)
            self.update()

    def leaveEvent(self, event: QEvent) -> None:
        if self._hovered is not None:
            self._hovered = None
            self.spot_hovered.emit(None)
            self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        at = self.line_at(event.position())
        if at is not None and self._lines[at].spot is not None:
            self.spot_clicked.emit(self._lines[at].spot)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        at = self.line_at(event.position())
        if at is not None:
            top = QRectF(0, at * self._row, self._label_width(), self._row)
            self.double_clicked.emit(self._lines[at].label, top.toRect())

    def _sentence(self, line: Line) -> str:
        return f"{line.label}: {numbers.compact(line.value, 8)}"


def example() -> QWidget:
    """The channels of one convolved value, and its bias."""
    from cnnviz.ui.inspect import demo
    from cnnviz.ui.inspect.account import lines

    widget = RunningSum()
    widget.show_lines(lines(demo.frame("conv2d")), 3)
    return widget


if __name__ == "__main__":
    from cnnviz.ui.widgets import demo as stage

    stage.run(example, (560, 220))
