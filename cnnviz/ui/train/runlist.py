"""The list of runs: a tick in the colour of the curves, a name, what was reached, how it was trained."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QFontMetrics,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)

from cnnviz.ui import numbers, theme
from cnnviz.ui.state.entries import Entry
from cnnviz.ui.widgets.painted import draw_ring
from cnnviz.ui.widgets.scrolled import Scrolled

ROW = 40
SEEN_ROWS = 4
"""So many lines are seen at least, where there are so many."""
BOX, LEFT, TEXT, RIGHT = 14, 10, 34, 10
VALUE = 70
RESUME = "Resume"
_MIDDLE = Qt.AlignmentFlag.AlignVCenter
_LEFT = _MIDDLE | Qt.AlignmentFlag.AlignLeft
_RIGHT = _MIDDLE | Qt.AlignmentFlag.AlignRight


class RunList(Scrolled):
    """`chosen(key)` shows a run, `ticked(key, on)` draws it for comparison, `menu_wanted(key, place)` is a right click.

    `resume_wanted(key)` is a click on the word Resume of a run that was interrupted, `key_pressed(key, event key)`
    passes on F2 and Del on the chosen line.
    """

    chosen = Signal(str)
    ticked = Signal(str, bool)
    menu_wanted = Signal(str, QPoint)
    resume_wanted = Signal(str)
    key_pressed = Signal(str, int)

    def __init__(self, is_ticked: Callable[[Entry], bool]) -> None:
        super().__init__(name="runs")
        self._is_ticked = is_ticked
        self._entries: Sequence[Entry] = ()
        self._shown = ""
        self._hovered = -1
        self.setMinimumHeight(ROW)

    def sizeHint(self) -> QSize:
        return QSize(220, min(max(len(self._entries), 2), 5) * ROW)

    def content_height(self) -> float:
        return len(self._entries) * ROW

    def line_height(self) -> float:
        return ROW

    @property
    def entries(self) -> Sequence[Entry]:
        """Return the lines from top to bottom."""
        return self._entries

    def show_entries(self, entries: Sequence[Entry], shown: str) -> None:
        """Show these lines; `shown` is the key of the run that the views show."""
        grown = len(entries) != len(self._entries)
        self._entries, self._shown = entries, shown
        if grown:
            self.setMinimumHeight(min(max(len(entries), 1), SEEN_ROWS) * ROW)
        self.update_scroll()
        self._speak()

    def place_of(self, row: int) -> QRectF:
        """Return where a line lies in the area that is seen."""
        return QRectF(0, row * ROW - self.top(), self.viewport().width(), ROW)

    def box_of(self, row: int) -> QRectF:
        """Return where the tick of a line lies."""
        return QRectF(LEFT, self.place_of(row).top() + 7, BOX, BOX)

    def resume_place(self, row: int) -> QRectF:
        """Return where the word Resume of a line lies; an empty place where the run can't go on."""
        if not self._entries[row].can_go_on:
            return QRectF()
        place = self.place_of(row)
        width = QFontMetrics(theme.ui_font(10, 600)).horizontalAdvance(RESUME) + 12
        return QRectF(place.right() - RIGHT - width + 6, place.top() + 21, width, 17)

    # -- pointing -------------------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        row = self._row_at(event.position())
        if row < 0 or event.button() is not Qt.MouseButton.LeftButton:
            return
        entry = self._entries[row]
        if event.position().x() < TEXT - 4:
            self.ticked.emit(entry.key, not self._is_ticked(entry))
        elif self.resume_place(row).contains(event.position()):
            self.resume_wanted.emit(entry.key)
        else:
            self.chosen.emit(entry.key)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        row = self._row_at(event.position())
        if row != self._hovered:
            self._hovered = row
            self.setToolTip(_told(self._entries[row]) if row >= 0 else "")
            self.viewport().update()

    def pointer_left(self) -> None:
        self._hovered = -1
        self.viewport().update()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        by_mouse = event.reason() is QContextMenuEvent.Reason.Mouse
        row = self._row_at(QPointF(event.pos())) if by_mouse else self._row()
        if row >= 0:
            self.menu_wanted.emit(self._entries[row].key, event.globalPos())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()))
        row = self._row()
        if step is not None and self._entries:
            row = min(max(row + step, 0), len(self._entries) - 1)
            self.chosen.emit(self._entries[row].key)
            self.reveal(QRectF(0, row * ROW, 10, ROW))
        elif event.key() == Qt.Key.Key_Space and row >= 0:
            self.ticked.emit(self._entries[row].key, not self._is_ticked(self._entries[row]))
        elif event.key() in (Qt.Key.Key_F2, Qt.Key.Key_Delete) and row >= 0:
            self.key_pressed.emit(self._entries[row].key, event.key())
        else:
            super().keyPressEvent(event)

    def _row(self) -> int:
        return next((at for at, entry in enumerate(self._entries) if entry.key == self._shown), -1)

    def _row_at(self, place: QPointF) -> int:
        row = int((place.y() + self.top()) // ROW)
        return row if 0 <= row < len(self._entries) else -1

    def _speak(self) -> None:
        row = self._row()
        self.setAccessibleDescription(_told(self._entries[row]) if row >= 0 else "")

    # -- painting -------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        first = self.top() // ROW
        last = min(first + self.viewport().height() // ROW + 2, len(self._entries))
        for row in range(first, last):
            self._paint_row(painter, row)
        if self.hasFocus():
            draw_ring(painter, QRectF(self.viewport().rect()), theme.color("acc"), 1, 4)
        painter.end()

    def _paint_row(self, painter: QPainter, row: int) -> None:
        entry, place = self._entries[row], self.place_of(row)
        if entry.key == self._shown:
            painter.fillRect(place, theme.color("acc_bg"))
        elif row == self._hovered:
            painter.fillRect(place, theme.color("bg4"))
        self._paint_box(painter, self.box_of(row), QColor(entry.color), self._is_ticked(entry))
        upper = QRectF(TEXT, place.top() + 4, place.width() - TEXT - RIGHT, 19)
        lower = QRectF(TEXT, place.top() + 22, place.width() - TEXT - RIGHT, 14)
        value, told = _value(entry)
        painter.setFont(theme.mono_font(11))
        room = painter.fontMetrics().horizontalAdvance(value) + 8 if value else 0
        painter.setPen(theme.color("err" if entry.state == "failed" else "t1"))
        painter.drawText(upper, _RIGHT, value)
        self._paint_text(
            painter, upper.adjusted(0, 0, -room, 0), f"#{entry.number} {entry.name}", "t1", 12, 500
        )
        painter.setFont(theme.ui_font(10))
        room = painter.fontMetrics().horizontalAdvance(told) + 8 if told else 0
        painter.setPen(theme.color("acc" if entry.state == "running" else "t3"))
        if entry.can_go_on:
            room = round(self._paint_resume(painter, row))
        else:
            painter.drawText(lower, _RIGHT, told)
        tags = f"{', '.join(entry.labels.tags)} · " if entry.labels.tags else ""
        self._paint_text(painter, lower.adjusted(0, 0, -room, 0), f"{tags}{entry.about}", "t3", 10, 400)

    def _paint_resume(self, painter: QPainter, row: int) -> float:
        """Paint the word Resume, which can be clicked; return the room it takes."""
        place = self.resume_place(row)
        painter.setFont(theme.ui_font(10, 600))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("acc_bg"))
        painter.drawRoundedRect(place, 4, 4)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(theme.color("acc"))
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, RESUME)
        return place.width() + 4

    def _paint_box(self, painter: QPainter, box: QRectF, color: QColor, on: bool) -> None:
        painter.setPen(QPen(color, 1.5))
        painter.setBrush(color if on else Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(box.adjusted(0.75, 0.75, -0.75, -0.75), 3, 3)
        if on:
            painter.setPen(QPen(QColor("#FFFFFF"), 1.6, c=Qt.PenCapStyle.RoundCap))
            x, y = box.left(), box.top()
            painter.drawPolyline(
                [QPointF(x + 3.5, y + 7), QPointF(x + 6, y + 9.5), QPointF(x + 10.5, y + 4.5)]
            )
        painter.setBrush(Qt.BrushStyle.NoBrush)

    def _paint_text(
        self, painter: QPainter, area: QRectF, text: str, tone: str, px: float, weight: int
    ) -> None:
        painter.setFont(theme.ui_font(px, weight))
        painter.setPen(theme.color(tone))
        shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, int(area.width()))
        painter.drawText(area, _LEFT, shown)


def _value(entry: Entry) -> tuple[str, str]:
    """Return what a run reached, and the word below it: its state, or the epoch of its best judgement."""
    reached, best = entry.reached, entry.best
    value = ""
    if reached is not None:
        loss = f"loss {numbers.compact(reached.loss, 3)}"
        value = loss if reached.accuracy is None else numbers.percent(reached.accuracy, 2)
    if entry.state != "finished":
        return value, entry.state
    return value, f"best epoch {numbers.compact(best.epoch, 3)}" if best is not None else ""


def _told(entry: Entry) -> str:
    """Say all about a run, for the tool tip and for assistive technology."""
    lines = [f"#{entry.number} {entry.name}, {entry.state}", entry.about]
    reached, best = entry.reached, entry.best
    if reached is not None:
        right = "" if reached.accuracy is None else f"{numbers.percent(reached.accuracy, 2)} right, "
        lines.append(f"{reached.which}: {right}loss {numbers.compact(reached.loss, 4)}")
    if best is not None:
        lines.append(
            f"best on validation samples at step {best.step:,}, epoch {numbers.compact(best.epoch, 3)}"
        )
    lines += [f"tags: {', '.join(entry.labels.tags)}"] if entry.labels.tags else []
    lines += [entry.labels.note] if entry.labels.note else []
    lines += [entry.created.replace("T", " ")[:16]] if entry.created else []
    lines += [str(entry.path)] if entry.path else ["not kept in a folder"]
    return "\n".join(lines)
