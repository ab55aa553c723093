"""The window times the kernel, one block per channel: value, factors, channel sum. Only blocks in view are painted."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, QSizeF, Qt, Signal
from PySide6.QtGui import QFont, QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from cnnviz.explain.trace import Array
from cnnviz.ui import colormaps, numbers, theme
from cnnviz.ui.inspect.blocks import GAP, HEAD, PAD, PLANE_GAP, Blocks
from cnnviz.ui.inspect.reading import Reading
from cnnviz.ui.inspect.volumes import Cell
from cnnviz.ui.widgets.painted import ARROWS, draw_ring
from cnnviz.ui.widgets.scrolled import Scrolled

CHARACTER = 6.7  # width of one figure at 11 px
SMALLEST = 1.0
MOST_STEPS = 40
"""Half cells that an arrow key looks ahead for the next cell."""


class ProductBlocks(Scrolled):
    """One block per channel of a reading; emits the cells that are pointed at as offsets in the window.

    A cell whose depth is −1 stands for a whole channel.
    """

    stretch, tallest = 1.35, 28.0
    hovered = Signal(object)
    left = Signal()
    clicked = Signal(object)

    def __init__(self, parent: QWidget | None = None, name: str = "products") -> None:
        super().__init__(parent, name)
        self._reading: Reading | None = None
        self._order: Sequence[int] = ()
        self._digits, self._mode = 3, "products"
        self._second = True
        self._cell: Cell | None = None
        self._marked: frozenset[Cell] = frozenset()
        self._reach = self._values_reach = 1.0
        self._captions: Sequence[str] = ()
        self.colormap = "value"
        self.setMinimumHeight(90)

    def show_reading(self, reading: Reading, order: Sequence[int], digits: int, mode: str) -> None:
        """Show the channels at the places `order` of a reading."""
        shape = self._reading.products.shape if self._reading else None
        self._reading, self._order, self._digits, self._mode = reading, order, digits, mode
        self._second = bool(reading.names[1]) and reading.names[1] != "gate"
        colored = self._colored(reading)
        finite = colored[np.isfinite(colored)]
        self._reach = (float(np.abs(finite).max()) if finite.size else 1.0) or 1.0
        self._values_reach = float(np.abs(reading.values).max(initial=0.0))
        if shape != reading.products.shape:
            self._cell = None
        self.update_scroll()

    def _colored(self, reading: Reading) -> Array:
        """Return the numbers that the colours stand for: the products, or the values that a gate chooses from."""
        return reading.values if reading.names[1] == "gate" else reading.products

    def set_marked(self, cells: Sequence[Cell]) -> None:
        """Ring cells for good, as the winner of a maximum."""
        self._marked = frozenset(cells)
        self.viewport().update()

    def set_cell(self, cell: Cell | None) -> None:
        """Light up a cell or, with −1 behind the channel, a block; emits nothing."""
        if cell != self._cell:
            self._cell = cell
            self.viewport().update()

    @property
    def value_range(self) -> tuple[float, float]:
        """The numbers at both ends of the colour scale."""
        return -self._reach, self._reach

    def blocks(self) -> Blocks:
        """Where everything lies, in coordinates of the whole picture."""
        if self._reading is None:
            return Blocks(0, 1, 1, 1, 1, 1, 1)
        _, depth, rows, columns = self._reading.products.shape
        if self._mode == "sums only":
            depth, rows, columns = 1, 0, 1
        width, room = self._natural_width(), self.viewport().width()
        most = (room - 2 * PAD - (depth - 1) * PLANE_GAP) / (depth * columns)
        width = max(min(width, most), SMALLEST)
        height = min(
            self.tallest if self._second else self.tallest - 4, max(width, 10.0) if width >= 10 else width
        )
        found = Blocks(len(self._order), depth, rows, columns, width, height, 1)
        across = min(max(int((room + GAP) // (found.width + GAP)), 1), max(len(self._order), 1))
        spare = (room + GAP) / across - GAP - found.width
        wider = min(width + max(spare, 0.0) / (depth * columns), width * self.stretch) if rows else width
        return Blocks(len(self._order), depth, rows, columns, wider, height, across)

    def _natural_width(self) -> float:
        return (self._digits + 3) * CHARACTER + 4

    def sizeHint(self) -> QSize:
        return QSize(480, 260)

    def content_height(self) -> float:
        return self.blocks().total

    def line_height(self) -> float:
        return self.blocks().height + GAP

    # painting

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._reading is None:
            return
        blocks, top = self.blocks(), self.top()
        painter = QPainter(self.viewport())
        painter.translate(0, -top)
        for place in blocks.visible(top, top + self.viewport().height()):
            self._paint_block(painter, blocks, place, self._reading)
        painter.end()

    def _paint_block(self, painter: QPainter, blocks: Blocks, place: int, reading: Reading) -> None:
        at, rect = self._order[place], blocks.rect(place)
        lit = self._cell is not None and self._cell[0] == at
        head = QRectF(rect.left() + PAD + 1, rect.top() + 1, rect.width() - 2 * PAD - 2, HEAD - 2)
        self._paint_head(painter, head, reading, at, "cursor" if lit else "t1")
        if blocks.rows:
            for depth in range(blocks.depth):
                self._paint_plane(painter, blocks, place, depth, reading)
        if lit:
            draw_ring(painter, rect, theme.color("cursor"), 1.5, 4)
            self._paint_spot(painter, blocks, place)

    def _paint_head(self, painter: QPainter, head: QRectF, reading: Reading, at: int, tone: str) -> None:
        """Write the channel's name and sum; where both don't fit, or the sum is the only product, the name alone."""
        name, text = self._channel_name(reading, at), self._total(reading, at)
        sum_width = QFontMetricsF(theme.mono_font(11)).horizontalAdvance(text) + 6
        metrics = QFontMetricsF(theme.ui_font(11, 500))
        both = metrics.horizontalAdvance(name) + sum_width <= head.width() and reading.window_size > 1
        painter.setFont(theme.ui_font(11, 500))
        painter.setPen(theme.color(tone))
        shown = metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, head.width())
        painter.drawText(head, Qt.AlignmentFlag.AlignVCenter, shown)
        if not both and self._mode != "sums only":
            return
        total = float(reading.products[at].sum())
        painter.setFont(theme.mono_font(11))
        painter.setPen(theme.color("t2" if total == 0 else "pos" if total > 0 else "neg"))
        painter.drawText(head, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)

    def _total(self, reading: Reading, at: int) -> str:
        return f"Σ {numbers.fixed(float(reading.products[at].sum()), self._digits)}"

    def _channel_name(self, reading: Reading, at: int) -> str:
        return f"{'ch' if reading.window_size == 1 else 'channel'} {reading.channels[at]}"

    def _paint_plane(
        self, painter: QPainter, blocks: Blocks, place: int, depth: int, reading: Reading
    ) -> None:
        at = self._order[place]
        table = colormaps.rgb32(self.colormap, theme.current().name)
        words = table[colormaps.indices(self._colored(reading)[at, depth], -self._reach, self._reach)]
        if blocks.cell_width >= ProductBlocks._natural_width(self) - 8:
            self._paint_cells(painter, blocks, (place, depth), reading, words)
        else:
            corner = blocks.cell_rect(place, depth, 0, 0).topLeft()
            size = QSizeF(blocks.columns * blocks.cell_width, blocks.rows * blocks.cell_height)
            painter.drawImage(QRectF(corner, size), colormaps.pixels_image(np.ascontiguousarray(words)))
        for cell in self._marked:
            if cell[:2] == (at, depth):
                draw_ring(painter, blocks.cell_rect(place, *cell[1:]), theme.color("ok"), 2)

    def _paint_cells(
        self, painter: QPainter, blocks: Blocks, where: tuple[int, int], reading: Reading, words: Array
    ) -> None:
        place, depth = where
        luma = 0.299 * (words >> 16 & 255) + 0.587 * (words >> 8 & 255) + 0.114 * (words & 255)
        two = self._second and blocks.cell_height >= 24
        large = blocks.cell_height >= 36 and blocks.cell_width >= 70
        tight = min((blocks.cell_width - 3) / (ProductBlocks._natural_width(self) - 3), 1.0)
        sizes = (
            (14.0, 10.0) if large else (11 * tight, 8.5 * tight)
        )  # numbers must not run into their neighbours
        fonts = [theme.mono_font(round(2 * size) / 2) for size in sizes]
        for row, column in np.ndindex(blocks.rows, blocks.columns):
            rect = blocks.cell_rect(place, depth, row, column)
            painter.fillRect(rect, int(words[row, column]))
            painter.setPen(theme.TEXT_ON_BRIGHT if luma[row, column] > 140 else theme.TEXT_ON_DARK)
            cell = (self._order[place], depth, row, column)
            self._paint_numbers(painter, rect, reading, cell, fonts, two)

    def _paint_numbers(
        self,
        painter: QPainter,
        rect: QRectF,
        reading: Reading,
        cell: Cell,
        fonts: Sequence[QFont],
        two: bool,
    ) -> None:
        first, second = self._texts(reading, cell)
        painter.setFont(fonts[0])
        if not two:
            painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, first)
            return
        top = QRectF(rect.left(), rect.top() + 1, rect.width(), rect.height() * 0.58)
        painter.drawText(top, Qt.AlignmentFlag.AlignCenter, first)
        painter.setFont(fonts[1])
        below = QRectF(rect.left(), rect.top() + rect.height() * 0.56, rect.width(), rect.height() * 0.42)
        painter.drawText(below, Qt.AlignmentFlag.AlignCenter, second)

    def _texts(self, reading: Reading, cell: Cell) -> tuple[str, str]:
        """Return what is printed large and small on a cell."""
        if not reading.inside[cell]:
            return "pad", ""
        value, weight = float(reading.values[cell]), float(reading.weights[cell])
        if not self._second:
            return numbers.fixed(value, self._digits), ""
        if self._mode == "x · w":
            return numbers.cell(value, self._digits + 2), f"× {numbers.cell(weight, 5)}"
        product = numbers.fixed(float(reading.products[cell]), self._digits)
        written = numbers.cell(value, 4, self._values_reach)
        if reading.names[1] == "power":
            written = f"({written})" if value < 0 else written
            return product, f"{written}²" if weight == 2 else f"{written}^{weight:g}"
        if reading.names[1] == "maximum":
            return product, f"exp({written}−max)"
        written = f"{reading.function}({written})" if reading.function else written
        return product, f"{written}·{numbers.cell(weight, 4)}"

    def _paint_spot(self, painter: QPainter, blocks: Blocks, place: int) -> None:
        if self._cell is not None and self._cell[1] >= 0 and blocks.rows:
            rect = blocks.cell_rect(place, *self._cell[1:])
            draw_ring(painter, rect.adjusted(-1, -1, 1, 1), theme.color("cursor"), 2)

    # pointing

    def cell_at(self, point: QPointF) -> Cell | None:
        """The cell under a point of the viewport; between the cells of a block, the whole channel."""
        found = self.blocks().hit(point + QPointF(0, self.top()))
        if found is None:
            return None
        place, inner = found
        return (self._order[place], *(inner or (-1, -1, -1)))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        cell = self.cell_at(event.position())
        if cell == self._cell:
            return
        self.set_cell(cell)
        self.viewport().setToolTip(self._sentence(cell) if cell else "")
        if cell is None:
            self.left.emit()
        else:
            self.hovered.emit(cell)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        cell = self.cell_at(event.position())
        if cell is not None and event.button() is Qt.MouseButton.LeftButton:
            self.clicked.emit(cell)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move from cell to cell with the arrows; Enter goes to where the cell comes from."""
        step = ARROWS.get(Qt.Key(event.key()))
        if step is not None:
            found = self._neighbour(*step)
            if found is not None:
                self.set_cell(found)
                self.setAccessibleDescription(self._sentence(found))
                self.hovered.emit(found)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._cell is not None:
            self.clicked.emit(self._cell)
        else:
            super().keyPressEvent(event)

    def _neighbour(self, down: int, right: int) -> Cell | None:
        """Return the next cell in a direction, in the same block or the next one; at first the first of all."""
        blocks, lit = self.blocks(), self._cell
        if not blocks.count or not blocks.rows:
            return None
        if lit is None or lit[1] < 0 or lit[0] not in self._order:
            return (self._order[0], 0, 0, 0)
        place = list(self._order).index(lit[0])
        point = blocks.cell_rect(place, *lit[1:]).center()
        for _ in range(MOST_STEPS):
            point += QPointF(right * blocks.cell_width / 2, down * blocks.cell_height / 2)
            found = blocks.hit(point)
            if found is not None and found[1] is not None and (self._order[found[0]], *found[1]) != lit:
                self.reveal(blocks.cell_rect(found[0], *found[1]))
                return (self._order[found[0]], *found[1])
        following = place + right
        if not right or not 0 <= following < blocks.count:
            return None
        cell = (0, lit[2], 0) if right > 0 else (blocks.depth - 1, lit[2], blocks.columns - 1)
        self.reveal(blocks.cell_rect(following, *cell))
        return (self._order[following], *cell)

    def pointer_left(self) -> None:
        self.set_cell(None)
        self.left.emit()

    def _sentence(self, cell: Cell) -> str:
        reading = self._reading
        if reading is None or cell[1] < 0:
            return ""
        index = reading.index(cell)
        if index is None:
            return "padding"
        value, weight, product = (
            numbers.compact(float(array[cell]), 7)
            for array in (reading.values, reading.weights, reading.products)
        )
        place = ",".join(str(entry) for entry in index)
        times = f" × {weight} = {product}" if self._second else ""
        return f"{reading.node}[{place}]: {value}{times}. Click goes there"


def example() -> QWidget:
    """A 3×3 window over four channels."""
    from cnnviz.ui.inspect import demo

    widget = ProductBlocks()
    reading = demo.frame("conv2d").readings[0]
    widget.show_reading(reading, range(len(reading.products)), 3, "products")
    return widget


if __name__ == "__main__":
    from cnnviz.ui.widgets import demo as stage

    stage.run(example)
