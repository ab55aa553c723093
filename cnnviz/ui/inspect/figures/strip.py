"""Arrays that belong together, side by side: the gates of an LSTM, the rounds of a routing, a layer's gradients."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPen, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from cnnviz.explain import Trace, split
from cnnviz.explain.trace import Array
from cnnviz.ui import colormaps, numbers, theme
from cnnviz.ui.inspect.frame import Frame, reach
from cnnviz.ui.inspect.path import carried
from cnnviz.ui.inspect.volumes import to_cell, volume
from cnnviz.ui.widgets.grid import Grid, fit
from cnnviz.ui.widgets.painted import ARROWS, Painted, draw_ring

CAPTION, FOOT, GAP = 15.0, 15.0, 8.0
TILE, LEAST = 74.0, 40.0
MOST_CELLS = 160
"""Per side of a tile: of a longer array, the part around the cell is shown."""


@dataclass(frozen=True, eq=False)
class Tile:
    """One array: a picture (rows, columns) with the cell that belongs to the value, and where a click leads."""

    name: str
    picture: Array
    cell: tuple[int, int]
    limits: tuple[float, float]
    colormap: str
    node: str
    index: tuple[int, ...]

    @property
    def value(self) -> float:
        """Return the number of the cell."""
        return float(self.picture[self.cell])


class Strip(Painted):
    """Tiles from left to right, as large as the width allows; `chosen(node, index)` asks to go to one."""

    chosen = Signal(str, object)

    def __init__(self, parent: QWidget | None = None, name: str = "arrays of the layer") -> None:
        super().__init__(parent, name)
        self._tiles: tuple[Tile, ...] = ()
        self._current = -1
        self._at = 0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_tiles(self, tiles: Sequence[Tile], current: str = "") -> None:
        """Show other arrays; `current` is the node that is looked at."""
        self._tiles = tuple(tiles)
        self._current = next((at for at, tile in enumerate(tiles) if tile.node == current), -1)
        self._at = max(self._current, 0)
        self.setVisible(bool(tiles))
        self.speak(", ".join(f"{tile.name} {numbers.compact(tile.value, 4)}" for tile in tiles))
        self.updateGeometry()
        self.redraw()

    @property
    def tiles(self) -> tuple[Tile, ...]:
        """Return what is shown."""
        return self._tiles

    def sizeHint(self) -> QSize:
        return QSize(400, self.height_for(self.width()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.updateGeometry()

    def height_for(self, width: int) -> int:
        """Return the height that all tiles take in a width."""
        across = self._across(width)
        lines = -(-max(len(self._tiles), 1) // across)
        return round(lines * (self._side(width) + CAPTION + FOOT) + 4)

    def _across(self, width: int) -> int:
        """Return how many tiles stand in a line: as even as can be, none smaller than it can be read."""
        count = max(len(self._tiles), 1)
        most = max(int((width - 2 + GAP) // (LEAST + GAP)), 1)
        return -(-count // -(-count // most))

    def _side(self, width: int) -> float:
        return min(max((width - 2 + GAP) / self._across(width) - GAP, LEAST), TILE)

    def rect_of(self, at: int) -> QRectF:
        """Return the place of a tile, without its texts."""
        line, place = divmod(at, self._across(self.width()))
        side = self._side(self.width())
        return QRectF(2 + place * (side + GAP), CAPTION + line * (side + CAPTION + FOOT), side, side)

    def paint_base(self, painter: QPainter) -> None:
        for at, tile in enumerate(self._tiles):
            rect = self.rect_of(at)
            self._paint_picture(painter, rect, tile)
            lit = at == self._current
            if lit:
                draw_ring(painter, rect.adjusted(-2, -2, 2, 2), theme.color("cursor"), 2, 3)
            painter.setFont(theme.ui_font(11, 500))
            painter.setPen(theme.color("cursor" if lit else "t1"))
            above = QRectF(rect.left(), rect.top() - CAPTION, rect.width() + GAP - 2, CAPTION)
            name = painter.fontMetrics().elidedText(
                tile.name, Qt.TextElideMode.ElideMiddle, int(above.width())
            )
            painter.drawText(above, Qt.AlignmentFlag.AlignVCenter, name)
            painter.setFont(theme.mono_font(10))
            painter.setPen(theme.color("t2"))
            below = QRectF(rect.left(), rect.bottom() + 2, rect.width() + GAP - 2, FOOT)
            painter.drawText(below, Qt.AlignmentFlag.AlignVCenter, numbers.compact(tile.value, 4))

    def _paint_picture(self, painter: QPainter, rect: QRectF, tile: Tile) -> None:
        picture, cell = _cut(tile.picture, tile.cell)
        grid = _fitted(rect, picture)
        image = colormaps.to_image(picture, tile.colormap, *tile.limits)
        colormaps.recolor(image, tile.colormap)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
        painter.fillRect(rect, theme.color("bg2"))
        painter.drawImage(grid, image)
        rows, columns = picture.shape
        width, height = grid.width() / columns, grid.height() / rows
        spot = QRectF(grid.left() + cell[1] * width, grid.top() + cell[0] * height, width, height)
        grown = max(4.0 - min(width, height), 0.0) / 2
        painter.setPen(QPen(theme.color("cursor"), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(spot.adjusted(-grown, -grown, grown, grown))

    def tile_at(self, point: QPointF) -> int | None:
        """Return the number of the tile under a point."""
        found = (at for at in range(len(self._tiles)) if self.rect_of(at).contains(point))
        return next(found, None)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = self.tile_at(event.position())
        self.setToolTip("" if at is None else f"Go to {self._tiles[at].node}")

    def mousePressEvent(self, event: QMouseEvent) -> None:
        at = self.tile_at(event.position())
        if at is not None and event.button() is Qt.MouseButton.LeftButton:
            self._choose(at)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = ARROWS.get(Qt.Key(event.key()))
        if step and self._tiles:
            self._choose(min(max(self._at + step[1], 0), len(self._tiles) - 1))
        else:
            super().keyPressEvent(event)

    def _choose(self, at: int) -> None:
        self._at = at
        self.chosen.emit(self._tiles[at].node, self._tiles[at].index)


def _fitted(rect: QRectF, picture: Array) -> QRectF:
    """Return the place of a picture in a tile: square cells, or stretched ones where it is very long."""
    rows, columns = picture.shape
    if max(rows, columns) <= 3 * min(rows, columns):
        found: Grid = fit(rect, rows, columns)
        return found.rect
    return rect


def _cut(picture: Array, cell: tuple[int, int]) -> tuple[Array, tuple[int, int]]:
    """Return the part of a long picture around a cell, and the cell in it."""
    row, column = (
        min(max(at - MOST_CELLS // 2, 0), max(size - MOST_CELLS, 0))
        for at, size in zip(cell, picture.shape, strict=True)
    )
    part = picture[row : row + MOST_CELLS, column : column + MOST_CELLS]
    return part, (cell[0] - row, cell[1] - column)


def tile(frame: Frame, array: str, index: tuple[int, ...], name: str, trace: Trace | None = None) -> Tile:
    """Return the tile of an array of a trace, by default the frame's: the slice of it that has the index in it."""
    found = (trace or frame.trace).activation(array)
    maps, (channel, depth, row, column) = volume(found), to_cell(index)
    if maps.shape[1:] == (1, 1, 1):
        picture, cell = found.reshape(1, -1), (0, channel)
    elif found.ndim <= 2:
        picture, cell = found, (channel, column)
    else:
        picture, cell = maps[channel, depth], (row, column)
    if trace is not None:  # values, beside gradients
        size = reach(picture)
        return Tile(name, picture, cell, (-size, size), "value", array, index)
    return Tile(name, picture, cell, frame.limits(array, picture), frame.colormap(array), array, index)


def inside(frame: Frame) -> list[Tile]:
    """Return the arrays that the layer keeps inside, at the place that is looked at; none for most layers."""
    arrays = [array for array in frame.arrays if split(array)[1]]
    if frame.backward or not arrays:
        return []
    found = [tile(frame, each, _there(frame, each), split(each)[1]) for each in arrays]
    shown = tile(frame, frame.owner, _there(frame, frame.owner), "output")
    return [*found, shown]


def slopes(frame: Frame) -> list[Tile]:
    """Return, on the way back, the value beside ∂L/∂output, ∂L/∂input, ∂L/∂weight and ∂L/∂bias at its place."""
    if not frame.backward:
        return []
    owner, gradients = frame.owner, frame.trace.activations
    index = _there(frame, owner)
    value = tile(frame, owner, index, "value", frame.values)
    found = [value, tile(frame, owner, index, "∂L/∂output")]
    before = frame.trace.graph.inputs(owner)
    if before:
        source = before[0].source
        found.append(tile(frame, source, carried(frame.trace, owner, index, source), "∂L/∂input"))
    for name, axis in (("weight", frame.layer.channel_axis), ("bias", 0)):
        array = f"{owner}.{name}"
        if array in gradients:
            there = (
                frame.index if array == frame.node else _of_channel(gradients[array].shape, axis, index[0])
            )
            found.append(tile(frame, array, there, f"∂L/∂{name}"))
    return found


def _of_channel(shape: tuple[int, ...], axis: int, channel: int) -> tuple[int, ...]:
    """Return the entry in the middle of a channel's kernel."""
    middle = [size // 2 if dimension > 1 else 0 for dimension, size in enumerate(shape)]
    middle[axis] = min(channel, shape[axis] - 1)
    return tuple(middle)


def _there(frame: Frame, array: str) -> tuple[int, ...]:
    """Return the place in another array of the layer that belongs to the value."""
    if array == frame.node:
        return frame.index
    there = frame.trace.activation(array).shape
    found = carried(frame.trace, frame.node, frame.index, array)
    if len(there) == len(frame.index) - 1 and frame.array.shape[: len(there)] == there:
        found = frame.index[: len(there)]  # what all entries of a vector share: its length, its coupling
    return tuple(int(np.clip(at, 0, size - 1)) for at, size in zip(found, there, strict=True))


def example() -> QWidget:
    """The gates of a convolutional LSTM."""
    from cnnviz.ui.inspect import demo

    widget = Strip()
    widget.show_tiles(inside(demo.frame("conv_lstm2d")), "layer")
    return widget


if __name__ == "__main__":
    from cnnviz.ui.widgets import demo as stage

    stage.run(example, (640, 130))
