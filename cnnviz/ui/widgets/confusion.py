"""The confusion matrix: which class was taken for which, and the recall of each."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import QWidget

from cnnviz.ui import colormaps, numbers, theme
from cnnviz.ui.widgets import grid as grids
from cnnviz.ui.widgets.chrome import Segmented
from cnnviz.ui.widgets.grid import Cell, Grid
from cnnviz.ui.widgets.painted import ARROWS, Painted, draw_ring

TOP, BOTTOM, RECALL = 16, 16, 92
TALLEST_NAME, WIDEST_NAME = 52, 72


class ConfusionMatrix(Painted):
    """Rows are true classes, columns predicted ones. The diagonal is grey: colour is for mistakes."""

    cell_clicked = Signal(int, int)

    def __init__(self, parent: QWidget | None = None, name: str = "confusion matrix") -> None:
        super().__init__(parent, name)
        self._counts = np.zeros((0, 0), dtype=np.int64)
        self._classes: Sequence[str] = ()
        self._percent = False
        self._selected: Cell | None = None
        self._hovered: Cell | None = None
        self.setMinimumSize(200, 160)

    def set_counts(self, counts: np.ndarray, classes: Sequence[str] | None = None) -> None:
        """Show (K, K) counts; class names stay when not given, at first they are 0, 1, 2 ..."""
        self._counts = np.asarray(counts)
        if classes is not None:
            self._classes = classes
        elif len(self._classes) != len(counts):
            self._classes = [str(index) for index in range(len(counts))]
        if self._selected and max(self._selected) >= len(counts):
            self._selected = None
        self.redraw()

    def set_percent(self, percent: bool) -> None:
        """Show shares of each true class instead of counts."""
        self._percent = percent
        self.redraw()

    def switch(self) -> Segmented:
        """A new count | % switch, for the header of a panel."""
        control = Segmented([(False, "count"), (True, "%")], name="show counts or percent")
        control.set_value(self._percent)
        control.chosen.connect(self.set_percent)
        return control

    def set_selected(self, cell: Cell | None) -> None:
        """Ring a (true, predicted) cell; emits nothing."""
        self._selected = cell
        if cell:
            self.speak(self._sentence(cell))
        self.update()

    @property
    def selected(self) -> Cell | None:
        """The selected (true, predicted) cell."""
        return self._selected

    def grid(self) -> Grid:
        """Where the cells lie now."""
        area = QRectF(self.rect()).adjusted(self._left, self._top, -RECALL, -BOTTOM)
        count = len(self._counts)
        found = grids.fit(area, count, count, dpr=self.devicePixelRatioF(), largest=40)
        return Grid(area.left(), area.top(), found.size, count, count)

    def cell_at(self, point: QPointF) -> Cell | None:
        """The (true, predicted) cell under a point."""
        return self.grid().cell_at(point)

    def sizeHint(self) -> QSize:
        side = 24 * max(len(self._counts), 4)
        return QSize(side + round(self._left) + RECALL, side + round(self._top) + BOTTOM)

    @property
    def _left(self) -> float:
        return 22 + min(self._widest, WIDEST_NAME)

    @property
    def _top(self) -> float:
        """Room above the cells: names of more than two letters stand upright there."""
        return TOP if self._widest <= TOP else min(self._widest, TALLEST_NAME) + 6

    @property
    def _widest(self) -> float:
        metrics = QFontMetricsF(theme.mono_font(10))
        return max((metrics.horizontalAdvance(name) for name in self._classes), default=0.0)

    # painting

    def paint_base(self, painter: QPainter) -> None:
        if not len(self._counts):
            return
        grid = self.grid()
        if grid.size < 4:
            return
        colors = self._colors()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for row in range(grid.rows):
            for column in range(grid.columns):
                self._paint_cell(painter, grid, (row, column), colors[row][column])
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        self._paint_names(painter, grid)
        self._paint_recall(painter, grid)

    def _colors(self) -> list[list[QColor]]:
        shares = self._shares() if self._percent else self._counts.astype(float)
        wrong = shares - np.diag(np.diag(shares))
        # a floor of a third keeps single mistakes visible
        top = max(float(wrong.max()), 1e-9)
        lifted = np.where(wrong > 0, 0.25 + 0.65 * wrong / top, 0.0)
        words = colormaps.to_pixels(lifted, "amount", 0.0, 1.0)
        blank, diagonal = theme.color("bg2"), theme.color("bg4")
        return [
            [
                diagonal if r == c else QColor.fromRgb(int(words[r, c])) if wrong[r, c] else blank
                for c in range(len(words))
            ]
            for r in range(len(words))
        ]

    def _paint_cell(self, painter: QPainter, grid: Grid, cell: Cell, color: QColor) -> None:
        rect = grid.cell_rect(*cell).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color)
        painter.drawRoundedRect(rect, 2, 2)
        text = self._text(cell)
        if not text or grid.size < 13:
            return
        mistake = cell[0] != cell[1]
        size = min(10.5 if mistake else 9.5, (grid.size - 3) / (max(len(text), 2) * 0.6))
        painter.setFont(theme.mono_font(round(size * 2) / 2, 600 if mistake else 400))
        painter.setPen(theme.text_on(color) if mistake else theme.color("t2"))
        painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, text)

    def _text(self, cell: Cell) -> str:
        count = int(self._counts[cell])
        if not count:
            return ""
        if not self._percent:
            return str(count)
        share = 100 * float(self._shares()[cell])
        return numbers.fixed(share, 0 if share >= 9.95 else 1)

    def _shares(self) -> np.ndarray:
        totals = self._counts.sum(axis=1, keepdims=True)
        shares: np.ndarray = self._counts / np.maximum(totals, 1)
        return shares

    def _paint_names(self, painter: QPainter, grid: Grid) -> None:
        painter.setFont(theme.mono_font(10))
        painter.setPen(theme.color("t3"))
        area = grid.rect
        metrics = painter.fontMetrics()
        for index, name in enumerate(self._classes):
            self._paint_column_name(painter, grid.cell_rect(0, index), name)
            row = grid.cell_rect(index, 0)
            right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            whole = metrics.elidedText(name, Qt.TextElideMode.ElideRight, WIDEST_NAME)
            painter.drawText(QRectF(14, row.top(), area.left() - 20, grid.size), right, whole)
        painter.setFont(theme.ui_font(10))
        below = QRectF(area.left(), area.bottom() + 2, area.width(), BOTTOM - 2)
        painter.drawText(below, Qt.AlignmentFlag.AlignCenter, "predicted")
        painter.save()
        painter.translate(0, area.bottom())
        painter.rotate(-90)
        painter.drawText(QRectF(0, 0, area.height(), 14), Qt.AlignmentFlag.AlignCenter, "true")
        painter.restore()

    def _paint_column_name(self, painter: QPainter, cell: QRectF, name: str) -> None:
        if self._widest <= TOP:
            place = QRectF(cell.left(), 0, cell.width(), cell.top() - 2)
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, name)
            return
        shown = painter.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, TALLEST_NAME)
        painter.save()
        painter.translate(cell.left(), cell.top() - 4)
        painter.rotate(-90)
        painter.drawText(QRectF(0, 0, TALLEST_NAME + 4, cell.width()), Qt.AlignmentFlag.AlignVCenter, shown)
        painter.restore()

    def _paint_recall(self, painter: QPainter, grid: Grid) -> None:
        left = grid.rect.right() + 12
        painter.setFont(theme.ui_font(10))
        painter.setPen(theme.color("t3"))
        painter.drawText(
            QRectF(left, grid.top - TOP, RECALL, TOP - 2), Qt.AlignmentFlag.AlignVCenter, "recall, %"
        )
        painter.setFont(theme.mono_font(10))
        totals = self._counts.sum(axis=1)
        for index, share in enumerate(np.diag(self._shares())):
            if not totals[index]:
                continue
            row = grid.cell_rect(index, 0)
            bar = QRectF(left, row.center().y() - 3, 36, 6)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.fillRect(bar, theme.color("bg4"))
            painter.fillRect(
                QRectF(bar.left(), bar.top(), bar.width() * share, 6), theme.group_color("Pooling")
            )
            painter.setPen(theme.color("t2"))
            text = numbers.fixed(100 * float(share), 1)
            place = QRectF(bar.right() + 6, row.top(), 40, grid.size)
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, text)

    def paint_over(self, painter: QPainter) -> None:
        grid, cursor = self.grid(), theme.color("cursor")
        for cell, width in ((self._hovered, 1), (self._selected, 2)):
            if cell:
                draw_ring(painter, grid.cell_rect(*cell), cursor, width, 2)

    # pointing

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        cell = self.cell_at(event.position())
        if cell != self._hovered:
            self._hovered = cell
            self.setToolTip(self._sentence(cell) if cell else "")
            self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self._hovered = None
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        cell = self.cell_at(event.position())
        if cell:
            self._choose(cell)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = ARROWS.get(Qt.Key(event.key()))
        if step and len(self._counts):
            self._choose(grids.move(self._selected, *step, len(self._counts), len(self._counts)))
        else:
            super().keyPressEvent(event)

    def _choose(self, cell: Cell) -> None:
        self.set_selected(cell)
        self.cell_clicked.emit(*cell)

    def _sentence(self, cell: Cell) -> str:
        true, predicted = (self._classes[at] for at in cell)
        total = int(self._counts[cell[0]].sum())
        what = "recognised" if cell[0] == cell[1] else f"taken for {predicted}"
        return f"true {true}, {what}: {numbers.count(int(self._counts[cell]))} of {numbers.count(total)}"


def example() -> QWidget:
    """Ten classes with few mistakes."""
    rng = np.random.default_rng(1)
    counts = rng.poisson(0.35, (10, 10)) + np.diag(rng.integers(430, 560, 10))
    widget = ConfusionMatrix()
    widget.set_counts(counts)
    widget.set_selected((5, 6))
    return widget


if __name__ == "__main__":
    from cnnviz.ui.widgets import demo

    demo.run(example, (380, 310))
