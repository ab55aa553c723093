"""One 2-D array as a picture: axis numbers, printed values, linked cursor, window with padding."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QWidget

from cnnviz.ui import colormaps, numbers, theme
from cnnviz.ui.widgets import grid as grids
from cnnviz.ui.widgets.grid import Cell, Grid
from cnnviz.ui.widgets.painted import ARROWS, Painted, draw_dashed, draw_ring

VALUES_FROM = 22  # logical pixels per cell from which values are printed
GRID_FROM = 9
AXIS_LEFT, AXIS_TOP = 22, 18
Range = float | np.ndarray


@dataclass(frozen=True)
class Window:
    """A block of cells, in cells; it may begin or end in the padding."""

    row: int
    column: int
    rows: int
    columns: int


class HeatMap(Painted):
    """Shows a (rows, columns) array; hovering and clicking name cells, arrow keys move the selection.

    `clicked` is emitted for keyboard moves too. `set_hovered`, `set_selected` and `set_window` emit nothing,
    so linked panes can't echo each other.
    """

    hovered = Signal(int, int)
    left = Signal()
    clicked = Signal(int, int)
    double_clicked = Signal(int, int)

    def __init__(self, parent: QWidget | None = None, name: str = "map", colormap: str = "value") -> None:
        super().__init__(parent, name)
        self._colormap = colormap
        self._array = np.zeros((0, 0), dtype=np.float32)
        self._range = (-1.0, 1.0)
        self._image: QImage | None = None
        self._padding = (0, 0, 0, 0)
        self._axes = True
        self._values = True
        self._selected: Cell | None = None
        self._hovered: Cell | None = None
        self._window: Window | None = None
        self.setMinimumSize(48, 48)

    # what is shown

    def set_array(self, array: np.ndarray, low: float | None = None, high: float | None = None) -> None:
        """Show `array` (H, W) with colours from `low` to `high`; without them the range of its values.

        The selection stays if it still exists.
        """
        self._array = np.asarray(array)
        if low is None or high is None:
            low, high = colormaps.data_range(self._array, self._colormap)
        self._range, self._image = (low, high), None
        if self._selected and not (self._selected[0] < self.rows and self._selected[1] < self.columns):
            self._selected = None
        self._hovered = None
        self._speak()
        self.redraw()

    def set_colormap(self, name: str) -> None:
        """Use another map of `cnnviz.ui.colormaps`."""
        self._colormap, self._image = name, None
        self.redraw()

    def set_padding(self, top: int, left: int, bottom: int, right: int) -> None:
        """Leave room for padding cells around the array and frame it with dashes."""
        self._padding = (top, left, bottom, right)
        self.redraw()

    def set_axes(self, shown: bool) -> None:
        """Show row and column numbers."""
        self._axes = shown
        self.redraw()

    def set_values(self, shown: bool) -> None:
        """Print values where cells are large enough."""
        self._values = shown
        self.redraw()

    def set_selected(self, cell: Cell | None) -> None:
        """Ring a cell in the cursor colour."""
        self._selected = cell
        self._speak()
        self.update()

    def set_hovered(self, cell: Cell | None) -> None:
        """Show the pointer of a linked pane."""
        self._hovered = cell
        self.update()

    def set_window(self, window: Window | None) -> None:
        """Ring a block of cells, as the window a convolution reads."""
        self._window = window
        self.update()

    # what is known

    @property
    def rows(self) -> int:
        """The height of the array."""
        return int(self._array.shape[0])

    @property
    def columns(self) -> int:
        """The width of the array."""
        return int(self._array.shape[1])

    @property
    def selected(self) -> Cell | None:
        """The selected cell."""
        return self._selected

    @property
    def window_shown(self) -> Window | None:
        """The block of cells that is ringed."""
        return self._window

    @property
    def value_range(self) -> tuple[float, float]:
        """The numbers at both ends of the colour scale, for a legend."""
        return self._range

    @property
    def prints_values(self) -> bool:
        """Say whether cells are large enough for their numbers."""
        return self._values and self.grid().size >= VALUES_FROM

    def grid(self) -> Grid:
        """Where the cells lie now."""
        area = QRectF(self.rect()).adjusted(2, 2, -2, -2)
        if self._axes:
            area.adjust(AXIS_LEFT, AXIS_TOP, 0, 0)
        return grids.fit(area, self.rows, self.columns, self._padding, self.devicePixelRatioF())

    def cell_at(self, point: QPointF) -> Cell | None:
        """The cell under a point of the widget."""
        return self.grid().cell_at(point)

    def sizeHint(self) -> QSize:
        return QSize(280, 280)

    # painting

    def paint_base(self, painter: QPainter) -> None:
        if not self._array.size:
            return
        grid = self.grid()
        if self._image is None:
            self._image = colormaps.to_image(self._array, self._colormap, *self._range)
        colormaps.recolor(self._image, self._colormap)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, grid.size < 1)
        painter.drawImage(grid.rect, self._image)
        if grid.size >= GRID_FROM:
            self._paint_lines(painter, grid)
        if any(self._padding):
            top, left, bottom, right = self._padding
            around = grid.cell_rect(-top, -left, self.rows + top + bottom, self.columns + left + right)
            draw_dashed(painter, around, theme.color("line2"))
        if self._axes:
            self._paint_axes(painter, grid)
        if self.prints_values:
            self._paint_values(painter, grid)

    def _paint_lines(self, painter: QPainter, grid: Grid) -> None:
        painter.setPen(QPen(theme.color("bg1", 0.55), 1))
        painter.drawLines(grid.lines())  # one call: a map has dozens

    def _paint_axes(self, painter: QPainter, grid: Grid) -> None:
        painter.setFont(theme.mono_font(9.5))
        painter.setPen(theme.color("t3"))
        step = next((s for s in (1, 2, 5, 10, 20, 50, 100) if s * grid.size >= 26), 200)
        top, left = grid.top - self._padding[0] * grid.size, grid.left - self._padding[1] * grid.size
        right_align = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        for column in range(0, self.columns, step):
            x = grid.left + (column + 0.5) * grid.size
            painter.drawText(QRectF(x - 20, top - 17, 40, 14), Qt.AlignmentFlag.AlignCenter, str(column))
        for row in range(0, self.rows, step):
            y = grid.top + (row + 0.5) * grid.size
            painter.drawText(QRectF(left - 46, y - 8, 40, 16), right_align, str(row))

    def _paint_values(self, painter: QPainter, grid: Grid) -> None:
        low, high = self._range
        paint_values(painter, [grid], self._array[None], self._colormap, low, high)

    def paint_over(self, painter: QPainter) -> None:
        grid = self.grid()
        cursor = theme.color("cursor")
        if self._window:
            block = self._window
            rect = grid.cell_rect(block.row, block.column, block.rows, block.columns)
            draw_ring(painter, rect.adjusted(-1, -1, 1, 1), cursor, 2)
        if self._hovered:
            draw_ring(painter, grid.cell_rect(*self._hovered), cursor, 1)
        if self._selected:
            draw_ring(painter, grid.cell_rect(*self._selected).adjusted(-1, -1, 1, 1), cursor, 2)

    # pointing

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        cell = self.cell_at(event.position())
        if cell == self._hovered:
            return
        self.set_hovered(cell)
        if cell:
            self.hovered.emit(*cell)
            self.setToolTip(
                f"row {cell[0]}, column {cell[1]}: {numbers.compact(float(self._array[cell]), 6)}"
            )
        else:
            self.setToolTip("")
            self.left.emit()

    def leaveEvent(self, event: QEvent) -> None:
        if self._hovered is not None:
            self.set_hovered(None)
            self.left.emit()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        cell = self.cell_at(event.position())
        if cell and event.button() is Qt.MouseButton.LeftButton:
            self._choose(cell)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        cell = self.cell_at(event.position())
        if cell:
            self.double_clicked.emit(*cell)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = ARROWS.get(Qt.Key(event.key()))
        if step and self._array.size:
            self._choose(grids.move(self._selected, *step, self.rows, self.columns))
        else:
            super().keyPressEvent(event)

    def _choose(self, cell: Cell) -> None:
        self.set_selected(cell)
        self.clicked.emit(*cell)

    def _speak(self) -> None:
        if self._selected:
            row, column = self._selected
            value = numbers.compact(float(self._array[row, column]), 5)
            self.speak(f"row {row} column {column}, {value}")


def paint_values(
    painter: QPainter, cells: Sequence[Grid], maps: np.ndarray, colormap: str, low: Range, high: Range
) -> None:
    """Print each number of (N, H, W) maps on its cell, one grid per map, in a readable colour.

    `low` and `high` broadcast against the maps. All colours are looked up at once: a call per map is slow for vectors.
    """
    if not cells:
        return
    size = cells[0].size
    reach = float(np.max(np.maximum(np.abs(low), np.abs(high))))
    characters = 5 if numbers.tiny(reach) else 4 if size < 30 else 5 if size < 42 else 6
    painter.setFont(theme.mono_font(min(round((size - 5) / (characters * 0.6) * 2) / 2, 11)))
    table = colormaps.table(colormap, theme.current().name)
    colors = table[colormaps.indices(maps, low, high)].astype(np.float32)
    bright = colors @ np.array([0.299, 0.587, 0.114], dtype=np.float32) > 140
    for wanted, pen in ((True, theme.TEXT_ON_BRIGHT), (False, theme.TEXT_ON_DARK)):
        painter.setPen(pen)
        for index, row, column in np.argwhere(bright == wanted).tolist():
            text = numbers.cell(float(maps[index, row, column]), characters, reach)
            painter.drawText(cells[index].cell_rect(row, column), Qt.AlignmentFlag.AlignCenter, text)


def example() -> QWidget:
    """A 14×14 map with padding, a window and a selected cell."""
    from cnnviz.ui.widgets import demo

    widget = HeatMap(name="conv2 map 2")
    widget.set_array(demo.maps(1, 14, seed=3)[0])
    widget.set_padding(1, 1, 1, 1)
    widget.set_window(Window(-1, 5, 3, 3))
    widget.set_selected((6, 8))
    return widget


if __name__ == "__main__":
    from cnnviz.ui.widgets import demo

    demo.run(example)
