"""A few pictures, as large as the room allows, each with a line below."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPen

from cnnviz.ui import colormaps, theme
from cnnviz.ui.widgets.painted import ARROWS, Painted, draw_ring

CAPTION, GAP, LARGEST = 18.0, 8.0, 200.0


@dataclass(frozen=True, eq=False)
class Tile:
    """A picture (H, W) or (H, W, 3) in 0..1 (or, with a colour map, in −1..1), its line, and what it sees, framed.

    `field` is (top, bottom, left, right) in cells, or None.
    """

    picture: np.ndarray
    caption: str
    colormap: str = ""
    field: tuple[int, int, int, int] | None = None


class Tiles(Painted):
    """`clicked` carries the number of a picture."""

    clicked = Signal(int)

    def __init__(self, name: str) -> None:
        super().__init__(None, name)
        self._tiles: tuple[Tile, ...] = ()
        self._across: int | None = None
        self._selected: int | None = None
        self._hovered: int | None = None
        self.setMinimumSize(120, 100)

    def set_tiles(self, tiles: Sequence[Tile], across: int | None = None) -> None:
        """Show pictures, so many side by side; without a number, as many as make them largest."""
        self._tiles, self._across, self._selected, self._hovered = tuple(tiles), across, None, None
        self.redraw()

    def set_selected(self, at: int | None) -> None:
        """Ring one; emits nothing."""
        self._selected = at
        if at is not None:
            self.speak(self._tiles[at].caption)
        self.update()

    @property
    def tiles(self) -> tuple[Tile, ...]:
        """What is shown."""
        return self._tiles

    def rect_of(self, at: int) -> QRectF:
        """Where a picture lies, its line below left out."""
        across, size = self._layout()
        line, place = divmod(at, across)
        return QRectF(place * (size + GAP) + 1, line * (size + CAPTION + GAP) + 1, size, size)

    def tile_at(self, point: QPointF) -> int | None:
        """The picture under a point."""
        found = (
            at
            for at in range(len(self._tiles))
            if self.rect_of(at).adjusted(0, 0, 0, CAPTION).contains(point)
        )
        return next(found, None)

    def sizeHint(self) -> QSize:
        return QSize(320, 320)

    def _layout(self) -> tuple[int, float]:
        """Return how many lie side by side, and how large each is."""
        count = max(len(self._tiles), 1)
        choices = [self._across] if self._across else range(1, count + 1)
        return max(((across, self._size(across, count)) for across in choices), key=lambda found: found[1])

    def _size(self, across: int, count: int) -> float:
        lines = -(-count // across)
        wide = (self.width() - 2 - (across - 1) * GAP) / across
        high = (self.height() - 2 - (lines - 1) * GAP) / lines - CAPTION
        return max(min(wide, high, LARGEST), 8.0)

    # painting

    def paint_base(self, painter: QPainter) -> None:
        for at, tile in enumerate(self._tiles):
            rect = self.rect_of(at)
            self._paint_picture(painter, tile, rect)
            painter.setFont(theme.mono_font(10))
            painter.setPen(theme.color("t2"))
            line = QRectF(rect.left() - GAP / 2, rect.bottom() + 1, rect.width() + GAP, CAPTION)
            text = painter.fontMetrics().elidedText(
                tile.caption, Qt.TextElideMode.ElideRight, round(line.width())
            )
            painter.drawText(line, Qt.AlignmentFlag.AlignCenter, text)

    def _paint_picture(self, painter: QPainter, tile: Tile, rect: QRectF) -> None:
        picture = tile.picture
        image = (
            colormaps.to_image(picture, tile.colormap, -1.0, 1.0)
            if tile.colormap
            else colormaps.to_picture(picture)
        )
        rows, columns = picture.shape[:2]
        cell = min(rect.width() / columns, rect.height() / rows)
        inside = QRectF(0, 0, columns * cell, rows * cell)
        inside.moveCenter(rect.center())
        painter.fillRect(rect, theme.color("bg2"))
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, cell < 1)
        painter.drawImage(inside, image)
        draw_ring(painter, rect, theme.color("line2"), 1, 2)
        if tile.field is not None:
            top, bottom, left, right = tile.field
            painter.setPen(QPen(theme.color("cursor"), 1, Qt.PenStyle.DashLine))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            corner = inside.topLeft() + QPointF(left * cell, top * cell)
            painter.drawRect(
                QRectF(corner.x(), corner.y(), (right - left) * cell - 1, (bottom - top) * cell - 1)
            )

    def paint_over(self, painter: QPainter) -> None:
        for at, width in ((self._hovered, 1), (self._selected, 2)):
            if at is not None and at < len(self._tiles):
                draw_ring(painter, self.rect_of(at), theme.color("cursor"), width, 2)

    # pointing

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = self.tile_at(event.position())
        if at != self._hovered:
            self._hovered = at
            self.setToolTip("" if at is None else self._tiles[at].caption)
            self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self._hovered = None
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        at = self.tile_at(event.position())
        if at is not None and event.button() is Qt.MouseButton.LeftButton:
            self._choose(at)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = ARROWS.get(Qt.Key(event.key()))
        if step and self._tiles:
            start = -1 if self._selected is None else self._selected
            wanted = start + step[0] * self._layout()[0] + step[1]
            self._choose(min(max(wanted, 0), len(self._tiles) - 1))
        else:
            super().keyPressEvent(event)

    def _choose(self, at: int) -> None:
        self.set_selected(at)
        self.clicked.emit(at)
