"""How the maps on a card are painted: side by side, near by larger, and with values where cells have room for them."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter

from cnnviz.ui import numbers, theme
from cnnviz.ui.build.canvas.places import CARD_WIDTH
from cnnviz.ui.build.cards.strips import Strip

LEFT, RIGHT = 12.0, CARD_WIDTH - 10.0
TILE, PITCH = 24.0, 27.0
STRIP_TOP = 50.0
LARGE_FROM, LARGE_TILE = 1.6, 30.0
"""From this zoom factor on maps are larger: 48 pixels wide on the screen, and more where one looks closer."""
PRINTED_FROM, ROOMY_FROM = 22.0, 34.0
"""Pixels on the screen from which on a cell has room for its value, and for five characters of it."""


def paint(painter: QPainter, strip: Strip) -> None:
    """Paint the maps of a card in their places, and how many more there are."""
    wide = strip.height == 1
    scale = painter.worldTransform().m11()
    tile, pitch, room = tiles(strip.count, scale)
    tall = min(tile, 14.0) if wide else tile
    width = (RIGHT - LEFT) if strip.count == 1 and wide else tile
    smooth = strip.width > width * scale
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth)
    for place in range(room):
        target = QRectF(LEFT + place * pitch, STRIP_TOP + (TILE - tall) / 2, width, tall)
        target = fitted(target, strip.width, strip.height, wide)
        painter.drawImage(target, strip.image, QRectF(place * strip.width, 0, strip.width, strip.height))
        if scale >= LARGE_FROM and target.width() * scale >= PRINTED_FROM * strip.width:
            _print_values(painter, strip, place, target, scale)
    if strip.total > room:
        painter.setFont(theme.mono_font(10))
        painter.setPen(theme.color("t3"))
        rest = QRectF(LEFT + room * pitch, STRIP_TOP, 40, TILE)
        painter.drawText(rest, Qt.AlignmentFlag.AlignVCenter, f"+{strip.total - room}")


def tiles(count: int, zoom: float) -> tuple[float, float, int]:
    """Return side and pitch of the maps in scene pixels, and how many there is room for: near by, fewer and larger."""
    if zoom < LARGE_FROM:
        return TILE, PITCH, count
    pitch = LARGE_TILE + PITCH - TILE
    return LARGE_TILE, pitch, min(count, int((RIGHT - LEFT - 26) // pitch))


def fitted(target: QRectF, width: int, height: int, stretch: bool) -> QRectF:
    """Return the part of a tile that keeps a map's proportions."""
    if stretch or width == height:
        return target
    scale = min(target.width() / width, target.height() / height)
    size = QPointF(width * scale, height * scale)
    corner = target.center() - size / 2
    return QRectF(corner.x(), corner.y(), size.x(), size.y())


def _print_values(painter: QPainter, strip: Strip, place: int, target: QRectF, scale: float) -> None:
    """Print every value of a map on its cell, in screen pixels: scaled letters would be blurred."""
    wide, high = target.width() * scale / strip.width, target.height() * scale / strip.height
    characters = 5 if wide >= ROOMY_FROM else 4
    painter.save()
    painter.translate(target.topLeft())
    painter.scale(1 / scale, 1 / scale)
    painter.setFont(theme.mono_font(8.5))
    for row in range(strip.height):
        for column in range(strip.width):
            ground = strip.image.pixelColor(place * strip.width + column, row)
            painter.setPen(theme.text_on(ground))
            cell = QRectF(column * wide, row * high, wide, high)
            text = numbers.cell(float(strip.values[place, row, column]), characters)
            painter.drawText(cell, Qt.AlignmentFlag.AlignCenter, text)
    painter.restore()
