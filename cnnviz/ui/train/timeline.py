"""The time machine: a line over all steps of a run with its snapshots, and what can be done at each of them."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QHBoxLayout, QWidget

from cnnviz.ui import numbers, theme
from cnnviz.ui.state import Record, Session
from cnnviz.ui.state.lookback import Lookback
from cnnviz.ui.widgets.chrome import button, label, tool_button
from cnnviz.ui.widgets.painted import Painted

HEIGHT = 64
SIDE, AXIS = 12, 32
PLAY_MS = 450
MOST_LABELS = 8


class Timeline(Painted):
    """`chosen(step)` is the snapshot nearest to where the mouse is pressed or dragged."""

    chosen = Signal(int)
    moved = Signal(int)

    def __init__(self) -> None:
        super().__init__(name="snapshots")
        self._steps: Sequence[int] = ()
        self._total, self._now, self._per_epoch = 1, 0, 0
        self._at: int | None = None
        self._best: tuple[int, str] | None = None
        self._other: int | None = None
        self.setMinimumWidth(160)

    def sizeHint(self) -> QSize:
        return QSize(500, HEIGHT)

    def show_run(
        self, steps: Sequence[int], at: int | None, now: int, total: int, per_epoch: int,
        best: tuple[int, str] | None,
    ) -> None:  # fmt: skip
        """Show the snapshots of a run; `at` is looked at, None is now; `best` is a step with its words."""
        seen = (self._steps, self._at, self._now, self._total, self._per_epoch, self._best)
        if seen == (steps, at, now, total, per_epoch, best):
            return
        self._steps, self._at, self._now, self._total = steps, at, now, max(total, 1)
        self._per_epoch, self._best = per_epoch, best
        self.speak("now" if at is None else f"step {at:,}")
        self.redraw()

    def show_other(self, step: int | None) -> None:
        """Mark the moment A that the one looked at is compared with; None for none."""
        if step != self._other:
            self._other = step
            self.redraw()

    # -- pointing -----------------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._choose(event.position().x())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._choose(event.position().x())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        by = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if by is None:
            super().keyPressEvent(event)
        else:
            self.moved.emit(by)

    def _choose(self, x: float) -> None:
        if self._steps:
            self.chosen.emit(min(self._steps, key=lambda step: abs(self.x_of(step) - x)))

    def x_of(self, step: float) -> float:
        """Return where a step lies."""
        return SIDE + (self.width() - 2 * SIDE) * min(step / self._total, 1.0)

    # -- painting -----------------------------------------------------------------------------------------------

    def paint_base(self, painter: QPainter) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        at = self._now if self._at is None else self._at
        painter.fillRect(QRectF(SIDE, AXIS - 1.5, self.width() - 2 * SIDE, 3), theme.color("bg4"))
        painter.fillRect(QRectF(SIDE, AXIS - 1.5, self.x_of(self._now) - SIDE, 3), theme.color("acc"))
        painter.setPen(QPen(theme.color("t3"), 1))
        for step in self._steps:
            x = round(self.x_of(step)) + 0.5
            painter.drawLine(QPointF(x, AXIS - 5), QPointF(x, AXIS + 5))
        self._paint_epochs(painter)
        self._paint_best(painter)
        tone = theme.color("cursor")
        painter.setPen(QPen(tone, 2))
        painter.setBrush(theme.color("bg1"))
        painter.drawEllipse(QPointF(self.x_of(at), AXIS), 5.5, 5.5)
        if self._other is not None:
            painter.drawEllipse(QPointF(self.x_of(self._other), AXIS), 4, 4)
            self._write(painter, self.x_of(self._other), 3, f"A, step {self._other:,}", "cursor")
        words = f"now, step {at:,}" if self._at is None else f"step {at:,}"
        words = words if self._other is None else f"B, {words}"
        self._write(painter, self.x_of(at), 3, words, "cursor")

    def _paint_epochs(self, painter: QPainter) -> None:
        """Write the ends of epochs below the line, so many as there is room for."""
        painter.setFont(theme.mono_font(9.5))
        epochs = self._total / self._per_epoch if self._per_epoch else 0.0
        painter.setPen(theme.color("t3"))
        painter.drawText(QRectF(SIDE, AXIS + 10, 60, 14), Qt.AlignmentFlag.AlignLeft, "init")
        if epochs < 1:
            area = QRectF(self.width() - SIDE - 120, AXIS + 10, 120, 14)
            painter.drawText(area, Qt.AlignmentFlag.AlignRight, f"step {self._total:,}")
            return
        stride = max(math.ceil(epochs / MOST_LABELS), 1)
        for epoch in range(stride, math.floor(epochs + 1e-9) + 1, stride):
            x = self.x_of(epoch * self._per_epoch)
            painter.drawLine(QPointF(x, AXIS - 8), QPointF(x, AXIS + 8))
            area = QRectF(min(x - 40, self.width() - SIDE - 80), AXIS + 10, 80, 14)
            end = x + 40 > self.width() - SIDE
            painter.drawText(
                area, Qt.AlignmentFlag.AlignRight if end else Qt.AlignmentFlag.AlignHCenter, f"epoch {epoch}"
            )

    def _paint_best(self, painter: QPainter) -> None:
        if self._best is None:
            return
        step, words = self._best
        x = self.x_of(step)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("ok"))
        corners = [QPointF(x - 4.5, AXIS - 14), QPointF(x + 4.5, AXIS - 14), QPointF(x, AXIS - 7)]
        painter.drawPolygon(QPolygonF(corners))
        at = self.x_of(self._now if self._at is None else self._at)
        painter.setFont(theme.ui_font(10))
        width = painter.fontMetrics().horizontalAdvance(words) + 12
        if abs(at - x) < width + 20:  # no room beside the words of the handle
            x = at - width - 30 if at - width - 30 > SIDE else at + width + 30
        self._write(painter, x, 3, words, "ok")

    def _write(self, painter: QPainter, x: float, y: float, text: str, tone: str) -> None:
        painter.setFont(theme.ui_font(10))
        painter.setPen(theme.color(tone))
        width = painter.fontMetrics().horizontalAdvance(text) + 8
        left = min(max(x - width / 2, 2.0), self.width() - width - 2.0)
        painter.drawText(QRectF(left, y, width, 14), Qt.AlignmentFlag.AlignCenter, text)


class TimeMachine(QWidget):
    """The bar below the plots: moves through the snapshots of the shown run."""

    def __init__(self, session: Session, lookback: Lookback, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self._lookback = session, lookback
        self.setFixedHeight(HEIGHT)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        theme.set_role(self, role="panel")
        self.line = Timeline()
        self.back = tool_button("step-back", "The snapshot before  ,", lambda: lookback.move(-1))
        self.play = tool_button("play", "Play the snapshots", self.start_or_stop)
        self.on = tool_button("step", "The next snapshot  .", lambda: lookback.move(1))
        self.live = button("Live", small=True)
        self.both = button("A | B", small=True)
        self.both.setCheckable(True)
        self.both.setToolTip("Hold on to this moment as A, and see what is different at others")
        self.inspect = button("Look inside", icon="eye", small=True)
        self.restart = button("Restart from here", small=True)
        self.live.setToolTip("Back to the run as it is now")
        self.inspect.setToolTip("Look through the weights of this step, in Inspect and everywhere")
        self._player = QTimer(self, interval=PLAY_MS)
        self._player.timeout.connect(self._play_on)
        self._assemble()
        self.line.chosen.connect(lookback.go)
        self.line.moved.connect(lookback.move)
        self.live.clicked.connect(lambda: lookback.go(None))
        self.both.clicked.connect(lookback.compare)
        self.inspect.clicked.connect(lookback.inspect)
        self.restart.clicked.connect(lookback.restart)
        lookback.changed.connect(self.refresh)
        session.training.state_changed.connect(lambda _state: self.refresh())
        self.refresh()

    def _assemble(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 0, 12, 0)
        row.setSpacing(6)
        row.addWidget(label("Time machine", "heading"))
        row.addSpacing(6)
        for part in (self.back, self.play, self.on):
            part.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            row.addWidget(part)
        row.addWidget(self.line, 1)
        for wide in (self.live, self.both, self.inspect, self.restart):
            wide.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            row.addWidget(wide)

    def refresh(self) -> None:
        """Show the snapshots of the run that is shown."""
        record, lookback = self._session.training.shown, self._lookback
        started = record.started if record is not None else None
        now = record.last.step if record is not None and record.last is not None else 0
        total = max(started.steps if started is not None else 1, now)
        per_epoch = started.steps_per_epoch if started is not None else 0
        self.line.show_run(lookback.steps, lookback.step, now, total, per_epoch, _best(record))
        some, back = bool(lookback.steps), lookback.step is not None
        for part in (self.line, self.back, self.on, self.play):
            part.setEnabled(some)
        self.live.setEnabled(back and record is self._session.training.record)
        self.inspect.setEnabled(back)
        self.both.setEnabled(len(lookback.steps) > 1)
        self.both.setChecked(lookback.other is not None)
        self.line.show_other(lookback.other)
        why = lookback.why_not_restart()
        self.restart.setEnabled(not why)
        self.restart.setToolTip(why or lookback.what_restarts())

    def start_or_stop(self) -> None:
        """Play the snapshots from the first one, or stop."""
        if self._player.isActive():
            self._player.stop()
        elif self._lookback.steps:
            if self._lookback.step in (None, self._lookback.steps[-1]):
                self._lookback.go(self._lookback.steps[0])
            self._player.start()

    def _play_on(self) -> None:
        steps = self._lookback.steps
        if not self.isVisible() or not steps or self._lookback.step in (None, steps[-1]):
            self._player.stop()
        else:
            self._lookback.move(1)


def _best(record: Record | None) -> tuple[int, str] | None:
    """Return the step of the best judgement on all validation images, with its loss."""
    judged = [e for e in record.evaluations if e.which == "validation" and e.whole] if record else []
    if not judged:
        return None
    best = min(judged, key=lambda e: (-(e.accuracy or 0.0), e.loss))
    words = numbers.compact(best.loss, 3) if best.accuracy is None else numbers.percent(best.accuracy, 2)
    return best.step, f"best validation {words}"
