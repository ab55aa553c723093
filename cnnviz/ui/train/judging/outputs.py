"""Answers that are no classes: how far each output is off, and what is predicted beside what is true."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPen

from cnnviz.events import Array, Fit
from cnnviz.ui import colormaps, numbers, theme
from cnnviz.ui.train.pictures import side_by_side
from cnnviz.ui.widgets.painted import Painted

LEFT, TOP, BOTTOM, SIDE = 44, 8, 22, 10
MOST_BARS = 24
CELLS = 72
"""Cells along each side of the scatter: points that lie over each other still count."""


class OutputErrors(Painted):
    """Root mean squared error of each output: bars where there are few, else a picture in the form of the answer."""

    def __init__(self) -> None:
        super().__init__(name="error of each output")
        self._errors = np.zeros(0, np.float32)
        self.setMinimumSize(180, 140)

    def sizeHint(self) -> QSize:
        return QSize(330, 240)

    def show_errors(self, per_output: Array) -> None:
        """Show mean squares in the form of one answer."""
        self._errors = np.sqrt(per_output)
        largest = float(self._errors.max()) if self._errors.size else 0.0
        self.speak(f"at most {numbers.compact(largest, 3)}")
        self.redraw()

    def paint_base(self, painter: QPainter) -> None:
        if not self._errors.size:
            return
        if self._errors.size <= MOST_BARS:
            self._paint_bars(painter)
        else:
            self._paint_picture(painter)

    def _paint_bars(self, painter: QPainter) -> None:
        errors = self._errors.ravel().tolist()
        pitch = min((self.height() - TOP) / len(errors), 28.0)
        room = self.width() - LEFT - 70
        middle = Qt.AlignmentFlag.AlignVCenter
        for number, error in enumerate(errors):
            y = TOP + number * pitch
            painter.setFont(theme.mono_font(10))
            painter.setPen(theme.color("t2"))
            place = QRectF(0, y, LEFT - 8, pitch)
            painter.drawText(place, middle | Qt.AlignmentFlag.AlignRight, str(number))
            wide = room * error / max(*errors, 1e-12)
            painter.fillRect(QRectF(LEFT, y + 3, wide, pitch - 6), theme.group_color("Pooling"))
            painter.drawText(QRectF(LEFT + wide + 6, y, 70, pitch), middle, numbers.compact(error, 3))

    def _paint_picture(self, painter: QPainter) -> None:
        picture, top = side_by_side(self._errors), float(self._errors.max())
        image = colormaps.to_image(picture, "amount", 0.0, top or 1.0)
        room = QRectF(SIDE, TOP, self.width() - 2 * SIDE, self.height() - TOP - BOTTOM)
        scale = min(room.width() / picture.shape[1], room.height() / picture.shape[0])
        wide, tall = picture.shape[1] * scale, picture.shape[0] * scale
        place = QRectF(room.center().x() - wide / 2, TOP, wide, tall)
        painter.drawImage(place, image)
        painter.setFont(theme.mono_font(9.5))
        painter.setPen(theme.color("t3"))
        words = f"root mean square, 0 to {numbers.compact(top, 3)}"
        below = QRectF(0, place.bottom() + 4, self.width(), 16)
        painter.drawText(below, Qt.AlignmentFlag.AlignCenter, words)


class Scatter(Painted):
    """Predicted against true values; on the dashed line both are the same."""

    def __init__(self) -> None:
        super().__init__(name="predicted against true")
        self._counts = np.zeros((0, 0))
        self._range = (0.0, 1.0)
        self.setMinimumSize(180, 140)

    def sizeHint(self) -> QSize:
        return QSize(330, 240)

    def show_values(self, values: Array, targets: Array) -> None:
        """Show predicted and true numbers of any equal shape."""
        true, predicted = targets.ravel(), values.ravel()
        both = np.concatenate([true, predicted])
        both = both[np.isfinite(both)]
        low, high = (float(both.min()), float(both.max())) if len(both) else (0.0, 1.0)
        self._range = (low, high if high > low else low + 1.0)
        counts, *_ = np.histogram2d(true, predicted, bins=CELLS, range=[self._range, self._range])
        self._counts = counts.T[::-1]
        self.redraw()

    def paint_base(self, painter: QPainter) -> None:
        if not self._counts.size:
            return
        area = self._area
        lifted = np.log1p(self._counts) / max(float(np.log1p(self._counts.max())), 1e-9)
        shown = np.where(self._counts > 0, 0.2 + 0.8 * lifted, 0.0)
        painter.drawImage(area, colormaps.to_image(shown, "amount", 0.0, 1.0))
        painter.setPen(QPen(theme.color("line2"), 1))
        painter.drawRect(area)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.color("t2"), 1, Qt.PenStyle.DashLine))
        painter.drawLine(area.bottomLeft(), area.topRight())
        self._paint_words(painter, area)

    def _paint_words(self, painter: QPainter, area: QRectF) -> None:
        low, high = (numbers.compact(each, 3) for each in self._range)
        painter.setFont(theme.mono_font(9.5))
        painter.setPen(theme.color("t3"))
        below = QRectF(area.left(), area.bottom() + 3, area.width(), 16)
        for text, where in ((low, "AlignLeft"), ("true", "AlignHCenter"), (high, "AlignRight")):
            painter.drawText(below, getattr(Qt.AlignmentFlag, where), text)
        right = Qt.AlignmentFlag.AlignRight
        painter.drawText(QRectF(0, area.top() - 2, LEFT - 6, 16), right, high)
        painter.drawText(QRectF(0, area.bottom() - 14, LEFT - 6, 16), right, low)
        painter.save()
        painter.translate(QPointF(LEFT - 20, area.center().y() + 30))
        painter.rotate(-90)
        painter.drawText(QRectF(0, 0, 60, 14), Qt.AlignmentFlag.AlignCenter, "predicted")
        painter.restore()

    @property
    def _area(self) -> QRectF:
        side = min(self.width() - LEFT - SIDE, self.height() - TOP - BOTTOM)
        return QRectF(LEFT + (self.width() - LEFT - SIDE - side) / 2, TOP, side, side)


def told(fit: Fit) -> str:
    """Say in a line how well answers fit: root mean squared error, and the share of the variance that is explained."""
    error = f"root mean squared error {numbers.compact(float(np.sqrt(fit.errors.mean())), 3)}"
    spread = float(fit.targets.var())
    if spread < 1e-12:
        return error
    missed = float(np.square(fit.values - fit.targets).mean())
    return (
        f"{error}, R² {numbers.fixed(1 - missed / spread, 3)} over {numbers.count(len(fit.values))} samples"
    )
