"""Where the products of a window lie: one block per channel, planes side by side, wrapped to a width."""

from __future__ import annotations

import math
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF

HEAD, GAP, PAD = 20.0, 10.0, 5.0
PLANE_GAP = 6.0


@dataclass(frozen=True)
class Blocks:
    """Where the blocks lie: `depth` planes side by side, each `rows` × `columns` cells."""

    count: int
    depth: int
    rows: int
    columns: int
    cell_width: float
    cell_height: float
    across: int

    @property
    def width(self) -> float:
        """The width of one block."""
        planes = self.depth * self.columns * self.cell_width
        return max(planes + (self.depth - 1) * PLANE_GAP, 96.0) + 2 * PAD

    @property
    def height(self) -> float:
        """The height of one block."""
        return HEAD + self.rows * self.cell_height + PAD

    @property
    def total(self) -> float:
        """The height of all blocks."""
        return math.ceil(self.count / self.across) * (self.height + GAP)

    def rect(self, place: int) -> QRectF:
        """The place of a block."""
        line, at = divmod(place, self.across)
        return QRectF(at * (self.width + GAP), line * (self.height + GAP), self.width, self.height)

    def cell_rect(self, place: int, depth: int, row: int, column: int) -> QRectF:
        """The place of a cell of a block."""
        corner = self.rect(place)
        left = corner.left() + PAD + depth * (self.columns * self.cell_width + PLANE_GAP)
        top = corner.top() + HEAD
        return QRectF(
            left + column * self.cell_width,
            top + row * self.cell_height,
            self.cell_width - 1,
            self.cell_height - 1,
        )

    def visible(self, top: float, bottom: float) -> range:
        """The blocks in the lines between two heights."""
        line = self.height + GAP
        first, last = max(int(top // line), 0) * self.across, (int(bottom // line) + 1) * self.across
        return range(min(first, self.count), min(last, self.count))

    def hit(self, point: QPointF) -> tuple[int, tuple[int, int, int] | None] | None:
        """The block under a point, and the (depth, row, column) of the cell in it."""
        at, line = int(point.x() // (self.width + GAP)), int(point.y() // (self.height + GAP))
        place = line * self.across + at
        if not (0 <= at < self.across and 0 <= place < self.count and self.rect(place).contains(point)):
            return None
        for depth in range(self.depth):
            corner = self.cell_rect(place, depth, 0, 0)
            column = math.floor((point.x() - corner.left()) / self.cell_width)
            row = math.floor((point.y() - corner.top()) / self.cell_height)
            if 0 <= column < self.columns and 0 <= row < self.rows:
                return place, (depth, row, column)
        return place, None
