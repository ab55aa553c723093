"""The colour scale that belongs to every map: low, 0, high, and what the range covers."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter
from PySide6.QtWidgets import QSizePolicy, QWidget

from cnnviz.ui import colormaps, numbers, theme
from cnnviz.ui.widgets.painted import Painted

BAR_HEIGHT = 8
BAR_WIDTH = 112


class Legend(Painted):
    """A bar from `low` to `high`, "0" marked inside, and a label such as "conv2, layer range"."""

    def __init__(self, parent: QWidget | None = None, colormap: str = "value", label: str = "") -> None:
        super().__init__(parent, label)
        self._colormap, self._label, self._range = colormap, label, (-1.0, 1.0)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._speak()

    def set_scale(
        self, low: float, high: float, label: str | None = None, colormap: str | None = None
    ) -> None:
        """Show another range; label and colour map stay when not given."""
        before = (self._range, self._label, self._colormap)
        self._range = (low, high)
        self._label = self._label if label is None else label
        self._colormap = colormap or self._colormap
        if before == (self._range, self._label, self._colormap):
            return  # asked ten times a second while it trains
        self._speak()
        self.updateGeometry()
        self.redraw()

    def sizeHint(self) -> QSize:
        ends = sum(self._text_width(numbers.compact(end, 3)) for end in self._range)
        label = QFontMetricsF(theme.ui_font(10)).horizontalAdvance(self._label)
        return QSize(round(ends + BAR_WIDTH + 12 + (label + 16 if self._label else 0)), 26)

    def minimumSizeHint(self) -> QSize:
        return QSize(120, 26)

    def paint_base(self, painter: QPainter) -> None:
        low, high = self._range
        bar = self._paint_ends(painter, numbers.compact(low, 3), numbers.compact(high, 3))
        ramp = np.linspace(0, 1, round(bar.width() * self.devicePixelRatioF()))[None]
        painter.drawImage(bar, colormaps.to_image(ramp, self._colormap, 0, 1))
        if low < 0 < high:
            self._paint_zero(painter, bar, bar.left() + bar.width() * -low / (high - low))

    def _paint_ends(self, painter: QPainter, low: str, high: str) -> QRectF:
        """Write both numbers and the label; returns the place of the bar between them."""
        painter.setFont(theme.mono_font(10))
        painter.setPen(theme.color("t2"))
        start, end = self._text_width(low), self._text_width(high)
        label_font = theme.ui_font(10)
        label_width = QFontMetricsF(label_font).horizontalAdvance(self._label) + 16 if self._label else 0.0
        room = self.width() - start - end - 12
        width = max(min(BAR_WIDTH, room - label_width), 32)
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(QRectF(0, 0, start + 2, 16), middle, low)
        bar = QRectF(round(start + 6), 4, round(width), BAR_HEIGHT)
        painter.drawText(QRectF(bar.right() + 6, 0, end + 2, 16), middle, high)
        painter.setFont(label_font)
        painter.setPen(theme.color("t3"))
        rest = QRectF(bar.right() + end + 12, 0, self.width() - bar.right() - end - 12, 16)
        text = QFontMetricsF(label_font).elidedText(self._label, Qt.TextElideMode.ElideRight, rest.width())
        painter.drawText(rest, middle | Qt.AlignmentFlag.AlignRight, text)
        return bar

    def _paint_zero(self, painter: QPainter, bar: QRectF, x: float) -> None:
        painter.setPen(theme.color("t3"))
        painter.drawLine(round(x), round(bar.bottom()), round(x), round(bar.bottom()) + 2)
        painter.setFont(theme.mono_font(9))
        painter.drawText(QRectF(x - 8, bar.bottom() + 3, 16, 12), Qt.AlignmentFlag.AlignCenter, "0")

    def _text_width(self, text: str) -> float:
        return QFontMetricsF(theme.mono_font(10)).horizontalAdvance(text)

    def _speak(self) -> None:
        low, high = (numbers.compact(end, 3) for end in self._range)
        self.setAccessibleName(f"colour scale from {low} to {high} {self._label}".strip())


def example() -> QWidget:
    """One legend of each map."""
    from PySide6.QtWidgets import QVBoxLayout

    widget = QWidget()
    layout = QVBoxLayout(widget)
    for name in colormaps.MAPS:
        legend = Legend(colormap=name)
        low = -5.7 if colormaps.is_diverging(name) else 0.0
        legend.set_scale(low, 5.7 if low else 1.0, f"{name}, layer range")
        layout.addWidget(legend)
    return widget


if __name__ == "__main__":
    from cnnviz.ui.widgets import demo

    demo.run(example, (420, 260))
