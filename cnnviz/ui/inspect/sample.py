"""The sample as a picture and as a pad to draw on, each with a dashed frame around what a value depends on."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QWidget

from cnnviz.explain import Box
from cnnviz.explain.trace import Array
from cnnviz.ui import theme
from cnnviz.ui.widgets.digitpad import DigitPad
from cnnviz.ui.widgets.grid import Grid
from cnnviz.ui.widgets.heatmap import HeatMap
from cnnviz.ui.widgets.painted import draw_dashed


class SamplePicture(HeatMap):
    """The sample in its own colours, with a dashed frame around what the value depends on."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, "sample", "photo")
        self._field: Box | None = None
        self._shares: QImage | None = None
        self.set_axes(False)
        self.set_values(False)

    def _paint_lines(self, painter: QPainter, grid: Grid) -> None:
        """Leave the picture whole: lines between its cells would darken bright strokes."""

    def set_field(self, field: Box | None) -> None:
        """Frame the box of the sample that the value depends on."""
        self._field = field
        self.update()

    def set_shares(self, shares: Array | None) -> None:
        """Lay how much each pixel moves the value over the picture; None shows the picture alone."""
        self._shares = _veil(shares) if shares is not None else None
        self.update()

    def paint_over(self, painter: QPainter) -> None:
        if self._shares is not None:
            painter.drawImage(self.grid().rect, self._shares)
        super().paint_over(painter)
        _paint_field(painter, self.grid(), self._field)


class Pad(DigitPad):
    """The drawing pad, with the same dashed frame."""

    def __init__(self) -> None:
        super().__init__()
        self._field: Box | None = None

    def set_field(self, field: Box | None) -> None:
        """Frame the box of the drawing that the value depends on."""
        self._field = field
        self.update()

    def paint_over(self, painter: QPainter) -> None:
        super().paint_over(painter)
        _paint_field(painter, self.grid(), self._field)


def _veil(shares: Array) -> QImage:
    """Return shares (rows, columns) as the cursor's colour, the denser the more a pixel counts."""
    sizes = np.abs(np.nan_to_num(shares)).astype(np.float64)
    sizes /= sizes.max() or 1.0
    color = theme.color("cursor")
    words = (np.round(215 * np.sqrt(sizes)).astype(np.uint32) << 24) | np.uint32(color.rgb() & 0xFFFFFF)
    image = QImage(words.shape[1], words.shape[0], QImage.Format.Format_ARGB32)
    rows = np.frombuffer(image.bits(), np.uint32).reshape(words.shape)
    rows[:] = words
    return image


def _paint_field(painter: QPainter, grid: Grid, field: Box | None) -> None:
    if field is None or len(field) < 3:
        return
    (top, bottom), (left, right) = field[-2:]
    if bottom - top == grid.rows and right - left == grid.columns:
        return  # a frame around everything says nothing
    rect: QRectF = grid.cell_rect(top, left, bottom - top, right - left)
    draw_dashed(painter, rect, theme.color("cursor"))
