"""The histogram of all stored values, training over test, on a logarithmic height: rare values are seen too."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from cnnviz.data.survey import Histogram
from cnnviz.ui import numbers, theme
from cnnviz.ui.widgets.painted import Painted

HEIGHT, AXIS = 96, 16
ENDS = ((min, "low"), (max, "high"))


class HistogramView(Painted):
    """`read(text)` says what is under the mouse."""

    read = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, "histogram of values")
        self._found: tuple[Histogram, Histogram] | None = None
        self._at: float | None = None
        self.setFixedHeight(HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_histograms(self, found: tuple[Histogram, Histogram] | None) -> None:
        """Show the values of the training samples as an area, of the test samples as a line."""
        self._found, self._at = found, None
        self.redraw()

    def sizeHint(self) -> QSize:
        return QSize(300, HEIGHT)

    def paint_base(self, painter: QPainter) -> None:
        area = self._area()
        painter.fillRect(area, theme.color("bg2"))
        if self._found is None or not self._found[0].total:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        train, test = self._found
        outline = self._outline(train)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("wire"))
        painter.drawPolygon(outline)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(theme.color("t1"), 1))
        painter.drawPolyline(self._outline(test))
        self._paint_axis(painter, area)

    def _paint_axis(self, painter: QPainter, area: QRectF) -> None:
        assert self._found is not None
        low, high = (pick(getattr(each, end) for each in self._found if each.total) for pick, end in ENDS)
        painter.setFont(theme.mono_font(9))
        painter.setPen(theme.color("t3"))
        left, right = Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignRight
        line = QRectF(area.left(), area.bottom(), area.width(), AXIS)
        for value, side in ((low, left), (high, right)):
            painter.drawText(line, side | Qt.AlignmentFlag.AlignVCenter, numbers.compact(value, 3))
        painter.drawText(line, Qt.AlignmentFlag.AlignCenter, "share of values, logarithmic")

    def paint_over(self, painter: QPainter) -> None:
        if self._at is not None:
            area = self._area()
            painter.setPen(theme.color("cursor"))
            painter.drawLine(QPointF(self._at, area.top()), QPointF(self._at, area.bottom()))

    def _outline(self, histogram: Histogram) -> QPolygonF:
        """Return the steps of a histogram; heights are log(1 + n) of the share, from one value up."""
        area, (low, high) = self._area(), self._span()
        edges = np.repeat(histogram.edges, 2)[1:-1]
        heights = np.repeat(np.log1p(histogram.counts), 2) / np.log1p(max(histogram.total, 1))
        x = area.left() + (np.clip(edges, low, high) - low) / (high - low) * area.width()
        y = area.bottom() - heights * (area.height() - 4)
        points = [QPointF(x[0], area.bottom()), *map(QPointF, x.tolist(), y.tolist())]
        return QPolygonF([*points, QPointF(x[-1], area.bottom())]) if len(x) else QPolygonF()

    def _span(self) -> tuple[float, float]:
        """Return the lowest and the highest edge of both."""
        assert self._found is not None
        edges = [each.edges for each in self._found if len(each.counts)]
        return float(min(each[0] for each in edges)), float(max(each[-1] for each in edges))

    def _area(self) -> QRectF:
        return QRectF(0, 0, self.width(), self.height() - AXIS)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._at = event.position().x()
        self.read.emit(self._told(self._at))
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self._at = None
        self.read.emit("")
        self.update()

    def _told(self, x: float) -> str:
        if self._found is None or not self._found[0].total:
            return ""
        low, high = self._span()
        train = self._found[0]
        value = low + (x - self._area().left()) / max(self._area().width(), 1) * (high - low)
        at = int((value - train.edges[0]) // train.width)
        if not 0 <= at < len(train.counts):
            return ""
        first = numbers.compact(float(train.edges[at]), 4)
        last = numbers.compact(float(train.edges[at + 1]), 4)
        share = numbers.percent(int(train.counts[at]) / train.total, 2)
        return f"{first} to {last}: {share}" if train.width != 1 else f"{first}: {share}"
