"""A few predicted values, each beside the true one and their difference."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter

from cnnviz.ui import numbers, theme
from cnnviz.ui.inspect.outcome.outcome import Outcome
from cnnviz.ui.widgets.painted import Painted

HEADER, ROW = 18, 22
NUMBER = 72.0
HEADINGS = ("predicted", "true", "off by")


class ValueTable(Painted):
    """One row per value; the columns of what is not known are left out."""

    def __init__(self) -> None:
        super().__init__(None, "predicted values")
        self._outcome: Outcome | None = None

    def show_outcome(self, found: Outcome) -> None:
        """Show at most a dozen values."""
        self._outcome = found
        self.setFixedHeight(self.sizeHint().height())
        self.speak(", ".join(" ".join(row) for row in self.rows()))
        self.redraw()

    def rows(self) -> list[tuple[str, ...]]:
        """Return what is written: a name, the predicted value and, where it is known, the true one and the error."""
        found = self._outcome
        if found is None:
            return []
        names = found.names or tuple(str(place) for place in range(found.values.size))
        rows = []
        for place, name in enumerate(names):
            value = float(found.values[place])
            written: tuple[str, ...] = (name, numbers.fixed(value, 4))
            if found.truth is not None:
                true = float(found.truth[place])
                written += (numbers.fixed(true, 4), numbers.fixed(value - true, 4, plus=True))
            rows.append(written)
        return rows

    def sizeHint(self) -> QSize:
        return QSize(280, HEADER + ROW * max(len(self.rows()), 1))

    def paint_base(self, painter: QPainter) -> None:
        rows = self.rows()
        columns = len(rows[0]) - 1 if rows else 0
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        for at in range(columns):
            painter.setFont(theme.ui_font(10))
            painter.setPen(theme.color("t3"))
            painter.drawText(self._cell(0, HEADER, at, columns), right, HEADINGS[at])
        for number, row in enumerate(rows):
            self._paint_row(painter, HEADER + number * ROW, row)

    def _paint_row(self, painter: QPainter, top: float, row: tuple[str, ...]) -> None:
        columns = len(row) - 1
        middle, right = Qt.AlignmentFlag.AlignVCenter, Qt.AlignmentFlag.AlignRight
        painter.fillRect(QRectF(0, top, self.width(), 1), theme.color("line"))
        painter.setFont(theme.ui_font(11))
        painter.setPen(theme.color("t1"))
        room = self.width() - columns * NUMBER - 6
        name = painter.fontMetrics().elidedText(row[0], Qt.TextElideMode.ElideRight, int(room))
        painter.drawText(QRectF(2, top, room, ROW), middle, name)
        for at, text in enumerate(row[1:]):
            painter.setFont(theme.mono_font(10.5, 600 if at == 0 else 400))
            painter.setPen(theme.color(("t1", "ok", "t2")[at]))
            painter.drawText(self._cell(top, ROW, at, columns), middle | right, text)

    def _cell(self, top: float, height: float, at: int, columns: int) -> QRectF:
        return QRectF(self.width() - (columns - at) * NUMBER - 2, top, NUMBER, height)
