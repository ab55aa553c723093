"""The jobs that wait, one line each; the line under the mouse can be moved and cancelled."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent

from cnnviz.ui import icons, theme
from cnnviz.ui.widgets.painted import draw_ring
from cnnviz.ui.widgets.scrolled import Scrolled

ROW, SEEN_ROWS = 24, 5
LEFT, GLYPH = 12, 22
ACTIONS = (("chevron-up", "earlier"), ("chevron-down", "later"), ("close", "cancel"))
"""Icons at the right end of the line under the mouse, and what a click on them asks for."""


class JobList(Scrolled):
    """`asked(row, what)` is `earlier`, `later` or `cancel`; the keys are Alt ↑, Alt ↓ and Del."""

    asked = Signal(int, str)

    def __init__(self) -> None:
        super().__init__(name="queue of trainings")
        self._words: Sequence[str] = ()
        self._busy = False
        self._hovered = self._row = -1

    def sizeHint(self) -> QSize:
        return QSize(220, min(len(self._words), SEEN_ROWS) * ROW)

    def content_height(self) -> float:
        return len(self._words) * ROW

    def line_height(self) -> float:
        return ROW

    def show_jobs(self, words: Sequence[str], *, busy: bool) -> None:
        """Show what each job does; `busy` says that the first one is being trained."""
        self._words, self._busy = words, busy
        self._row = min(self._row, len(words) - 1)
        self.setFixedHeight(max(min(len(words), SEEN_ROWS), 1) * ROW)
        self.setAccessibleDescription(f"{len(words)} wait" if words else "nothing waits")
        self.update_scroll()

    def place_of(self, row: int) -> QRectF:
        """Return where a line lies in the area that is seen."""
        return QRectF(0, row * ROW - self.top(), self.viewport().width(), ROW)

    def glyph_of(self, row: int, what: str) -> QRectF:
        """Return where the icon of `earlier`, `later` or `cancel` lies in a line."""
        at = next(number for number, (_, each) in enumerate(ACTIONS) if each == what)
        place = self.place_of(row)
        return QRectF(place.right() - (len(ACTIONS) - at) * GLYPH - 6, place.top() + 1, GLYPH, ROW - 2)

    # -- pointing -------------------------------------------------------------------------------------------------

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        row = self._row_at(event.position())
        if row != self._hovered:
            self._hovered = row
            self.setToolTip(self._words[row] if row >= 0 else "")
            self.viewport().update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._row = self._row_at(event.position())
        for _, what in ACTIONS:
            if self._row >= 0 and self.glyph_of(self._row, what).contains(event.position()):
                self.asked.emit(self._row, what)
        self.viewport().update()

    def pointer_left(self) -> None:
        self._hovered = -1
        self.viewport().update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        by = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()))
        if by is not None and self._words:
            target = min(max(self._row + by, 0), len(self._words) - 1)
            if event.modifiers() & Qt.KeyboardModifier.AltModifier and self._row >= 0:
                self.asked.emit(self._row, "earlier" if by < 0 else "later")
            self._row = target
            self.reveal(QRectF(0, target * ROW, 10, ROW))
            self.viewport().update()
        elif event.key() == Qt.Key.Key_Delete and self._row >= 0:
            self.asked.emit(self._row, "cancel")
        else:
            super().keyPressEvent(event)

    def _row_at(self, place: QPointF) -> int:
        row = int((place.y() + self.top()) // ROW)
        return row if 0 <= row < len(self._words) else -1

    # -- painting -------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        first = self.top() // ROW
        for row in range(first, min(first + self.viewport().height() // ROW + 2, len(self._words))):
            self._paint_row(painter, row)
        if self.hasFocus():
            draw_ring(painter, QRectF(self.viewport().rect()), theme.color("acc"), 1, 4)
        painter.end()

    def _paint_row(self, painter: QPainter, row: int) -> None:
        place, chosen = self.place_of(row), row in (self._hovered, self._row if self.hasFocus() else -1)
        if chosen:
            painter.fillRect(place, theme.color("bg4"))
        room = len(ACTIONS) * GLYPH + 6 if chosen else 6
        busy = self._busy and row == 0
        painter.setFont(theme.ui_font(11, 500 if busy else 400))
        painter.setPen(theme.color("acc" if busy else "t2"))
        area = place.adjusted(LEFT, 0, -room, 0)
        text = f"{row + 1}  {self._words[row]}"
        shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, int(area.width()))
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)
        for icon, what in ACTIONS if chosen else ():
            middle = self.glyph_of(row, what).adjusted(4, 4, -4, -4).toRect()
            icons.icon(icon, "t1").paint(painter, middle)
