"""One bar per layer: how much it knows, or which way it leans. A click goes to the layer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPen

from cnnviz.ui import theme
from cnnviz.ui.widgets.painted import ARROWS, Painted, draw_ring

ROW, SMALLEST_ROW, LARGEST_ROW = 24.0, 13.0, 28.0
HEADER, GAP = 18.0, 8.0
WIDEST_NAME = 0.3
"""A name takes at most this share of the width."""


@dataclass(frozen=True)
class Bar:
    """A layer with its number, how that is written, and a word behind it."""

    name: str
    value: float
    text: str
    detail: str = ""


@dataclass(frozen=True)
class Mark:
    """A word above a value, and a standing line there unless it only names a side."""

    value: float
    word: str
    line: bool = True


class LayerBars(Painted):
    """Bars from 0, to both sides where `low` is negative: orange above 0, blue below. `clicked` carries a row."""

    clicked = Signal(int)

    def __init__(self, name: str) -> None:
        super().__init__(None, name)
        self._bars: tuple[Bar, ...] = ()
        self._ends = (0.0, 1.0)
        self._marks: tuple[Mark, ...] = ()
        self._chosen: int | None = None
        self._hovered: int | None = None
        self.setMinimumSize(240, 120)

    def set_bars(
        self,
        bars: Sequence[Bar],
        ends: tuple[float, float] = (0.0, 1.0),
        marks: Sequence[Mark] = (),
        chosen: int | None = None,
    ) -> None:
        """Show bars on a scale between two ends; `chosen` is ringed."""
        self._bars, self._ends, self._marks, self._chosen = tuple(bars), ends, tuple(marks), chosen
        self._hovered = None
        self.updateGeometry()
        self._speak()
        self.redraw()

    @property
    def bars(self) -> tuple[Bar, ...]:
        """What is shown."""
        return self._bars

    @property
    def chosen(self) -> int | None:
        """The row that is ringed."""
        return self._chosen

    def row_rect(self, row: int) -> QRectF:
        """Where a row lies."""
        return QRectF(0, HEADER + row * self._row, self.width(), self._row)

    def sizeHint(self) -> QSize:
        return QSize(420, round(HEADER + ROW * max(len(self._bars), 1)) + 2)

    def minimumSizeHint(self) -> QSize:
        return QSize(240, round(HEADER + SMALLEST_ROW * max(len(self._bars), 1)) + 2)

    @property
    def _row(self) -> float:
        room = (self.height() - HEADER - 2) / max(len(self._bars), 1)
        return min(max(room, SMALLEST_ROW), LARGEST_ROW)

    # painting

    def paint_base(self, painter: QPainter) -> None:
        if not self._bars:
            return
        area = self._area()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for row in range(len(self._bars)):
            self._paint_row(painter, row, area)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        bottom = HEADER + self._row * len(self._bars)
        painter.setFont(theme.ui_font(10))
        for mark in self._marks:
            x = self._x(mark.value, area)
            painter.setPen(QPen(theme.color("t3"), 1, Qt.PenStyle.DashLine))
            if mark.line:
                painter.drawLine(QPointF(x, HEADER - 2), QPointF(x, bottom))
            painter.setPen(theme.color("t3"))
            painter.drawText(QRectF(x - 110, 0, 220, HEADER - 3), Qt.AlignmentFlag.AlignCenter, mark.word)
        if self._chosen is not None:
            draw_ring(
                painter, self.row_rect(self._chosen).adjusted(1, 0, -1, 0), theme.color("cursor"), 1.5, 4
            )

    def _area(self) -> QRectF:
        """Return the part that bars may take."""
        names = QFontMetricsF(theme.ui_font(11))
        small = QFontMetricsF(theme.mono_font(10))
        left = min(max(names.horizontalAdvance(bar.name) for bar in self._bars), self.width() * WIDEST_NAME)
        numbers = max(small.horizontalAdvance(bar.text) for bar in self._bars)
        details = max(small.horizontalAdvance(bar.detail) for bar in self._bars)
        right = numbers + (details + GAP if details else 0)
        return QRectF(
            8 + left + GAP, HEADER, self.width() - left - right - 3 * GAP - 8, self._row * len(self._bars)
        )

    def _x(self, value: float, area: QRectF) -> float:
        low, high = self._ends
        share = (min(max(value, low), high) - low) / (high - low)
        return area.left() + area.width() * share

    def _paint_row(self, painter: QPainter, row: int, area: QRectF) -> None:
        bar, rect = self._bars[row], self.row_rect(row)
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.setFont(theme.ui_font(11))
        painter.setPen(theme.color("t1"))
        room = area.left() - 8 - GAP
        name = painter.fontMetrics().elidedText(bar.name, Qt.TextElideMode.ElideRight, round(room) + 1)
        painter.drawText(QRectF(8, rect.top(), room + 2, rect.height()), middle, name)
        thick = min(10.0, rect.height() - 5)
        track = QRectF(area.left(), rect.center().y() - thick / 2, area.width(), thick)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("bg4"))
        painter.drawRoundedRect(track, 2, 2)
        start, end = sorted((self._x(0.0, area), self._x(bar.value, area)))
        painter.setBrush(theme.color("pos" if bar.value >= 0 else "neg"))
        painter.drawRoundedRect(QRectF(start, track.top(), max(end - start, 1), thick), 2, 2)
        painter.setFont(theme.mono_font(10))
        painter.setPen(theme.color("t1"))
        numbers = QRectF(area.right() + GAP, rect.top(), self.width() - area.right() - GAP, rect.height())
        painter.drawText(numbers, middle, bar.text)
        painter.setPen(theme.color("t3"))
        right = Qt.AlignmentFlag.AlignRight | middle
        painter.drawText(numbers.adjusted(0, 0, -GAP, 0), right, bar.detail)

    def paint_over(self, painter: QPainter) -> None:
        if self._hovered is not None:
            painter.fillRect(self.row_rect(self._hovered), theme.color("cursor", 0.12))

    # pointing

    def row_at(self, point: QPointF) -> int | None:
        """The row under a point."""
        row = int((point.y() - HEADER) // self._row)
        return row if 0 <= row < len(self._bars) and point.y() >= HEADER else None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        row = self.row_at(event.position())
        if row != self._hovered:
            self._hovered = row
            self.setToolTip("" if row is None else f"{self._sentence(row)}. Click to open the layer")
            self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self._hovered = None
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        row = self.row_at(event.position())
        if row is not None and event.button() is Qt.MouseButton.LeftButton:
            self.clicked.emit(row)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = ARROWS.get(Qt.Key(event.key()), (0, 0))[0]
        if step and self._bars:
            last = len(self._bars) - 1
            self._hovered = min(max((-1 if self._hovered is None else self._hovered) + step, 0), last)
            self.speak(self._sentence(self._hovered))
            self.update()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._hovered is not None:
            self.clicked.emit(self._hovered)
        else:
            super().keyPressEvent(event)

    def _sentence(self, row: int) -> str:
        bar = self._bars[row]
        return f"{bar.name}: {bar.text}"

    def _speak(self) -> None:
        self.speak(self._sentence(self._chosen) if self._chosen is not None else "")
