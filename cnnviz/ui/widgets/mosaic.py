"""Many maps at once, as tiles wrapped to the width: feature maps, kernels, the cells of a dense layer."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QPointF, QSize, Qt, Signal
from PySide6.QtGui import (
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from cnnviz.ui import colormaps, numbers, theme
from cnnviz.ui.widgets.curvetile import is_curve, paint_curve
from cnnviz.ui.widgets.heatmap import VALUES_FROM, paint_values
from cnnviz.ui.widgets.painted import ARROWS, draw_ring
from cnnviz.ui.widgets.scrolled import Scrolled
from cnnviz.ui.widgets.sheet import Sheet, suits
from cnnviz.ui.widgets.tiles import Tiles, wrap

Place = tuple[int, int, int]  # map, row, column

TILE, VECTOR_TILE = 56.0, 28.0
CURVE_SHAPE = 0.6
"""How high a curve's tile is beside its width."""
SMALLEST, LARGEST = 12.0, 1024.0


class Mosaic(Scrolled):
    """Shows (N, H, W) maps, or a vector (N,) as a wrapped grid of cells; paints only what is in view.

    Ctrl+wheel zooms. Arrow keys move the selected pixel (for vectors: the cell), `;` and `'` the map; Enter is a
    double click on it.
    """

    clicked = Signal(int, int, int)
    double_clicked = Signal(int, int, int)
    hovered = Signal(int, int, int)
    left = Signal()

    def __init__(self, parent: QWidget | None = None, name: str = "maps", colormap: str = "value") -> None:
        super().__init__(parent, name)
        self._name, self._colormap = name, colormap
        self._maps = np.zeros((0, 1, 1), dtype=np.float32)
        self._low: np.ndarray = np.float32(-1).reshape(1, 1, 1)
        self._high: np.ndarray = np.float32(1).reshape(1, 1, 1)
        self._curves = False
        self._captions: Sequence[str] = ()
        self._tile: float | None = None
        self._selected: Place | None = None
        self._hovered: Place | None = None
        self._pixels: tuple[tuple[object, ...], np.ndarray] | None = None
        self._sheet: tuple[np.ndarray, Tiles, Sheet] | None = None

    def set_maps(
        self,
        maps: np.ndarray,
        low: float | np.ndarray | None = None,
        high: float | np.ndarray | None = None,
        colormap: str | None = None,
        *,
        curves: bool = False,
    ) -> None:
        """Show (N, H, W) or (N,) values; low and high are one number, one per map, or the range of all.

        The array is kept, not copied. Selection and scroll position stay where that is possible. With `curves`, maps
        that are a single row are drawn as curves.
        """
        maps = np.asarray(maps)
        maps = maps.reshape(-1, 1, 1) if maps.ndim == 1 else maps
        curves = curves and is_curve(*maps.shape[1:])
        moved = maps.shape != self._maps.shape or curves != self._curves
        self._curves = curves
        self._colormap = colormap or self._colormap
        if low is None or high is None:
            low, high = colormaps.data_range(maps, self._colormap)
        self._maps, self._pixels = maps, None
        self._low = np.asarray(low, dtype=np.float32).reshape(-1, 1, 1)
        self._high = np.asarray(high, dtype=np.float32).reshape(-1, 1, 1)
        if moved:
            self._hovered = None
            if self._selected and not all(
                at < size for at, size in zip(self._selected, maps.shape, strict=True)
            ):
                self._selected = None
            self.update_scroll()
        self._speak()
        self.viewport().update()

    def set_name(self, name: str) -> None:
        """What the maps are called when they speak: "conv2"."""
        self._name = name
        self._speak()

    def set_captions(self, captions: Sequence[str]) -> None:
        """Write a line below each tile; an empty sequence removes them."""
        self._captions = captions
        self.update_scroll()

    def set_tile_size(self, pixels: float) -> None:
        """Make tiles about `pixels` wide."""
        self._tile = min(max(pixels, SMALLEST), LARGEST)
        self.update_scroll()

    def set_selected(self, place: Place | None) -> None:
        """Ring a map and its pixel; emits nothing."""
        self._selected = place
        self._speak()
        self.viewport().update()

    def set_hovered(self, place: Place | None) -> None:
        """Show the pointer of a linked pane; emits nothing."""
        self._hovered = place
        self.viewport().update()

    @property
    def selected(self) -> Place | None:
        """The selected (map, row, column)."""
        return self._selected

    @property
    def value_range(self) -> tuple[float, float]:
        """The smallest low and the largest high, for a legend."""
        return float(self._low.min()), float(self._high.max())

    def tiles(self) -> Tiles:
        """Where the tiles lie, in coordinates of the whole picture."""
        return self._wrap(self.viewport().width())

    def place_at(self, point: QPointF) -> Place | None:
        """The (map, row, column) under a point of the viewport."""
        place = self.tiles().hit(point + QPointF(0, self.top()))
        return (place[0], 0, place[2]) if place and self._curves else place

    def sizeHint(self) -> QSize:
        return QSize(320, 240)

    def minimumSizeHint(self) -> QSize:
        return QSize(64, 40)

    def height_for_width(self, width: int) -> int:
        """The height that shows all tiles without scrolling."""
        return round(self._wrap(width).height)

    def _wrap(self, width: int) -> Tiles:
        count, rows, columns = self._maps.shape
        rows = max(round(columns * CURVE_SHAPE), 1) if self._curves else rows
        tile = self._tile or (VECTOR_TILE if rows == columns == 1 else TILE)
        return wrap(count, (rows, columns), tile, width, bool(self._captions), self.devicePixelRatioF())

    # painting

    def paintEvent(self, event: QPaintEvent) -> None:
        tiles, top = self.tiles(), self.top()
        painter = QPainter(self.viewport())
        painter.translate(0, -top)
        shown = tiles.visible(top, top + self.viewport().height())
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, tiles.cell < 1)
        if self._curves:
            self._paint_curves(painter, tiles, shown)
        else:
            self._paint_tiles(painter, tiles, shown)
        if tiles.cell >= VALUES_FROM and not self._curves:
            self._paint_values(painter, tiles, shown)
        if self._captions:
            self._paint_captions(painter, tiles, shown)
        self._paint_rings(painter, tiles)
        painter.end()

    def _paint_curves(self, painter: QPainter, tiles: Tiles, shown: range) -> None:
        maps, low, high = self._part(shown)
        ends = np.broadcast_to(low, (len(maps), 1, 1)), np.broadcast_to(high, (len(maps), 1, 1))
        for index, values, bottom, top in zip(shown, maps, *ends, strict=True):
            rect = tiles.grid(index).rect
            painter.fillRect(rect, theme.color("bg2"))
            paint_curve(painter, rect, values[0], float(bottom[0, 0]), float(top[0, 0]), self._colormap, 1.0)

    def _paint_tiles(self, painter: QPainter, tiles: Tiles, shown: range) -> None:
        """Paint all maps in view: many at once, few one by one."""
        pixels, ratio = self._visible_pixels(shown), self.devicePixelRatioF()
        if not suits(tiles, len(shown), ratio):
            for index, each in zip(shown, pixels, strict=True):
                painter.drawImage(tiles.grid(index).rect, colormaps.pixels_image(each))
            return
        if self._sheet is None or self._sheet[0] is not pixels or self._sheet[1] != tiles:
            self._sheet = pixels, tiles, Sheet(pixels, tiles, shown.start, ratio)
        self._sheet[2].paint(painter)

    def _visible_pixels(self, shown: range) -> np.ndarray:
        key = (shown, theme.current().name, self._colormap)
        if self._pixels is None or self._pixels[0] != key:
            maps, low, high = self._part(shown)
            self._pixels = key, colormaps.to_pixels(maps, self._colormap, low, high)
        return self._pixels[1]

    def _part(self, shown: range) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Some maps with the ends of their colour ranges: one for all, or one for each."""
        part = slice(shown.start, shown.stop)
        low, high = (ends if len(ends) == 1 else ends[part] for ends in (self._low, self._high))
        return self._maps[part], low, high

    def _paint_values(self, painter: QPainter, tiles: Tiles, shown: range) -> None:
        maps, low, high = self._part(shown)
        paint_values(painter, [tiles.grid(index) for index in shown], maps, self._colormap, low, high)

    def _paint_captions(self, painter: QPainter, tiles: Tiles, shown: range) -> None:
        painter.setFont(theme.mono_font(9.5))
        painter.setPen(theme.color("t3"))
        for index in shown[: max(len(self._captions) - shown.start, 0)]:
            painter.drawText(tiles.caption_rect(index), Qt.AlignmentFlag.AlignCenter, self._captions[index])

    def _paint_rings(self, painter: QPainter, tiles: Tiles) -> None:
        cursor = theme.color("cursor")
        for place, width in ((self._hovered, 1), (self._selected, 2)):
            if place is None or place[0] >= tiles.count:
                continue
            grid = tiles.grid(place[0])
            single = tiles.rows == tiles.columns == 1
            reach = 1 if single else 2
            draw_ring(painter, grid.rect.adjusted(-reach, -reach, reach, reach), cursor, width, 2)
            if not single and tiles.cell >= 3:
                draw_ring(painter, grid.cell_rect(*place[1:], tiles.rows if self._curves else 1), cursor, 1)

    # pointing

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        place = self.place_at(event.position())
        if place == self._hovered:
            return
        self.set_hovered(place)
        if place:
            self.viewport().setToolTip(self._sentence(place))
            self.hovered.emit(*place)
        else:
            self.viewport().setToolTip("")
            self.left.emit()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        place = self.place_at(event.position())
        if place and event.button() is Qt.MouseButton.LeftButton:
            self._choose(place)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        place = self.place_at(event.position())
        if place:
            self.double_clicked.emit(*place)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            tiles = self.tiles()
            self.set_tile_size(tiles.columns * tiles.cell * 1.25 ** (event.angleDelta().y() / 120))
            event.accept()
        else:
            super().wheelEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        place = self._next_place(event)
        if place is not None:
            self._choose(place)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._selected is not None:
            self.double_clicked.emit(*self._selected)
        else:
            super().keyPressEvent(event)

    def _next_place(self, event: QKeyEvent) -> Place | None:
        count, rows, columns = self._maps.shape
        jump = {Qt.Key.Key_Semicolon: -1, Qt.Key.Key_Apostrophe: 1}.get(Qt.Key(event.key()), 0)
        step = ARROWS.get(Qt.Key(event.key()))
        if not count or not (jump or step):
            return None
        index, row, column = self._selected or (0, 0, 0)
        if self._selected is None:
            return 0, 0, 0
        if step and rows == columns == 1:
            jump = step[0] * self.tiles().across + step[1]
        elif step:
            row, column = min(max(row + step[0], 0), rows - 1), min(max(column + step[1], 0), columns - 1)
        return min(max(index + jump, 0), count - 1), row, column

    def _choose(self, place: Place) -> None:
        self.set_selected(place)
        self.reveal(self.tiles().grid(place[0]).rect)
        self.clicked.emit(*place)

    # scrolling

    def content_height(self) -> float:
        return self.tiles().height

    def line_height(self) -> float:
        return self.tiles().pitch[1]

    def pointer_left(self) -> None:
        if self._hovered is not None:
            self.set_hovered(None)
            self.left.emit()

    def _sentence(self, place: Place) -> str:
        value = numbers.compact(float(self._maps[place]), 5)
        if self._maps.shape[1:] == (1, 1):
            return f"unit {place[0]}, {value}"
        return f"map {place[0]} row {place[1]} column {place[2]}, {value}"

    def _speak(self) -> None:
        where = f" {self._sentence(self._selected)}" if self._selected else ""
        self.setAccessibleName(self._name + where)


def example() -> QWidget:
    """64 maps of 28×28."""
    from cnnviz.ui.widgets import demo

    widget = Mosaic(name="conv1")
    widget.set_maps(demo.maps(64))
    widget.set_captions([str(index) for index in range(64)])
    widget.set_selected((10, 8, 12))
    return widget


if __name__ == "__main__":
    from cnnviz.ui.widgets import demo

    demo.run(example)
