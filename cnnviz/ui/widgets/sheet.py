"""Many tiles baked into one picture: painting hundreds of small images costs more than computing all their pixels."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter

from cnnviz.ui.widgets.tiles import Tiles

WORTH = 24
"""From so many tiles on, one picture is faster."""


class Sheet:
    """The pixels of some whole lines of tiles, transparent between them; `first` is the first tile."""

    def __init__(self, pixels: NDArray[np.uint32], tiles: Tiles, first: int, ratio: float) -> None:
        """Bake RGB32 `pixels` (N, rows, columns) in device pixels; every length must be a whole number of them."""
        right, down, scale, edge = _in_pixels(tiles, ratio)
        lines, across = math.ceil(len(pixels) / tiles.across), tiles.across
        self._words = np.zeros((lines * down, across * right), np.uint32)
        cells = self._words.reshape(lines, down, across, right).transpose(0, 2, 1, 3)
        height, width = tiles.rows * scale, tiles.columns * scale
        cells = cells[..., edge : edge + height, edge : edge + width]
        cells = cells.reshape(lines, across, tiles.rows, scale, tiles.columns, scale)
        full, rest = divmod(len(pixels), across)
        shape = (full, across, tiles.rows, 1, tiles.columns, 1)
        cells[:full] = pixels[: full * across].reshape(shape)
        if rest:
            cells[full, :rest] = pixels[full * across :][:, :, None, :, None]
        rows, columns = self._words.shape
        self._image = QImage(
            self._words.data, columns, rows, 4 * columns, QImage.Format.Format_ARGB32_Premultiplied
        )
        top = first // across * tiles.pitch[1]
        self._rect = QRectF(0, top, columns / ratio, rows / ratio)

    def paint(self, painter: QPainter) -> None:
        """Paint all tiles where they lie in the whole picture."""
        painter.drawImage(self._rect, self._image)


def suits(tiles: Tiles, count: int, ratio: float) -> bool:
    """Say whether that many tiles are worth a sheet, and begin and end at whole device pixels."""
    lengths = (*tiles.pitch, tiles.cell, tiles.gap / 2)
    return (
        count >= WORTH and tiles.cell >= 1 and all(abs(x * ratio - round(x * ratio)) < 1e-6 for x in lengths)
    )


def _in_pixels(tiles: Tiles, ratio: float) -> tuple[int, int, int, int]:
    right, down = (round(length * ratio) for length in tiles.pitch)
    return right, down, round(tiles.cell * ratio), round(tiles.gap / 2 * ratio)
