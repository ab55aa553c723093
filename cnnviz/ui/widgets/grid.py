"""Where the cells of a picture lie: one place for fitting, painting and hit-testing."""

from __future__ import annotations

import math
from dataclasses import dataclass

from PySide6.QtCore import QLineF, QPointF, QRectF

Cell = tuple[int, int]


@dataclass(frozen=True)
class Grid:
    """`rows` × `columns` square cells of `size` logical pixels; (left, top) is the corner of cell (0, 0)."""

    left: float
    top: float
    size: float
    rows: int
    columns: int

    @property
    def rect(self) -> QRectF:
        """The rectangle around all cells."""
        return QRectF(self.left, self.top, self.columns * self.size, self.rows * self.size)

    def cell_rect(self, row: int, column: int, rows: int = 1, columns: int = 1) -> QRectF:
        """The rectangle of a block of cells; it may lie outside the grid, in the padding."""
        return QRectF(
            self.left + column * self.size, self.top + row * self.size, columns * self.size, rows * self.size
        )

    def lines(self) -> list[QLineF]:
        """The lines between the cells, first those that stand."""
        area = self.rect
        across = (self.left + column * self.size for column in range(1, self.columns))
        down = (self.top + row * self.size for row in range(1, self.rows))
        standing = [QLineF(x, area.top(), x, area.bottom() - 1) for x in across]
        return standing + [QLineF(area.left(), y, area.right() - 1, y) for y in down]

    def cell_at(self, point: QPointF) -> Cell | None:
        """The cell under a point, None outside."""
        if self.size <= 0:
            return None
        row, column = (
            math.floor((point.y() - self.top) / self.size),
            math.floor((point.x() - self.left) / self.size),
        )
        return (row, column) if 0 <= row < self.rows and 0 <= column < self.columns else None


def fit(
    area: QRectF,
    rows: int,
    columns: int,
    padding: tuple[int, int, int, int] = (0, 0, 0, 0),
    dpr: float = 1.0,
    largest: float = 96,
) -> Grid:
    """The largest grid whose cells and padding (top, left, bottom, right, in cells) lie centred in `area`.

    Cells of two pixels and more are whole device pixels wide, so that all of them look equal.
    """
    top, left, bottom, right = padding
    all_rows, all_columns = max(rows + top + bottom, 1), max(columns + left + right, 1)
    size = max(min(area.width() / all_columns, area.height() / all_rows, largest), 0.01)
    if size >= 2:
        size = math.floor(size * dpr) / dpr
    x = area.left() + round((area.width() - all_columns * size) / 2) + left * size
    y = area.top() + round((area.height() - all_rows * size) / 2) + top * size
    return Grid(x, y, size, rows, columns)


def move(cell: Cell | None, row_step: int, column_step: int, rows: int, columns: int) -> Cell:
    """The neighbour of `cell`, kept inside; (0, 0) when there was none."""
    if cell is None:
        return 0, 0
    return min(max(cell[0] + row_step, 0), rows - 1), min(max(cell[1] + column_step, 0), columns - 1)
