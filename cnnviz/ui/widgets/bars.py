"""Class probabilities as bars: name, bar, p, and the logit where wanted."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QMouseEvent, QPainter
from PySide6.QtWidgets import QSizePolicy, QWidget

from cnnviz.ui import numbers, theme
from cnnviz.ui.widgets.rows import PaintedRows

ROW = 21
NUMBER_WIDTH, LOGIT_WIDTH, GAP = 46.0, 56.0, 10.0
HEADER = 16


class ProbabilityBars(PaintedRows):
    """One row per class; the most probable is orange, the true class has a mark. Rows can be clicked."""

    clicked = Signal(int)

    def __init__(self, parent: QWidget | None = None, name: str = "class probabilities") -> None:
        super().__init__(parent, name)
        self._classes: Sequence[str] = ()
        self._values = np.zeros(0)
        self._logits: np.ndarray | None = None
        self._truth: int | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)

    def set_values(
        self,
        probabilities: np.ndarray,
        classes: Sequence[str] | None = None,
        logits: np.ndarray | None = None,
        truth: int | None = None,
    ) -> None:
        """Show (K,) probabilities; class names stay when not given, at first they are 0, 1, 2 ..."""
        resized = len(probabilities) != len(self._values) or (logits is None) != (self._logits is None)
        self._values, self._logits, self._truth = np.asarray(probabilities), logits, truth
        if classes is not None:
            self._classes = classes
        elif len(self._classes) != len(probabilities):
            self._classes = [str(index) for index in range(len(probabilities))]
        if len(probabilities) and np.isfinite(self._values).all():
            best = int(self._values.argmax())
            self.speak(f"{self._classes[best]}, {numbers.probability(float(self._values[best]))}")
        if resized:
            self.updateGeometry()
        self.redraw()

    def row_at(self, point: QPointF) -> int | None:
        """The class under a point."""
        row = int((point.y() - self._header) // self._row)
        return row if point.y() >= self._header and row < len(self._values) else None

    @property
    def count(self) -> int:
        """How many classes are shown."""
        return len(self._values)

    def row_rect(self, row: int) -> QRectF:
        """Where a class is shown."""
        return QRectF(0, self._header + row * self._row, self.width(), self._row)

    def sizeHint(self) -> QSize:
        return QSize(280, round(self._header + ROW * max(len(self._values), 1)))

    def minimumSizeHint(self) -> QSize:
        return QSize(160, round(self._header + 13 * max(len(self._values), 1)))

    @property
    def _header(self) -> int:
        return HEADER if self._logits is not None else 0

    @property
    def _row(self) -> float:
        room = (self.height() - self._header) / max(len(self._values), 1)
        return float(min(max(room, 12), 26))

    def paint_base(self, painter: QPainter) -> None:
        if not len(self._values):
            return
        if self._logits is not None:
            self._paint_header(painter)
        metrics = QFontMetricsF(theme.ui_font(11))
        name_width = min(max(metrics.horizontalAdvance(name) for name in self._classes), self.width() * 0.3)
        finite = np.nan_to_num(self._values, nan=-1.0)
        best = int(finite.argmax())
        for row in range(len(self._values)):
            self._paint_row(painter, row, name_width, row == best)

    def _paint_header(self, painter: QPainter) -> None:
        painter.setFont(theme.mono_font(9.5))
        painter.setPen(theme.color("t3"))
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop
        painter.drawText(QRectF(0, 0, self.width() - 2, HEADER), right, "logit")
        painter.drawText(QRectF(0, 0, self.width() - 2 - LOGIT_WIDTH, HEADER), right, "p")

    def _paint_row(self, painter: QPainter, row: int, name_width: float, best: bool) -> None:
        value = float(self._values[row])
        top, height = self._header + row * self._row, self._row
        is_true = row == self._truth
        tone = theme.color("t1" if best else "t2")
        painter.setFont(theme.ui_font(11, 600 if best else 400))
        painter.setPen(theme.color("ok") if is_true else tone)
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        name = painter.fontMetrics().elidedText(
            self._classes[row], Qt.TextElideMode.ElideRight, round(name_width)
        )
        painter.drawText(QRectF(8, top, name_width + 1, height), Qt.AlignmentFlag.AlignVCenter, name)
        numbers_width = NUMBER_WIDTH + (LOGIT_WIDTH if self._logits is not None else 0)
        bar = QRectF(
            8 + name_width + GAP,
            top + height / 2 - 5,
            self.width() - name_width - numbers_width - 10 - GAP,
            10,
        )
        self._paint_bar(painter, bar, value, best)
        painter.setFont(theme.mono_font(10.5, 600 if best else 400))
        painter.setPen(theme.color("t1" if value >= 0.01 else "t3"))
        end = self.width() - 2 - (LOGIT_WIDTH if self._logits is not None else 0)
        painter.drawText(QRectF(0, top, end, height), right, numbers.probability(value))
        if self._logits is not None:
            painter.setPen(theme.color("t2"))
            text = numbers.fixed(float(self._logits[row]), 2)
            painter.drawText(QRectF(0, top, self.width() - 2, height), right, text)
        if is_true:
            painter.fillRect(QRectF(0, top + height / 2 - 6, 3, 12), theme.color("ok"))

    def _paint_bar(self, painter: QPainter, bar: QRectF, value: float, best: bool) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(theme.color("bg4"))
        painter.drawRoundedRect(bar, 2, 2)
        share = min(max(value, 0.0), 1.0) if np.isfinite(value) else 0.0
        painter.setBrush(theme.color("pos" if best else "t3"))
        painter.drawRoundedRect(
            QRectF(bar.left(), bar.top(), max(bar.width() * share, 1), bar.height()), 2, 2
        )
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        row = self.row_at(event.position())
        if row is not None:
            self.clicked.emit(row)

    def sentence(self, row: int) -> str:
        """The probability of a class, and whether it is the label."""
        text = f"{self._classes[row]}: {numbers.compact(float(self._values[row]), 6)}"
        return text + (", the label of this image" if row == self._truth else "")


def example() -> QWidget:
    """Ten classes with logits, the third most probable."""
    logits = np.array([-5.28, -2.17, 3.64, -9.96, -0.07, -4.41, -4.87, -6.91, -5.78, -8.21])
    widget = ProbabilityBars()
    shares = np.exp(logits) / np.exp(logits).sum()
    widget.set_values(shares, logits=logits, truth=2)
    return widget


if __name__ == "__main__":
    from cnnviz.ui.widgets import demo

    demo.run(example, (360, 280))
