"""One map large: an image, one slice of a volume, a sequence as a curve, or all cells of a vector."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSlider, QStackedWidget, QVBoxLayout, QWidget

from cnnviz.explain.trace import Array
from cnnviz.ui import theme
from cnnviz.ui.inspect.figures.cursormap import CursorMap
from cnnviz.ui.inspect.volumes import Cell, Ranges, identity, spread
from cnnviz.ui.widgets.chrome import label
from cnnviz.ui.widgets.curvetile import is_curve
from cnnviz.ui.widgets.heatmap import Window
from cnnviz.ui.widgets.mosaic import Mosaic

Padding = tuple[int, int, int, int]
MIN_HEIGHT, SMALLEST = 40, 80
CURVE_HEIGHT = 210
NO_PADDING: Padding = (0, 0, 0, 0)


class MapPicture(QWidget):
    """Shows one channel of a volume (C, D, H, W); all signals carry cells of that volume.

    A slider moves through the slices where there are several. A vector is shown whole, as wrapped cells.
    """

    hovered = Signal(object)
    left = Signal()
    clicked = Signal(object)
    double_clicked = Signal(object)
    depth_changed = Signal(int)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.map = CursorMap(name=name)
        self.vector = Mosaic(name=name)
        self.slice_at = 0
        self._slices = "slice"
        self._maps: Array = np.zeros((1, 1, 1, 1), np.float32)
        self._asked: tuple[object, ...] = ()
        self._channel = 0
        self._filled: int | None = None
        self._limits = (-1.0, 1.0)
        self._selected: Cell | None = None
        self._window: Ranges | None = None
        self._assemble()
        self.map.hovered.connect(lambda row, column: self.hovered.emit(self._cell(row, column)))
        self.map.left.connect(self.left)
        self.map.clicked.connect(lambda row, column: self.clicked.emit(self._cell(row, column)))
        self.map.double_clicked.connect(lambda row, column: self.double_clicked.emit(self._cell(row, column)))
        self.vector.hovered.connect(lambda at, _row, _column: self.hovered.emit((at, 0, 0, 0)))
        self.vector.left.connect(self.left)
        self.vector.clicked.connect(lambda at, _row, _column: self.clicked.emit((at, 0, 0, 0)))

    def _assemble(self) -> None:
        self.slider = QSlider(Qt.Orientation.Horizontal)
        theme.set_role(self.slider, role="cursor")
        self.slider.valueChanged.connect(self._slide)
        self.slice = label("", "mono")
        self._depths = QWidget()
        row = QHBoxLayout(self._depths)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.slice)
        row.addWidget(self.slider, 1)
        self._pages = QStackedWidget()
        self._pages.addWidget(self.map)
        self._pages.addWidget(self.vector)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self._pages, 1)
        column.addWidget(self._depths)

    def show_map(
        self,
        maps: Array,
        channel: int,
        limits: tuple[float, float],
        *,
        depth: int = 0,
        colormap: str = "value",
        padding: Padding = NO_PADDING,
        slices: str = "slice",
    ) -> None:
        """Show a channel of `maps` at a slice, with room for padding (top, left, bottom, right) around it.

        `slices` is the word for what the slider moves through.

        What is shown already is not painted anew, so that moving a cursor over it costs nothing.
        """
        asked = (identity(maps), channel, limits, depth, colormap, padding, slices)
        if asked == self._asked:
            return
        self._asked = asked
        self._maps, self._channel, self._limits, self._slices = maps, channel, limits, slices
        self.slice_at = min(max(depth, 0), maps.shape[1] - 1)
        is_vector = self.is_vector
        self._pages.setCurrentWidget(self.vector if is_vector else self.map)
        self._depths.setVisible(maps.shape[1] > 1)
        self.slider.blockSignals(True)
        self.slider.setRange(0, maps.shape[1] - 1)
        self.slider.setValue(self.slice_at)
        self.slider.blockSignals(False)
        if is_vector:
            self.vector.set_maps(maps.reshape(-1), *limits, colormap=colormap)
            self.vector.set_tile_size(_tile(len(maps)))
            self.setMinimumHeight(MIN_HEIGHT)
        else:
            self.setMinimumHeight(SMALLEST)
            self.map.set_colormap(colormap)
            self.map.set_padding(*padding)
            self._paint_slice()
        self._limit_height()

    def set_selected(self, cell: Cell | None, value: str = "") -> None:
        """Ring a cell, with its value in a bubble where one is given."""
        self._selected = cell
        self.map.set_bubble(value)
        self._place_marks()

    def set_filled(self, cells: int | None) -> None:
        """Show only the first cells of the channel, slice by slice and row by row; None shows all."""
        self._filled = cells
        self._cover_slice()

    def _cover_slice(self) -> None:
        size = self.map.rows * self.map.columns
        done = None if self._filled is None else min(max(self._filled - self.slice_at * size, 0), size)
        self.map.set_filled(done)

    def set_hovered(self, cell: Cell | None) -> None:
        """Show the pointer of another pane; emits nothing."""
        here = cell is not None and cell[0] == self._channel and cell[1] == self.slice_at
        self.map.set_hovered((cell[2], cell[3]) if cell is not None and here else None)
        if self.is_vector:
            self.vector.set_hovered((cell[0], 0, 0) if cell is not None else None)

    def set_window(self, ranges: Ranges | None) -> None:
        """Ring the block of cells that is read."""
        self._window = ranges
        self._place_marks()

    def window_rect(self) -> QRectF | None:
        """Return the place in `map` of the block that is read; None where none is shown."""
        block = self.map.window_shown
        if block is None or self.is_vector:
            return None
        return self.map.grid().cell_rect(block.row, block.column, block.rows, block.columns)

    def selected_rect(self) -> QRectF | None:
        """Return the place in `map` of the selected cell; None where none is shown."""
        cell = self.map.selected
        return self.map.grid().cell_rect(*cell) if cell is not None and not self.is_vector else None

    @property
    def is_vector(self) -> bool:
        """Say whether all channels are shown at once, one cell each."""
        return bool(np.prod(self._maps.shape[1:]) == 1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Take no more height than a square needs, so that what belongs to the map stays close to it."""
        super().resizeEvent(event)
        self._limit_height()

    def _limit_height(self) -> None:
        tall = self.vector.height_for_width(self.width()) + 6 if self.is_vector else self.width()
        if is_curve(*self._maps.shape[2:]):
            tall = min(tall, CURVE_HEIGHT)
        slider = self._depths.sizeHint().height() + 4 if self._maps.shape[1] > 1 else 0
        self.setMaximumHeight(max(tall, MIN_HEIGHT) + slider)

    def _slide(self, depth: int) -> None:
        self.slice_at = depth
        self._paint_slice()
        self.depth_changed.emit(depth)

    def _paint_slice(self) -> None:
        self.map.set_array(self._maps[self._channel, self.slice_at], *self._limits)
        self._cover_slice()
        self.slice.setText(f"{self._slices} {self.slice_at} of {self._maps.shape[1]}")
        self._place_marks()

    def _place_marks(self) -> None:
        cell, window = self._selected, self._window
        here = cell is not None and cell[0] == self._channel and cell[1] == self.slice_at
        inside = cell is not None and cell[2] < self.map.rows and cell[3] < self.map.columns
        self.map.set_selected((cell[2], cell[3]) if cell is not None and here and inside else None)
        if self.is_vector:
            self.vector.set_selected((cell[0], 0, 0) if cell is not None else None)
            return
        shown = window is not None and self.slice_at in window[1]
        self.map.set_window(_window(window) if window is not None and shown else None)

    def _cell(self, row: int, column: int) -> Cell:
        return self._channel, self.slice_at, row, column


def _window(ranges: Ranges) -> Window:
    (row, rows), (column, columns) = spread(ranges[2]), spread(ranges[3])
    return Window(row, column, rows, columns)


def _tile(count: int) -> float:
    """Return how wide the cells of a vector are: large enough to print numbers on where there is room."""
    return 44.0 if count <= 40 else 30.0 if count <= 130 else 14.0 if count <= 700 else 9.0
