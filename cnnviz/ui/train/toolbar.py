"""The row of training controls: play keys, learning rate, how far it is, how long it still takes."""

from __future__ import annotations

import time

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QFontMetrics, QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QWidget

from cnnviz.errors import TrainError
from cnnviz.events import Progress, StepDone
from cnnviz.model.recipe import recipe_setting
from cnnviz.ui import icons, numbers, theme
from cnnviz.ui.state import Record, Session
from cnnviz.ui.widgets.chrome import Divider, button, label
from cnnviz.ui.widgets.numberfields import FloatField

HEIGHT = 42
TOLD_SECONDS = 0.24
SLOWEST, FASTEST = 1e-6, 1.0
"""The ends of the learning-rate slider; the field takes anything the recipe takes."""


class Reading(QLabel):
    """Text that changes several times a second in a place that only grows: nothing around it is laid out anew."""

    def __init__(self, widest: str = "") -> None:
        super().__init__()
        theme.set_role(self, role="mono")
        self._least = QFontMetrics(theme.mono_font(11)).horizontalAdvance(widest) + 4
        self.setFixedSize(self._least, HEIGHT)

    def tell(self, text: str, *, fit: bool = False) -> None:
        """Show a text; with `fit` in a place of its width, otherwise of at least the width that there was."""
        if text == self.text() and not fit:
            return
        needed = max(self._least, self.fontMetrics().horizontalAdvance(text) + 4)
        if needed > self.width() or fit:
            self.setFixedWidth(needed)
        self.setText(text)


class TrainBar(QWidget):
    """Buttons say what they will do next: Train, Pause or Go on."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.setFixedHeight(HEIGHT)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        theme.set_role(self, role="panel")
        self.run = button("Train", "primary", "play")
        self.batch = button("Batch", icon="step")
        self.epoch = button("Epoch", icon="epoch")
        self.stop = button("Stop", icon="stop")
        self.further = button("Train further", icon="epoch")
        self._doing, self._told = "", 0.0
        self.rate = FloatField(SLOWEST, FASTEST, "Learning rate", slider=True)
        self.where, self.share = Reading(), Reading("100 %")
        self.left, self.speed = Reading("59:59 left"), Reading("9,999 samples/s")
        self.bar = QProgressBar(textVisible=False, maximum=1000)
        self._assemble()
        self.actions_of_bar = self._make_actions()
        self.run.clicked.connect(self._run_or_pause)
        self.batch.clicked.connect(lambda: session.train("batch"))
        self.epoch.clicked.connect(lambda: session.train("epoch"))
        self.stop.clicked.connect(session.training.stop)
        self.further.clicked.connect(lambda: session.train(go_on=True))
        self.rate.edited.connect(self._set_rate)
        session.document.described.connect(self.refresh)
        session.material.dataset_changed.connect(self.refresh)
        for signal in (session.material.loading, session.material.failed):
            signal.connect(lambda _what: self.refresh())
        session.training.state_changed.connect(lambda _state: self.refresh())
        session.training.evaluated.connect(lambda _event: self.show_progress(None))
        session.training.progress.connect(self.show_progress)
        session.looking.weights_changed.connect(self.refresh)
        self.refresh()

    def _assemble(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 0, 12, 0)
        row.setSpacing(6)
        for part in (self.run, self.batch, self.epoch, self.stop, self.further):
            part.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the keys B and E where they are
            row.addWidget(part)
        self.run.setMinimumWidth(84)
        for text in (self.share, self.left, self.speed):
            text.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        row.addSpacing(6)
        row.addWidget(_standing())
        row.addWidget(label("Learning rate", "secondary"))
        self.rate.setMaximumWidth(240)
        row.addWidget(self.rate)
        row.addWidget(_standing())
        row.addWidget(self.where)
        row.addWidget(self.bar, 1)
        for text in (self.share, self.left, self.speed):
            row.addWidget(text)

    def _make_actions(self) -> list[QAction]:
        """Return the keys of this bar: B for one batch, E for one epoch, Shift+F5 to stop."""
        made = []
        for text, keys, part, tip in (
            ("Train one batch", "B", self.batch, "Train one batch, then pause"),
            ("Train one epoch", "E", self.epoch, "Train to the end of the epoch, then pause"),
            ("Stop training", "Shift+F5", self.stop, "End this run and keep its weights"),
            (
                "Train further",
                "Shift+E",
                self.further,
                "Start a run from the weights of now, with this recipe",
            ),
        ):
            action = QAction(text, self)
            action.setShortcut(QKeySequence(keys))
            action.triggered.connect(part.click)
            part.setToolTip(f"{tip}  {keys}")
            made.append(action)
        return made

    def _run_or_pause(self) -> None:
        training = self._session.training
        if training.state == "running":
            training.pause()
        else:
            self._session.train()

    def _set_rate(self, value: float) -> None:
        """Change the recipe, and the run that is going on."""
        try:
            self._session.document.set_recipe(learning_rate=value)
        except TrainError as error:
            self.rate.set_error(str(error))
            return
        self.rate.set_error(None)
        self._session.training.change("learning_rate", value)

    def refresh(self) -> None:
        """Show what can be done now."""
        state, why = self._session.training.state, self._session.why_not_train()
        text, icon = {"running": ("Pause", "pause"), "paused": ("Go on", "play")}.get(
            state, ("Train", "play")
        )
        running = state == "running"
        self.run.setText(text)
        theme.set_role(self.run, role="active" if running else "primary")
        self.run.setIcon(icons.icon(icon, "acc" if running else "#FFFFFF"))
        ready = state in ("running", "paused") or (state == "idle" and not why)
        self.run.setEnabled(ready)
        fresh = "Start a new run from fresh weights of the recipe's seed  F5"
        self.run.setToolTip(why if state == "idle" and why else fresh if state == "idle" else f"{text}  F5")
        for part in (self.batch, self.epoch):
            part.setEnabled(ready)
        self.stop.setEnabled(state in ("running", "paused"))
        self.further.setVisible(state == "idle" and not self._session.why_not_go_on())
        if state == "idle":
            self._doing = ""
        if not self.rate.hasFocus():
            option = recipe_setting("learning_rate").option
            low, high = option.lo or 0.0, option.hi or 1.0
            self.rate.set_value(min(max(self._session.document.recipe.learning_rate, low), high))
        self.show_step()
        self.where.tell(self.where.text(), fit=True)

    def keep_up(self) -> None:
        """Show how far the latest run is, while it runs a few times a second: faster, numbers can't be read."""
        now = time.monotonic()
        if self._session.training.state != "running" or now - self._told >= TOLD_SECONDS:
            self._told = now
            self.show_step()

    def show_step(self) -> None:
        """Show how far the latest run is."""
        record = self._session.training.record
        started = record.started if record else None
        if record is None or started is None:
            self.where.tell("Not started" if record is None or record.failure is None else "Failed")
            self._fill(0)
            for part in (self.share, self.left, self.speed):
                part.hide()
            return
        done = record.last.step if record.last else 0
        self._fill(1000 * done // max(started.steps, 1))
        self.share.tell(f"{100 * done // max(started.steps, 1)} %")
        self.where.tell(_how_it_ended(record) if record.outcome else self._doing or _place(record))
        self._show_pace(record.last)

    def _fill(self, value: int) -> None:
        """Fill the bar with the next painting of the window; by itself it paints at once, and all for itself."""
        self.bar.setUpdatesEnabled(False)
        self.bar.setValue(value)
        self.bar.setUpdatesEnabled(True)

    def _show_pace(self, last: StepDone | None) -> None:
        state = self._session.training.state
        self.share.show()
        for part in (self.left, self.speed):
            part.setVisible(state != "idle" and last is not None)
        if last is not None:
            paused = {"paused": "paused", "stopping": "stopping"}.get(state)
            self.left.tell(paused or f"{numbers.duration(last.seconds_left)} left")
            digits = 0 if last.samples_per_s >= 10 else 1
            self.speed.tell(f"{last.samples_per_s:,.{digits}f} samples/s")

    def show_progress(self, progress: Progress | None) -> None:
        """Show work between the steps, such as judging; None ends it."""
        share = f" {100 * progress.done // progress.total} %" if progress and progress.total else ""
        self._doing = f"{progress.label}{share}" if progress else ""
        self.show_step()


def _place(record: Record) -> str:
    """Say where a run is: in batches of an epoch, or in steps where the recipe counts those."""
    assert record.started is not None
    step, per_epoch = record.last.step if record.last else 0, record.started.steps_per_epoch
    if record.recipe.steps:
        return f"Step {step:,} / {record.started.steps:,} · epoch {step / per_epoch:.2f}"
    epoch, batch = divmod(max(step, 1) - 1, per_epoch)
    return f"Epoch {epoch + 1} / {record.recipe.epochs} · batch {min(step, batch + 1):,} / {per_epoch:,}"


def _how_it_ended(record: Record) -> str:
    step = record.last.step if record.last else 0
    judged = record.latest("test")
    if judged is None:
        return f"{record.outcome} at step {step:,}"
    if judged.accuracy is None:
        return f"{record.outcome} · test loss {numbers.compact(judged.loss)}"
    return f"{record.outcome} · test {numbers.percent(judged.accuracy)}"


def _standing() -> Divider:
    line = Divider(standing=True)
    line.setFixedHeight(24)
    return line
