"""The Video page of Inspect: the stepper, the errors per frame, and one pixel at one step."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent, QShowEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QSlider, QSpinBox, QSplitter, QVBoxLayout, QWidget

from cnnviz.explain import Trace, split
from cnnviz.explain.video.forecast import FORCED, FREE
from cnnviz.explain.video.protocol import NEXT
from cnnviz.model.timing import first_ahead
from cnnviz.ui import icons, theme
from cnnviz.ui.inspect.video.cellpanel import CellPanel
from cnnviz.ui.inspect.video.desk import VideoDesk
from cnnviz.ui.inspect.video.errors import ErrorPanel
from cnnviz.ui.inspect.video.film import Film, Pixel
from cnnviz.ui.inspect.video.rows import ALL_ROWS, NAMES, ROW, memories, rows_of
from cnnviz.ui.inspect.video.step import step_at
from cnnviz.ui.state import Session
from cnnviz.ui.widgets.chrome import Panel, Pill, Segmented, button, label, tool_button

PLAY_MS = 250
LOOKS_AHEAD = (
    "{node} reads the step after its own, which has already seen the frame to predict: from true frames, this network "
    "copies instead of predicting. Free-running shows it without."
)
NO_FRAMES = "This network predicts no frames: only its memory is shown."


class VideoPage(QWidget):
    """Follows the session's cursor and moves it. `opened(array, index)` asks for a value's own panes."""

    opened = Signal(str, object)
    closed = Signal()
    saving_wanted = Signal()
    turned = Signal(int)

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self.desk = VideoDesk(session, self)
        self.memory, self.channel, self.column, self.row = "", 0, 1, 0
        self.pixel: Pixel = (0, 0)
        self.scope = ROW
        self._placed = False
        self._timer = QTimer(self, interval=PLAY_MS)
        self._timer.timeout.connect(self._tick)
        self._make_parts()
        self._assemble()
        self._connect()

    def _make_parts(self) -> None:
        self.stepper = Panel("Step by step")
        self.untrained = Pill("not trained", "warn")
        self.untrained.setToolTip("The weights are random: so are gates and predictions")
        self.leak, self.late = Pill("looks ahead", "warn"), Pill("gates follow", "neutral")
        self.late.setToolTip(
            "Until the worker has looked into the free run, gates and states are those of true frames"
        )
        self.layer, self.map, self.start = QComboBox(), QSpinBox(), QSpinBox()
        self.layer.setAccessibleName("memory layer")
        self.layer.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.map.setFixedWidth(92)
        self.start.setFixedWidth(100)
        self.map.setPrefix("channel ")
        self.map.setAccessibleName("channel")
        self.start.setPrefix("from frame ")
        self.start.setToolTip("The last true frame; behind it the network sees its own predictions")
        self.mode = Segmented(
            [(FORCED, "Teacher-forced"), (FREE, "Free-running")], name="what the network sees"
        )
        self.range = Segmented([(ROW, "row"), (ALL_ROWS, "all")], name="what a colour range covers")
        self.before = tool_button("chevron-left", "Previous test sequence", lambda: self.turned.emit(-1))
        self.after = tool_button("chevron-right", "Next test sequence", lambda: self.turned.emit(1))
        self.first = tool_button("step-back", "First step", lambda: self.go_to(1), quiet=False)
        self.play = button("Play", "active", "play", small=True)
        self.next = tool_button("step", "Next step", lambda: self.go_to(self.column + 1), quiet=False)
        self.export = tool_button(
            "export", "Save the predicted sequence (GIF, NPY)…", self.saving_wanted.emit
        )
        self.close_button = tool_button("close", "Back to the value under the cursor  T", self.closed.emit)
        self.film, self.slider = Film(), QSlider(Qt.Orientation.Horizontal)
        self.slider.setAccessibleName("step")
        theme.set_role(self.slider, role="cursor")
        self.value = label("", "mono")
        self.errors, self.cell = ErrorPanel(), CellPanel()

    def _assemble(self) -> None:
        self.stepper.lead_header(self.layer)
        self.stepper.lead_header(self.map)
        header: tuple[QWidget, ...] = (
            self.late, self.untrained, self.leak, self.before, self.after, self.first, self.play, self.next,
            self.mode, self.start, self.range, self.export, self.close_button,
        )  # fmt: skip
        for part in header:
            self.stepper.add_to_header(part)
        foot = QHBoxLayout()
        foot.addSpacing(84)
        foot.addWidget(self.slider, 1)
        foot.addWidget(self.value)
        self.value.setMinimumWidth(150)
        self.value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.stepper.body.setContentsMargins(8, 0, 8, 4)
        self.stepper.body.setSpacing(2)
        self.stepper.body.addWidget(self.film, 1)
        self.stepper.body.addLayout(foot)
        below, whole = QSplitter(Qt.Orientation.Horizontal), QSplitter(Qt.Orientation.Vertical)
        pairs: tuple[tuple[QSplitter, tuple[QWidget, QWidget]], ...] = (
            (below, (self.errors, self.cell)),
            (whole, (self.stepper, below)),
        )
        for splitter, pair in pairs:
            splitter.setChildrenCollapsible(False)
            for half in pair:
                splitter.addWidget(half)
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
        theme.changed.connect(self.film.redraw)
        desk.changed.connect(self._show)
        desk.progressed.connect(lambda progress: self.errors.show_busy(progress, busy=desk.busy))
        desk.failed.connect(lambda sentence: self.errors.show_errors(None, sentence))
        self.layer.activated.connect(lambda _at: self._choose_memory())
        self.map.valueChanged.connect(self._choose_channel)
        self.start.editingFinished.connect(lambda: desk.set_start(self.start.value()))
        self.mode.chosen.connect(desk.set_mode)
        self.range.chosen.connect(self._set_scope)
        self.play.clicked.connect(self.toggle)
        self.slider.valueChanged.connect(self.go_to)
        self.film.pointed.connect(self._point)
        self.film.hovered.connect(self._tell)
        self.film.left.connect(lambda: self._tell(self.row, self.column, self.pixel))
        self.film.stepped.connect(self._step)
        self.errors.counted.connect(desk.set_count)
        self.errors.cancelled.connect(self._give_up)
        self.cell.opened.connect(self._open)

    # -- what is shown ------------------------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()
        self.film.setFocus()

    def hideEvent(self, event: QHideEvent) -> None:
        self.stop()
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
            self.layer.clear()
            self.layer.addItems(list(names))
            self.layer.setCurrentText(self.memory)
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
            self.pixel = divmod(int(abs(frame).argmax()), frame.shape[1])

    def _show(self) -> None:
        desk, trace = self.desk, self.desk.trace
        if trace is None or not self.isVisible() or f"{self.memory}.c" not in trace.activations:
            return
        protocol, units = desk.protocol, len(trace.activation(f"{self.memory}.c"))
        rows = rows_of(trace, self.memory, self.channel, protocol, desk.forecast, desk.mode, self.scope)
        own = desk.start if desk.mode == FREE and protocol is not None and protocol.kind == NEXT else 0
        self.film.show_rows(rows, own)
        for part, low, high, value in (
            (self.map, 0, units - 1, self.channel),
            (self.slider, 1, self.film.columns, self.column),
            (self.start, 1, protocol.seen if protocol is not None else 1, desk.start),
        ):
            part.blockSignals(True)
            part.setRange(low, high)
            part.setValue(value)
            part.blockSignals(False)
        self.map.setEnabled(trace.activation(f"{self.memory}.c").ndim == 4)
        feeds = protocol is not None and protocol.feeds_back
        self.mode.setVisible(feeds)
        self.start.setVisible(feeds)
        self._tell_what(trace)
        self.errors.show_errors(desk.horizons, "" if protocol is not None else NO_FRAMES)
        self.errors.show_busy(None, busy=desk.busy)
        self._show_cursor()

    def _tell_what(self, trace: Trace) -> None:
        """Say which frames are predicted, and where a network sees what it should not."""
        desk, node = self.desk, ""
        sample = self._session.material.sample
        words = desk.protocol.in_words() if desk.protocol is not None else "a memory over time"
        self.stepper.set_title("", f"{sample.title if sample is not None else ''} · {words}")
        if desk.protocol is not None and desk.protocol.kind == NEXT:
            node = first_ahead(trace.graph, trace.graph.summary().output)
        self.leak.setVisible(bool(node))
        self.leak.setToolTip(LOOKS_AHEAD.format(node=node))
        self.late.setVisible(desk.mode == FREE and desk.awaits_free)
        self.untrained.setVisible(not self._session.looking.trained)
        self.export.setEnabled(desk.forecast is not None)

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
            self.layer.setCurrentText(owner)
        if len(cursor.index) == 4 == len(shape):
            channel = cursor.map if owner == self.memory else self.channel
            changed = channel != self.channel
            step, row, column = cursor.position
            self.channel, self.column, self.pixel = channel, step + 1, (row, column)
            if inside in NAMES:
                self.row = 1 + list(NAMES).index(inside)
            self._placed = True
            if changed:
                self._show()
        self._show_cursor()

    def _point(self, row: int, column: int, pixel: Pixel) -> None:
        """Move the session's cursor to a pixel; where the row is no array of the trace, only the page's own."""
        trace, place = self.desk.trace, self.film.rows[row]
        self.row, self.column, self.pixel = row, column, pixel
        self._placed = True
        if trace is not None and place.node and place.node in trace.activations:
            shape = trace.activation(place.node).shape
            if len(shape) in {2, 4}:
                index = place.index(self.channel if split(place.node)[1] else 0, column, pixel, shape)
                self._session.looking.point(node=place.node, map=index[0], position=index[1:])
        self._show_cursor()

    def _step(self, rows: int, columns: int) -> None:
        row = min(max(self.row + rows, 0), max(len(self.film.rows) - 1, 0))
        self._point(row, min(max(self.column + columns, 1), self.film.columns), self.pixel)

    def go_to(self, column: int) -> None:
        """Look at another step."""
        if self.film.rows and 1 <= column <= self.film.columns and column != self.column:
            self._point(self.row, column, self.pixel)

    def _show_cursor(self) -> None:
        trace = self.desk.trace
        if trace is None or not self.film.rows:
            return
        self.film.show_cursor(min(self.row, len(self.film.rows) - 1), self.column, self.pixel)
        self.slider.blockSignals(True)
        self.slider.setValue(self.column)
        self.slider.blockSignals(False)
        self._tell(self.row, self.column, self.pixel)
        protocol = self.desk.protocol
        if protocol is not None:
            self.errors.show_frame(self.column if not protocol.feeds_back else self.column + 1)
        self._explain(trace)

    def _explain(self, trace: Trace) -> None:
        """Show what one cell of the memory does at this step."""
        state = trace.activation(f"{self.memory}.c")
        gate = self.film.rows[1]
        if self.column > state.shape[1]:
            self.cell.show_step(None, f"{self.memory} has no step {self.column}")
            return
        index = gate.index(self.channel, self.column, self.pixel, state.shape)
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
        if row < len(self.film.rows):
            value = self.film.value_at(row, column, pixel)
            self.value.setText(
                "" if value is None else f"{self.film.rows[row].name} = {value:.5f}".replace("-", "−")
            )

    def _open(self, name: str) -> None:
        """Go to the panes of a number, with all its products; those of a free run are not looked at there."""
        trace = self.desk.trace
        if trace is None or trace is not self._session.looking.trace:
            return
        shape = trace.activation(f"{self.memory}.c").shape
        column = self.column - 1 if name == "before" else self.column
        if column >= 1:
            index = self.film.rows[1].index(self.channel, column, self.pixel, shape)
            self.opened.emit(f"{self.memory}.{'c' if name == 'before' else name}", index)

    # -- choosing -----------------------------------------------------------------------------------------------

    def _choose_memory(self) -> None:
        self.memory = self.layer.currentText()
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

    # -- playing ------------------------------------------------------------------------------------------------

    @property
    def playing(self) -> bool:
        """Say whether time goes on by itself."""
        return self._timer.isActive()

    def toggle(self) -> None:
        """Let time go on, or stop it; with reduced motion, take one step."""
        if self.playing:
            self.stop()
        elif self._session.settings.reduce_motion:
            self.go_to(self.column + 1)
        else:
            self._timer.start()
            self._show_playing()

    def stop(self) -> None:
        """Stay at this step."""
        self._timer.stop()
        self._show_playing()

    def _tick(self) -> None:
        self.go_to(self.column % self.film.columns + 1)

    def _show_playing(self) -> None:
        self.play.setText("Pause" if self.playing else "Play")
        self.play.setIcon(icons.icon("pause" if self.playing else "play", theme.current().acc))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self.toggle()
        else:
            super().keyPressEvent(event)
