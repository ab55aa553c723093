"""The stepper's grid: time across, one row per array, the cursor's pixel in every picture."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent, QMouseEvent, QPainter, QPen

from cnnviz.ui import colormaps, numbers, theme
from cnnviz.ui.inspect.video.rows import Row, scaled
from cnnviz.ui.widgets.painted import ARROWS, Painted, draw_ring

LEFT, TOP, GAP, BREAK = 96.0, 20.0, 3.0, 5.0
SMALLEST = 14.0
Pixel = tuple[int, int]


class Film(Painted):
    """`pointed(row, column, pixel)` by a click, `hovered(row, column, pixel)` by the pointer; columns count from 1.

    Arrow keys move in time and from row to row: `stepped(rows, columns)`.
    """

    pointed = Signal(int, int, object)
    hovered = Signal(int, int, object)
    left = Signal()
    stepped = Signal(int, int)

    def __init__(self) -> None:
        super().__init__(None, "steps of the memory")
        self.rows: tuple[Row, ...] = ()
        self.columns = 1
        self.own_from = 0
        self._images: list[QImage | None] = []
        self._at: tuple[int, int, Pixel] = (0, 1, (0, 0))
        self.setMinimumSize(360, 180)

    def show_rows(self, rows: Sequence[Row], own_from: int) -> None:
        """Show other arrays; from the column behind `own_from` on the input is the network's own (0: nowhere)."""
        self.rows, self.own_from = tuple(rows), own_from
        self.columns = max((row.first + len(row.pictures) - 1 for row in rows), default=1)
        self._images = [_strip(row) for row in rows]
        self.redraw()

    def show_cursor(self, row: int, column: int, pixel: Pixel) -> None:
        """Mark a pixel of a row at a time, and the same pixel in all other pictures; emits nothing."""
        self._at = row, column, pixel
        if 0 <= row < len(self.rows):
            value = self.value_at(row, column, pixel)
            words = "" if value is None else numbers.compact(value, 4)
            self.speak(f"{self.rows[row].caption}, step {column}, row {pixel[0]}, column {pixel[1]}: {words}")
        self.update()

    def value_at(self, row: int, column: int, pixel: Pixel) -> float | None:
        """Return the number of a pixel; None where there is none."""
        picture = self.rows[row].picture(column)
        if picture is None or pixel[0] >= picture.shape[0] or pixel[1] >= picture.shape[1]:
            return None
        return float(picture[pixel])

    def sizeHint(self) -> QSize:
        return QSize(900, 460)

    # -- places -------------------------------------------------------------------------------------------------

    @property
    def _pitch(self) -> tuple[float, float]:
        """Return how far apart columns and rows are."""
        across = (self.width() - LEFT - 8) / max(self.columns, 1)
        down = (self.height() - TOP - 4 - 2 * BREAK) / max(len(self.rows), 1)
        return max(across, 4.0), max(down, SMALLEST)

    def rect_of(self, row: int, column: int) -> QRectF:
        """Return the place of a picture; square, as large as its cell of the grid allows."""
        across, down = self._pitch
        side = max(min(across, down) - GAP, 4.0)
        top = TOP + row * down + (row > 0) * BREAK + (row > 6) * BREAK
        return QRectF(LEFT + (column - 1) * across + (across - GAP - side) / 2, top, side, side)

    def place_at(self, point: QPointF) -> tuple[int, int, Pixel] | None:
        """Return row, column and pixel under a point."""
        across, _down = self._pitch
        column = int((point.x() - LEFT) // across) + 1
        for row in range(len(self.rows)):
            rect = self.rect_of(row, column)
            picture = self.rows[row].picture(column)
            if picture is not None and rect.contains(point):
                height, width = picture.shape
                at = int((point.y() - rect.top()) / rect.height() * height)
                return (
                    row,
                    column,
                    (
                        min(at, height - 1),
                        min(int((point.x() - rect.left()) / rect.width() * width), width - 1),
                    ),
                )
        return None

    # -- painting -----------------------------------------------------------------------------------------------

    def paint_base(self, painter: QPainter) -> None:
        painter.setFont(theme.mono_font(10))
        painter.setPen(theme.color("t3"))
        across, _down = self._pitch
        every = max(round(22 / across + 0.4), 1)
        for column in range(1, self.columns + 1, every):
            above = QRectF(LEFT + (column - 1) * across, 0, across - GAP, TOP - 2)
            painter.drawText(above, Qt.AlignmentFlag.AlignCenter, str(column))
        for at, (row, image) in enumerate(zip(self.rows, self._images, strict=True)):
            self._paint_name(painter, at, row)
            if image is not None:
                self._paint_row(painter, at, row, image)
        if 0 < self.own_from < self.columns:
            x = LEFT + self.own_from * across - GAP / 2 - 0.5
            pen = QPen(theme.color("acc"), 1, Qt.PenStyle.DashLine)
            painter.setPen(pen)
            painter.drawLine(QPointF(x, TOP - 4), QPointF(x, self.height() - 4))

    def _paint_name(self, painter: QPainter, at: int, row: Row) -> None:
        rect = self.rect_of(at, 1)
        tall = rect.height() >= 30
        middle = rect.center().y()
        painter.setFont(theme.mono_font(12, 500))
        painter.setPen(theme.color("t1"))
        if tall:
            painter.drawText(QRectF(4, middle - 15, LEFT - 8, 15), Qt.AlignmentFlag.AlignVCenter, row.name)
            painter.setFont(theme.ui_font(10))
            painter.setPen(theme.color("t3"))
            painter.drawText(QRectF(4, middle, LEFT - 8, 14), Qt.AlignmentFlag.AlignVCenter, row.caption)
        else:
            painter.drawText(QRectF(4, middle - 8, LEFT - 8, 16), Qt.AlignmentFlag.AlignVCenter, row.name)

    def _paint_row(self, painter: QPainter, at: int, row: Row, strip: QImage) -> None:
        colormaps.recolor(strip, row.colormap)
        width, height = row.pictures.shape[2], row.pictures.shape[1]
        smaller = self.rect_of(at, 1).height() * self.devicePixelRatioF() < height
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smaller)
        for number in range(len(row.pictures)):
            target = self.rect_of(at, row.first + number)
            painter.drawImage(target, strip, QRectF(number * width, 0, width, height))
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)

    def paint_over(self, painter: QPainter) -> None:
        row, column, pixel = self._at
        if not self.rows:
            return
        across, _down = self._pitch
        bottom = self.rect_of(len(self.rows) - 1, column).bottom()
        lane = QRectF(LEFT + (column - 1) * across - 2, 1, across - GAP + 4, bottom + 2)
        draw_ring(painter, lane, theme.color("cursor"), 1, 4)
        for at, each in enumerate(self.rows):
            picture = each.picture(column)
            if picture is None:
                continue
            rect = self.rect_of(at, column)
            if at == row:
                draw_ring(painter, rect.adjusted(-1, -1, 1, 1), theme.color("cursor"), 2)
            here = scaled(pixel, self.rows[row].pictures.shape, picture.shape)
            self._paint_pixel(painter, rect, picture.shape, here)

    def _paint_pixel(self, painter: QPainter, rect: QRectF, shape: tuple[int, ...], pixel: Pixel) -> None:
        width, height = rect.width() / shape[1], rect.height() / shape[0]
        spot = QRectF(rect.left() + pixel[1] * width, rect.top() + pixel[0] * height, width, height)
        grown = max(5.0 - min(width, height), 0.0) / 2
        painter.setPen(QPen(theme.color("cursor"), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(spot.adjusted(-grown, -grown, grown, grown))

    # -- pointing -----------------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        self._go(event, self.pointed)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        dragged = bool(event.buttons() & Qt.MouseButton.LeftButton)
        self._go(event, self.pointed if dragged else self.hovered)

    def leaveEvent(self, _event: object) -> None:
        self.left.emit()

    def _go(self, event: QMouseEvent, signal: object) -> None:
        found = self.place_at(event.position())
        if found is not None:
            signal.emit(*found)  # type: ignore[attr-defined]
        else:
            self.left.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = ARROWS.get(Qt.Key(event.key()))
        if step:
            self.stepped.emit(*step)
        else:
            super().keyPressEvent(event)


def _strip(row: Row) -> QImage | None:
    """Return the pictures of a row side by side."""
    if not row.pictures.size:
        return None
    steps, height, width = row.pictures.shape
    side_by_side = np.ascontiguousarray(row.pictures.transpose(1, 0, 2)).reshape(height, steps * width)
    if row.flat:  # the last line of a wrapped vector may end early
        side_by_side = np.where(np.isnan(side_by_side), row.limits[0], side_by_side)
    return colormaps.to_image(side_by_side, row.colormap, *row.limits)
