"""One sample, large: a picture whose pixels can be read, or curves with the step that is to be predicted."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QMouseEvent, QPainter
from PySide6.QtWidgets import QWidget

from cnnviz.ui import colormaps, numbers, theme
from cnnviz.ui.browse.rendering import (
    Floats,
    Range,
    curve_color,
    curves_of,
    is_series,
    paint_curves,
    picture,
)
from cnnviz.ui.widgets.grid import fit
from cnnviz.ui.widgets.painted import Painted, draw_dashed, draw_ring

NOTHING = "Click a sample to see it large, with its numbers."
AXIS = 44
"""Room for the numbers at the left of curves."""


class SampleView(Painted):
    """`read(text)` says what is under the mouse; an empty text that nothing is."""

    read = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, "sample")
        self._sample: Floats | None = None
        self._answer: Floats | None = None
        self._shown: Range = (0.0, 1.0)
        self._image: QImage | None = None
        self._cell: tuple[int, int] | None = None
        self.setMinimumSize(160, 160)

    def set_sample(self, sample: Floats | None, shown: Range, answer: Floats | None = None) -> None:
        """Show a picture (C, H, W), or a sequence or vector as curves with the values that follow it."""
        self._sample, self._shown, self._answer, self._cell = sample, shown, answer, None
        self._image = None
        if sample is not None and not is_series(sample.shape):
            self._image = colormaps.to_picture(picture(sample, shown), "photo")
        self.redraw()

    def sizeHint(self) -> QSize:
        return QSize(280, 280)

    # -- painting -----------------------------------------------------------------------------------------------

    def paint_base(self, painter: QPainter) -> None:
        painter.fillRect(self.rect(), theme.color("bg2"))
        if self._image is not None:
            area = self._picture_rect()
            enlarged = area.width() >= self._image.width()
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, not enlarged)
            painter.drawImage(area, self._image)
        elif self._sample is not None:
            self._paint_series(painter)
        else:
            self._paint_nothing(painter)

    def _paint_nothing(self, painter: QPainter) -> None:
        """Say how a sample comes here."""
        area = QRectF(self.rect())
        draw_dashed(painter, area, theme.color("line2"))
        painter.setFont(theme.ui_font(12))
        painter.setPen(theme.color("t2"))
        words = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
        painter.drawText(area.adjusted(24, 0, -24, 0), words, NOTHING)

    def paint_over(self, painter: QPainter) -> None:
        if self._cell is None or self._sample is None:
            return
        if self._image is not None:
            area, (row, column) = self._picture_rect(), self._cell
            size = area.width() / self._image.width()
            cell = QRectF(area.left() + column * size, area.top() + row * size, size, size)
            draw_ring(painter, cell.adjusted(-1, -1, 1, 1), theme.color("cursor"), 1.5)
        else:
            area, steps = self._series_rect(), self._steps()
            x = area.left() + (self._cell[1] + 0.5) / steps * area.width()
            painter.setPen(theme.color("cursor"))
            painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))

    def _paint_series(self, painter: QPainter) -> None:
        """Paint the curves, and the values to predict as dots one step after them."""
        assert self._sample is not None
        curves, area = curves_of(self._sample), self._series_rect()
        low, high = self._shown
        painter.setFont(theme.mono_font(9))
        painter.setPen(theme.color("t3"))
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        for value, y in ((high, area.top()), ((low + high) / 2, area.center().y()), (low, area.bottom())):
            painter.drawText(QRectF(0, y - 8, AXIS - 5, 16), right, numbers.compact(value, 2))
        painter.setPen(theme.color("line"))
        for y in (area.top(), area.center().y(), area.bottom()):
            painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
        seen = area.adjusted(0, 0, -area.width() * (self._steps() - curves.shape[1]) / self._steps(), 0)
        paint_curves(painter, seen, curves, self._shown, 1.6)
        for channel, value in enumerate(self._following()):
            y = area.bottom() - (value - low) / (high - low) * area.height()
            painter.setBrush(curve_color(channel))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.drawEllipse(QPointF(area.right() - area.width() / self._steps() / 2, y), 4, 4)

    def _following(self) -> list[float]:
        """Return the values to predict, where there is one for each curve."""
        if self._answer is None or self._sample is None or self._sample.ndim != 2:
            return []
        return self._answer.tolist() if len(self._answer) == len(self._sample) else []

    def _steps(self) -> int:
        assert self._sample is not None
        return int(self._sample.shape[-1]) + bool(self._following())

    def _picture_rect(self) -> QRectF:
        assert self._image is not None
        found = fit(QRectF(self.rect()).adjusted(2, 2, -2, -2), self._image.height(), self._image.width())
        return found.rect

    def _series_rect(self) -> QRectF:
        return QRectF(self.rect()).adjusted(AXIS, 12, -10, -12)

    # -- pointing -----------------------------------------------------------------------------------------------

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._cell = self._cell_at(event.position())
        self.read.emit(self._told())
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self._cell = None
        self.read.emit("")
        self.update()

    def _cell_at(self, point: QPointF) -> tuple[int, int] | None:
        if self._sample is None:
            return None
        area = self._series_rect() if self._image is None else self._picture_rect()
        rows = 1 if self._image is None else self._image.height()
        columns = self._steps() if self._image is None else self._image.width()
        if not area.contains(point):
            return None
        row = int((point.y() - area.top()) / area.height() * rows)
        column = int((point.x() - area.left()) / area.width() * columns)
        return min(row, rows - 1), min(column, columns - 1)

    def _told(self) -> str:
        if self._cell is None or self._sample is None:
            return ""
        row, column = self._cell
        if self._image is not None:
            sample = self._sample if self._sample.ndim == 3 else self._sample[None]
            return f"row {row}, column {column}: {_values(sample[:, row, column])}"
        curves = curves_of(self._sample)
        if column >= curves.shape[1]:
            return f"to predict: {_values(np.array(self._following()))}"
        return f"step {column}: {_values(curves[:, column])}"


def _values(found: np.ndarray) -> str:
    return ", ".join(numbers.compact(float(value), 4) for value in found)
