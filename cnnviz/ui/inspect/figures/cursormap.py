"""A map with a cursor: an image as cells, a single row as a curve over its axis, and the value in a bubble."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QPainter, QPen
from PySide6.QtWidgets import QWidget

from cnnviz.ui import numbers, theme
from cnnviz.ui.widgets.axes import ticks
from cnnviz.ui.widgets.curvetile import height_at, is_curve, paint_curve
from cnnviz.ui.widgets.grid import Cell, Grid
from cnnviz.ui.widgets.heatmap import HeatMap
from cnnviz.ui.widgets.painted import draw_ring

LEFT, BELOW, ABOVE = 40.0, 18.0, 6.0
TICK_GAP, VALUE_GAP, PRINTED_FROM = 34.0, 26.0, 44.0
DOT = 3.5


@dataclass(frozen=True)
class RowGrid(Grid):
    """The cells of a single row, each as high as the whole plot; `size` is their width."""

    height: float = 0.0

    @property
    def rect(self) -> QRectF:
        """The rectangle around all cells."""
        return QRectF(self.left, self.top, self.columns * self.size, self.height)

    def cell_rect(self, row: int, column: int, rows: int = 1, columns: int = 1) -> QRectF:
        """The rectangle of some cells; it may lie outside, in the padding."""
        return QRectF(self.left + column * self.size, self.top, columns * self.size, self.height)

    def cell_at(self, point: QPointF) -> Cell | None:
        """The cell under a point, None outside."""
        if not self.rect.contains(point) or self.size <= 0:
            return None
        return 0, min(int((point.x() - self.left) / self.size), self.columns - 1)


class CursorMap(HeatMap):
    """A heat map whose selected cell has its value in a bubble beside it; a single row is drawn as a curve."""

    def __init__(self, parent: QWidget | None = None, name: str = "map") -> None:
        super().__init__(parent, name)
        self._bubble = ""
        self._filled: int | None = None

    def set_filled(self, cells: int | None) -> None:
        """Show only the first cells, in reading order, as if the rest were not yet computed; None shows all."""
        if cells != self._filled:
            self._filled = cells
            self.update()

    def set_bubble(self, text: str) -> None:
        """Write a value beside the selected cell; an empty text removes it."""
        self._bubble = text
        self.update()

    @property
    def is_curve(self) -> bool:
        """Say whether what is shown is a single row, drawn as a curve."""
        return is_curve(self.rows, self.columns)

    @property
    def prints_values(self) -> bool:
        """Say whether there is room for numbers; on a curve they stand side by side."""
        return self._values and self.grid().size >= PRINTED_FROM if self.is_curve else super().prints_values

    def grid(self) -> Grid:
        """Where the cells lie now."""
        if not self.is_curve:
            return super().grid()
        _, before, _, after = self._padding
        left = LEFT if self._axes else 2.0
        size = max(self.width() - left - 4, 1) / (self.columns + before + after)
        below = BELOW if self._axes else 2.0
        return RowGrid(
            left + before * size, ABOVE, size, 1, self.columns, max(self.height() - ABOVE - below, 1.0)
        )

    def point_of(self, column: int) -> QPointF:
        """Return where a value lies on the curve."""
        place = self.grid().cell_rect(0, column)
        return QPointF(place.center().x(), height_at(place, float(self._array[0, column]), *self._range))

    # painting

    def paint_base(self, painter: QPainter) -> None:
        if not self.is_curve:
            super().paint_base(painter)
            return
        grid = self.grid()
        _, before, _, after = self._padding
        whole = grid.cell_rect(0, -before, 1, self.columns + before + after)
        painter.fillRect(whole, theme.color("bg2"))
        self._paint_scale(painter, grid, whole)
        painter.fillRect(grid.rect, theme.color("bg2", 0.0))
        paint_curve(painter, grid.rect, self._array[0], *self._range, self._colormap, 1.5)
        for padding in (grid.cell_rect(0, -before, 1, before), grid.cell_rect(0, self.columns, 1, after)):
            painter.fillRect(padding, QBrush(theme.color("line2", 0.6), Qt.BrushStyle.BDiagPattern))
        if self.prints_values:
            self._print_values(painter, grid)

    def _paint_scale(self, painter: QPainter, grid: Grid, whole: QRectF) -> None:
        """Paint the value axis at the left, and the places below."""
        painter.setFont(theme.mono_font(9.5))
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        for value in ticks(*self._range, max(int(whole.height() / VALUE_GAP), 2)):
            top = height_at(whole, value, *self._range)
            painter.setPen(QPen(theme.color("line"), 1))
            painter.drawLine(QLineF(whole.left(), top, whole.right(), top))
            if self._axes:
                painter.setPen(theme.color("t3"))
                beside = QRectF(0, top - 8, whole.left() - 5, 16)
                painter.drawText(beside, right, numbers.compact(value, 3))
        if not self._axes:
            return
        painter.setPen(theme.color("t3"))
        step = next((s for s in (1, 2, 5, 10, 20, 50, 100, 200, 500) if s * grid.size >= TICK_GAP), 1000)
        for column in range(0, self.columns, step):
            middle = grid.cell_rect(0, column).center().x()
            place = QRectF(middle - 20, whole.bottom() + 2, 40, 14)
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, str(column))

    def _print_values(self, painter: QPainter, grid: Grid) -> None:
        painter.setFont(theme.mono_font(10))
        painter.setPen(theme.color("t1"))
        for column, value in enumerate(self._array[0].tolist()):
            place = grid.cell_rect(0, column)
            end = height_at(place, value, *self._range)
            inside = place.top() + 15 > end if value >= 0 else place.bottom() - 15 < end
            top = end - 15 if (value >= 0) != inside else end + 1
            text = QRectF(place.left(), top, place.width(), 14)
            painter.drawText(text, Qt.AlignmentFlag.AlignCenter, numbers.cell(value, 5))

    def paint_over(self, painter: QPainter) -> None:
        if self._filled is not None and self.columns:
            self._cover(painter, *divmod(self._filled, self.columns))
        if self.is_curve:
            self._paint_marks(painter)
        else:
            super().paint_over(painter)
        self._paint_bubble(painter)

    def _paint_marks(self, painter: QPainter) -> None:
        """Frame the window that is read, and put a dot on the curve where the cursor and the pointer are."""
        grid, cursor = self.grid(), theme.color("cursor")
        if self._window:
            rect = grid.cell_rect(0, self._window.column, 1, self._window.columns)
            painter.fillRect(rect, theme.color("cursor", 0.14))
            draw_ring(painter, rect, cursor, 2)
        for cell, width in ((self._hovered, 1.0), (self._selected, 2.0)):
            if cell is None or not 0 <= cell[1] < self.columns:
                continue
            place = self.point_of(cell[1])
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(cursor, width))
            painter.drawLine(QLineF(place.x(), grid.rect.top(), place.x(), grid.rect.bottom()))
            painter.setBrush(theme.color("bg2") if cell == self._hovered else cursor)
            painter.drawEllipse(place, DOT, DOT)
            painter.setBrush(Qt.BrushStyle.NoBrush)

    def _cover(self, painter: QPainter, row: int, column: int) -> None:
        """Hatch everything from a cell on."""
        grid = self.grid()
        for rect in (
            grid.cell_rect(row, column, 1, self.columns - column),
            grid.cell_rect(row + 1, 0, self.rows - row - 1, self.columns),
        ):
            if rect.isEmpty() or (self.is_curve and row > 0):
                continue
            inside = rect.intersected(grid.rect)
            painter.fillRect(inside, theme.color("bg1"))
            painter.fillRect(inside, QBrush(theme.color("line2", 0.6), Qt.BrushStyle.BDiagPattern))
            if self.is_curve:
                return

    def _paint_bubble(self, painter: QPainter) -> None:
        cell = self.selected
        if not self._bubble or cell is None:
            return
        spot = self.grid().cell_rect(*cell)
        if self.is_curve:
            on = self.point_of(cell[1])
            spot = QRectF(on.x() - DOT, on.y() - DOT, 2 * DOT, 2 * DOT)
        painter.setFont(theme.mono_font(12))
        width = painter.fontMetrics().horizontalAdvance(self._bubble) + 16.0
        left = spot.right() + 14 if spot.right() + 14 + width < self.width() else spot.left() - 14 - width
        top = spot.top() - 34 if spot.top() - 34 > 0 else spot.bottom() + 12
        box = QRectF(max(left, 2.0), min(top, self.height() - 24.0), width, 22)
        near = box.left() if box.left() > spot.right() else box.right()
        anchor = QPointF(spot.right() if near > spot.left() else spot.left(), spot.center().y())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.color("cursor"), 1))
        painter.drawLine(QLineF(anchor, QPointF(near, box.center().y())))
        painter.setBrush(theme.color("bg3"))
        painter.drawRoundedRect(box, 5, 5)
        painter.setPen(theme.color("t1"))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, self._bubble)
