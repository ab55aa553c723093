"""The Video page of Inspect: the stepper, the errors per frame, and one pixel at one step."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent, QShowEvent
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from cnnviz.explain import Trace, split
from cnnviz.explain.video.forecast import FREE
from cnnviz.explain.video.protocol import NEXT
from cnnviz.model.timing import first_ahead
from cnnviz.ui import theme
from cnnviz.ui.inspect.video.cellpanel import CellPanel
from cnnviz.ui.inspect.video.desk import VideoDesk
from cnnviz.ui.inspect.video.errors import ErrorPanel
from cnnviz.ui.inspect.video.film import Pixel
from cnnviz.ui.inspect.video.rows import NAMES, ROW, memories, rows_of, scaled
from cnnviz.ui.inspect.video.step import step_at
from cnnviz.ui.inspect.video.stepper import Stepper
from cnnviz.ui.state import Session

LOOKS_AHEAD = (
    "{node} reads the step after its own, which has already seen the frame to predict: from true frames, this network "
    "copies instead of predicting. Free-running shows it without."
)
NO_FRAMES = "This network predicts no frames: only its memory is shown."


class VideoPage(QWidget):
    """Follows the session's cursor and moves it. `opened(array, index)` asks for a value's own panes."""

    opened = Signal(str, object)

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self.desk = VideoDesk(session, self)
        self.memory, self.channel, self.column, self.row = "", 0, 1, 0
        self.pixel: Pixel = (0, 0)
        self.scope = ROW
        self._placed = False
        self.stepper, self.errors, self.cell = Stepper(), ErrorPanel(), CellPanel()
        self._assemble()
        self._connect()

    def _assemble(self) -> None:
        below, whole = QSplitter(Qt.Orientation.Horizontal), QSplitter(Qt.Orientation.Vertical)
        pairs: tuple[tuple[QSplitter, tuple[QWidget, QWidget]], ...] = (
            (below, (self.errors, self.cell)),
            (whole, (self.stepper, below)),
        )
        for splitter, pair in pairs:
            splitter.setChildrenCollapsible(False)
            for half in pair:
                splitter.addWidget(half)
        for half, narrowest in ((self.errors, 420), (self.cell, 560)):  # long sentences may not ask for more
            half.setMinimumWidth(narrowest)
        below.setSizes([440, 620])
        whole.setSizes([520, 210])
        whole.setStretchFactor(0, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(whole)

    def _connect(self) -> None:
        session, desk = self._session, self.desk
        session.looking.trace_changed.connect(self.refresh)
        session.looking.cursor_changed.connect(lambda _cursor: self._follow())
        session.material.dataset_changed.connect(self.refresh)
        theme.changed.connect(self.stepper.film.redraw)
        desk.changed.connect(self._show)
        desk.progressed.connect(lambda progress: self.errors.show_busy(progress, busy=desk.busy))
        desk.failed.connect(lambda sentence: self.errors.show_errors(None, sentence))
        self.stepper.layer.activated.connect(lambda _at: self._choose_memory())
        self.stepper.map.valueChanged.connect(self._choose_channel)
        self.stepper.start.editingFinished.connect(lambda: desk.set_start(self.stepper.start.value()))
        self.stepper.mode.chosen.connect(desk.set_mode)
        self.stepper.range.chosen.connect(self._set_scope)
        self.stepper.stepped.connect(self._go_on)
        self.stepper.rewound.connect(lambda: self.go_to(1))
        self.stepper.slider.valueChanged.connect(self.go_to)
        self.stepper.film.pointed.connect(self._point)
        self.stepper.film.hovered.connect(self._tell)
        self.stepper.film.left.connect(lambda: self._tell(self.row, self.column, self.pixel))
        self.stepper.film.stepped.connect(self._step)
        self.errors.counted.connect(desk.set_count)
        self.errors.cancelled.connect(self._give_up)
        self.cell.opened.connect(self._open)

    # -- what is shown ------------------------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.stepper.reduced = self._session.settings.reduce_motion
        self.refresh()
        self.stepper.film.setFocus()

    def hideEvent(self, event: QHideEvent) -> None:
        self.stepper.stop()
        if self.window().isVisible():
            self.desk.give_up()
        else:  # the window goes, and its workers with it
            self.desk.stop()
        super().hideEvent(event)

    def refresh(self) -> None:
        """Show what is looked at now, if anybody sees it."""
        if not self.isVisible() or not self.desk.suits(self._session.looking.trace):
            return
        trace, desk = self._session.looking.trace, self.desk
        assert trace is not None
        unanswered = not desk.busy and desk.forecast is None
        if desk.look() or unanswered:
            if unanswered and not desk.busy:
                desk.ask()
            names = memories(trace)
            if self.memory not in names:
                self.memory, self._placed = names[0], False
            self.stepper.layer.clear()
            self.stepper.layer.addItems(list(names))
            self.stepper.layer.setCurrentText(self.memory)
            self._follow()
            self._place(trace)
        self._show()

    def _place(self, trace: Trace) -> None:
        """Begin at the brightest pixel of the middle of the time."""
        if self._placed:
            return
        self._placed = True
        state = trace.activation(f"{self.memory}.h")
        self.column = state.shape[1] // 2 + 1
        if state.ndim == 4:
            frame = state[min(self.channel, len(state) - 1), self.column - 1]
            self.row, self.pixel = len(NAMES), divmod(int(abs(frame).argmax()), frame.shape[1])

    def _show(self) -> None:
        desk, trace = self.desk, self.desk.trace
        if trace is None or not self.isVisible() or f"{self.memory}.c" not in trace.activations:
            return
        protocol, units = desk.protocol, len(trace.activation(f"{self.memory}.c"))
        rows = rows_of(trace, self.memory, self.channel, protocol, desk.forecast, desk.mode, self.scope)
        own = desk.start if desk.mode == FREE and protocol is not None and protocol.kind == NEXT else 0
        self.stepper.film.show_rows(rows, own)
        for part, low, high, value in (
            (self.stepper.map, 0, units - 1, self.channel),
            (self.stepper.slider, 1, self.stepper.film.columns, self.column),
            (self.stepper.start, 1, protocol.seen if protocol is not None else 1, desk.start),
        ):
            part.blockSignals(True)
            part.setRange(low, high)
            part.setValue(value)
            part.blockSignals(False)
        self.stepper.map.setEnabled(trace.activation(f"{self.memory}.c").ndim == 4)
        feeds = protocol is not None and protocol.feeds_back
        self.stepper.mode.setVisible(feeds)
        self.stepper.start.setVisible(feeds)
        self._tell_what(trace)
        self.errors.show_errors(desk.horizons, "" if protocol is not None else NO_FRAMES)
        self.errors.show_busy(None, busy=desk.busy)
        self._show_cursor()

    def _tell_what(self, trace: Trace) -> None:
        """Say which frames are predicted, and where a network sees what it should not."""
        desk, node = self.desk, ""
        sample = self._session.material.sample
        words = desk.protocol.in_words() if desk.protocol is not None else "a memory over time"
        if desk.mode == FREE and desk.awaits_free:
            words = "gates of the free run follow"  # until then they are those of true frames
        self.stepper.set_title("", f"{sample.title if sample is not None else ''} · {words}")
        if desk.protocol is not None and desk.protocol.kind == NEXT:
            node = first_ahead(trace.graph, trace.graph.summary().output)
        self.stepper.leak.setVisible(bool(node))
        self.stepper.leak.setToolTip(LOOKS_AHEAD.format(node=node))
        self.stepper.untrained.setVisible(not self._session.looking.trained)
        self.stepper.export.setEnabled(desk.forecast is not None)

    # -- cursor -------------------------------------------------------------------------------------------------

    def _follow(self) -> None:
        """Take over the session's cursor, where it stands in something that is shown."""
        cursor, trace = self._session.looking.cursor, self._session.looking.trace
        if trace is None or not self.isVisible() or cursor.node not in trace.activations:
            return
        owner, inside = split(cursor.node)
        shape = trace.activation(cursor.node).shape
        if owner in memories(trace) and owner != self.memory:
            self.memory = owner
            self.stepper.layer.setCurrentText(owner)
        if len(cursor.index) == 4 == len(shape):
            channel = cursor.map if owner == self.memory else self.channel
            changed = channel != self.channel
            step, row, column = cursor.position
            self.channel, self.column = channel, step + 1
            self._take_pixel(inside, cursor.node, (row, column), shape)
            self._placed = True
            if changed:
                self._show()
        self._show_cursor()

    def _take_pixel(self, inside: str, node: str, pixel: Pixel, shape: tuple[int, ...]) -> None:
        """Stand on a pixel of an array: in its own row, or at the same place of the row where the cursor is."""
        rows = self.stepper.film.rows
        if inside in NAMES:
            self.row, self.pixel = 1 + list(NAMES).index(inside), pixel
            return
        own = next((at for at, row in enumerate(rows) if row.node == node), None)
        self.row = self.row if own is None else own
        if rows:
            self.pixel = scaled(pixel, shape, rows[min(self.row, len(rows) - 1)].pictures.shape)

    def _point(self, row: int, column: int, pixel: Pixel) -> None:
        """Move the session's cursor to a pixel; where the row is no array of the trace, only the page's own."""
        trace, place = self.desk.trace, self.stepper.film.rows[row]
        self.row, self.column, self.pixel = row, column, pixel
        self._placed = True
        if trace is not None and place.node and place.node in trace.activations:
            shape = trace.activation(place.node).shape
            if len(shape) in {2, 4}:
                index = place.index(self.channel if split(place.node)[1] else 0, column, pixel, shape)
                self._session.looking.point(node=place.node, map=index[0], position=index[1:])
        self._show_cursor()

    def _step(self, rows: int, columns: int) -> None:
        row = min(max(self.row + rows, 0), max(len(self.stepper.film.rows) - 1, 0))
        self.pixel = self._pixel_in(row)
        self._point(row, min(max(self.column + columns, 1), self.stepper.film.columns), self.pixel)

    def _pixel_in(self, row: int) -> Pixel:
        """Return the pixel of another row that shows the place of the cursor: its pictures may be smaller."""
        rows = self.stepper.film.rows
        return scaled(self.pixel, rows[min(self.row, len(rows) - 1)].pictures.shape, rows[row].pictures.shape)

    def go_to(self, column: int) -> None:
        """Look at another step."""
        if self.stepper.film.rows and 1 <= column <= self.stepper.film.columns and column != self.column:
            self._point(self.row, column, self.pixel)

    def _go_on(self, by: int) -> None:
        """Go on in time; behind the last step comes the first."""
        self.go_to((self.column - 1 + by) % self.stepper.film.columns + 1)

    def _show_cursor(self) -> None:
        trace = self.desk.trace
        if trace is None or not self.stepper.film.rows:
            return
        self.stepper.film.show_cursor(min(self.row, len(self.stepper.film.rows) - 1), self.column, self.pixel)
        self.stepper.slider.blockSignals(True)
        self.stepper.slider.setValue(self.column)
        self.stepper.slider.blockSignals(False)
        self._tell(self.row, self.column, self.pixel)
        protocol = self.desk.protocol
        if protocol is not None:
            self.errors.show_frame(self.column if not protocol.feeds_back else self.column + 1)
        self._explain(trace)

    def _explain(self, trace: Trace) -> None:
        """Show what one cell of the memory does at this step."""
        state = trace.activation(f"{self.memory}.c")
        gate = self.stepper.film.rows[1]
        if self.column > state.shape[1]:
            self.cell.show_step(None, f"{self.memory} has no step {self.column}")
            return
        index = gate.index(self.channel, self.column, self._pixel_in(1), state.shape)
        places = (
            f"row {index[2]}, column {index[3]}, channel {index[0]}"
            if len(index) == 4
            else f"unit {index[0]}"
        )
        self.cell.show_step(
            step_at(trace, self.memory, index),
            f"{self.memory}, t = {self.column}, {places}",
            can_open=trace is self._session.looking.trace,
        )

    def _tell(self, row: int, column: int, pixel: Pixel) -> None:
        if row < len(self.stepper.film.rows):
            value = self.stepper.film.value_at(row, column, pixel)
            self.stepper.value.setText(
                "" if value is None else f"{self.stepper.film.rows[row].name} = {value:.5f}".replace("-", "−")
            )

    def _open(self, name: str) -> None:
        """Go to the panes of a number, with all its products; those of a free run are not looked at there."""
        trace = self.desk.trace
        if trace is None or trace is not self._session.looking.trace:
            return
        shape = trace.activation(f"{self.memory}.c").shape
        column = self.column - 1 if name == "before" else self.column
        if column >= 1:
            index = self.stepper.film.rows[1].index(self.channel, column, self._pixel_in(1), shape)
            self.opened.emit(f"{self.memory}.{'c' if name == 'before' else name}", index)

    # -- choosing -----------------------------------------------------------------------------------------------

    def _choose_memory(self) -> None:
        self.memory = self.stepper.layer.currentText()
        self.channel = 0
        self._show()

    def _choose_channel(self, channel: int) -> None:
        self.channel = channel
        self._show()

    def _set_scope(self, scope: str) -> None:
        self.scope = scope
        self._show()

    def _give_up(self) -> None:
        self.desk.give_up()
        self.errors.show_busy(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self.stepper.toggle()
        else:
            super().keyPressEvent(event)
