"""A sampling grid on the picture that is sampled: where every output pixel is fetched from, and one of them large."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from cnnviz.explain.sampling import coordinates
from cnnviz.layers.formula import Sampled
from cnnviz.ui import colormaps, numbers, theme
from cnnviz.ui.inspect.frame import Frame
from cnnviz.ui.widgets.grid import Grid, fit
from cnnviz.ui.widgets.painted import Painted, draw_ring

MOST_DOTS = 40
"""Per side: of a finer grid, every second or third place is marked."""
FARTHEST = 1.5
"""How far outside, in sizes of the picture, a place is still drawn; the way to farther ones ends at the edge."""


class SamplingGrid(Painted):
    """Dots for all places, the outline of the output, and the four pixels around the place that is looked at."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, "sampling grid")
        self._frame: Frame | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumHeight(80)

    def show_frame(self, frame: Frame) -> None:
        """Show where another value is fetched from."""
        self._frame = frame
        row, column = (each.value for each in frame.explanation.constants[:2])
        self.speak(f"fetched from row {numbers.compact(row, 4)}, column {numbers.compact(column, 4)}")
        self.redraw()

    def sizeHint(self) -> QSize:
        return QSize(320, 240)

    def paint_base(self, painter: QPainter) -> None:
        frame = self._frame
        if frame is None or not isinstance(frame.explanation.formula, Sampled):
            return
        reading = frame.readings[0]
        picture = reading.maps[reading.channels[0], 0]
        rows, columns = picture.shape
        margin = (max(rows // 4, 1), max(columns // 4, 1)) * 2
        grid = fit(QRectF(self.rect()).adjusted(2, 2, -2, -2), rows, columns, margin)
        limits = frame.limits(reading.node, picture)
        image = colormaps.to_image(picture, frame.colormap(reading.node), *limits)
        colormaps.recolor(image, frame.colormap(reading.node))
        painter.setOpacity(0.75)
        painter.drawImage(grid.rect, image)
        painter.setOpacity(1.0)
        painter.setPen(QPen(theme.color("line2"), 1))
        painter.drawRect(grid.rect)
        self._paint_places(painter, grid, frame.explanation.formula, frame)
        self._paint_neighbours(painter, grid, frame)

    def _paint_places(self, painter: QPainter, grid: Grid, formula: Sampled, frame: Frame) -> None:
        thetas = [each.value for each in frame.explanation.constants[2:]]
        size, out = (grid.rows, grid.columns), formula.size
        if not np.isfinite(thetas).all():
            return

        def place(row: int, column: int) -> QPointF:
            at = replace(formula, place=(formula.place[0], row, column))
            x, y = coordinates(at, thetas, size)
            return _point(grid, y, x)

        painter.setClipRect(QRectF(self.rect()))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        corners = [place(0, 0), place(0, out[1] - 1), place(out[0] - 1, out[1] - 1), place(out[0] - 1, 0)]
        painter.setPen(QPen(theme.color("acc"), 1.5))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPolygon(QPolygonF(corners))
        painter.setPen(QPen(theme.color("acc"), 2.4))
        steps = [max(entry // MOST_DOTS, 1) for entry in out]
        dots = [place(r, c) for r in range(0, out[0], steps[0]) for c in range(0, out[1], steps[1])]
        painter.drawPoints(QPolygonF(dots))

    def _paint_neighbours(self, painter: QPainter, grid: Grid, frame: Frame) -> None:
        reading = frame.readings[0]
        cursor = theme.color("cursor")
        y, x = (each.value for each in frame.explanation.constants[:2])
        if not np.isfinite((y, x)).all():
            return
        for row, r in enumerate(reading.ranges[2]):
            for column, c in enumerate(reading.ranges[3]):
                share = float(reading.weights[0, 0, row, column])
                rect = grid.cell_rect(r, c)
                fill = theme.color("cursor", 0.55 * min(max(share, 0.0), 1.0))
                painter.fillRect(rect, fill)
                draw_ring(painter, rect, cursor, 1)
                if grid.size >= 30:
                    painter.setPen(theme.color("t1"))
                    painter.setFont(theme.mono_font(9.5))
                    painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, numbers.fixed(share, 2))
        spot = _point(grid, y, x)
        painter.setPen(QPen(theme.color("bg0"), 1))
        painter.setBrush(cursor)
        painter.drawEllipse(spot, 4, 4)


def _point(grid: Grid, row: float, column: float) -> QPointF:
    """Return the place of a real-valued pixel, kept near the picture."""
    row = min(max(row, -FARTHEST * grid.rows), (1 + FARTHEST) * grid.rows)
    column = min(max(column, -FARTHEST * grid.columns), (1 + FARTHEST) * grid.columns)
    return QPointF(grid.left + (column + 0.5) * grid.size, grid.top + (row + 0.5) * grid.size)


def example() -> QWidget:
    """A picture sampled askew."""
    from cnnviz.ui.inspect import demo

    widget = SamplingGrid()
    widget.show_frame(demo.frame("affine_sampler"))
    return widget


if __name__ == "__main__":
    from cnnviz.ui.widgets import demo as stage

    stage.run(example, (420, 320))
