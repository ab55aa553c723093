"""Where the tiles of a mosaic lie: wrapped to a width, any number, found in constant time."""

from __future__ import annotations

import math
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF

from cnnviz.ui.widgets.grid import Grid

CAPTION_HEIGHT = 14


@dataclass(frozen=True)
class Tiles:
    """`count` tiles of rows × columns cells of `cell` logical pixels, in lines of `across` tiles."""

    count: int
    rows: int
    columns: int
    cell: float
    gap: float
    caption: float
    across: int

    @property
    def pitch(self) -> tuple[float, float]:
        """Distance from tile to tile, to the right and downwards."""
        return self.columns * self.cell + self.gap, self.rows * self.cell + self.gap + self.caption

    @property
    def lines(self) -> int:
        """How many lines of tiles there are."""
        return math.ceil(self.count / self.across) if self.count else 0

    @property
    def height(self) -> float:
        """The height of all lines."""
        return self.lines * self.pitch[1]

    def grid(self, index: int) -> Grid:
        """The cells of one tile."""
        line, place = divmod(index, self.across)
        right, down = self.pitch
        return Grid(
            self.gap / 2 + place * right, self.gap / 2 + line * down, self.cell, self.rows, self.columns
        )

    def caption_rect(self, index: int) -> QRectF:
        """The place of a tile's caption, below it."""
        below = self.grid(index).rect
        return QRectF(below.left() - self.gap / 2, below.bottom() + 1, self.pitch[0], self.caption - 1)

    def visible(self, top: float, bottom: float) -> range:
        """The tiles in the lines between two heights."""
        down = self.pitch[1]
        first = max(int(top // down), 0) * self.across
        last = min((int(bottom // down) + 1) * self.across, self.count)
        return range(min(first, self.count), max(last, 0))

    def hit(self, point: QPointF) -> tuple[int, int, int] | None:
        """(tile, row, column) under a point, None between the tiles."""
        right, down = self.pitch
        place, line = int((point.x() - self.gap / 2) // right), int((point.y() - self.gap / 2) // down)
        index = line * self.across + place
        if not (0 <= place < self.across and line >= 0 and index < self.count):
            return None
        cell = self.grid(index).cell_at(point)
        return (index, *cell) if cell else None


def wrap(
    count: int, shape: tuple[int, int], tile: float, width: float, captions: bool, dpr: float = 1.0
) -> Tiles:
    """Tiles about `tile` pixels wide for maps of `shape`, as many side by side as fit into `width`."""
    rows, columns = max(shape[0], 1), max(shape[1], 1)
    cell = max(tile / columns, 0.05)
    if cell >= 1:
        cell = math.floor(cell * dpr) / dpr
    gap = 2.0 if rows == columns == 1 else 6.0
    across = max(int((width + 0.5) // (columns * cell + gap)), 1)
    return Tiles(count, rows, columns, cell, gap, float(CAPTION_HEIGHT if captions else 0), across)
