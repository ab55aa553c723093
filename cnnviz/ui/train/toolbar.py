"""The row of training controls: play keys, learning rate, how far it is, how long it still takes."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QWidget

from cnnviz.errors import TrainError
from cnnviz.events import StepDone
from cnnviz.model.recipe import BOUNDS
from cnnviz.ui import icons, numbers, theme
from cnnviz.ui.state import Session
from cnnviz.ui.widgets.chrome import Divider, button, label
from cnnviz.ui.widgets.numberfields import FloatField

HEIGHT = 42
SLOWEST, FASTEST = 1e-6, 1.0
"""The ends of the learning-rate slider; the field takes anything the recipe takes."""


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
        self.rate = FloatField(SLOWEST, FASTEST, "Learning rate", slider=True)
        self.where, self.left, self.speed = label("", "mono"), label("", "mono"), label("", "mono")
        self.bar = QProgressBar(textVisible=False, maximum=1000)
        self.share = label("", "mono")
        self._assemble()
        self.actions_of_bar = self._make_actions()
        self.run.clicked.connect(self._run_or_pause)
        self.batch.clicked.connect(lambda: session.train("batch"))
        self.epoch.clicked.connect(lambda: session.train("epoch"))
        self.stop.clicked.connect(session.training.stop)
        self.rate.edited.connect(self._set_rate)
        session.document.described.connect(self.refresh)
        session.material.dataset_changed.connect(self.refresh)
        session.training.state_changed.connect(lambda _state: self.refresh())
        self.refresh()

    def _assemble(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 0, 12, 0)
        row.setSpacing(6)
        for part in (self.run, self.batch, self.epoch, self.stop):
            row.addWidget(part)
        self.run.setMinimumWidth(84)
        row.addSpacing(6)
        row.addWidget(_standing())
        row.addWidget(label("Learning rate", "secondary"))
        self.rate.setMaximumWidth(240)
        row.addWidget(self.rate)
        row.addWidget(_standing())
        row.addWidget(self.where)
        row.addWidget(self.bar, 1)
        for part in (self.share, self.left, self.speed):
            row.addWidget(part)
            row.addSpacing(6)

    def _make_actions(self) -> list[QAction]:
        """Return the keys of this bar: B for one batch, E for one epoch, Shift+F5 to stop."""
        made = []
        for text, keys, part in (
            ("Train one batch", "B", self.batch),
            ("Train one epoch", "E", self.epoch),
            ("Stop training", "Shift+F5", self.stop),
        ):
            action = QAction(text, self)
            action.setShortcut(QKeySequence(keys))
            action.triggered.connect(part.click)
            part.setToolTip(f"{text}  {keys}")
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
        self.run.setIcon(icons.icon(icon, theme.current().acc if running else "#FFFFFF"))
        ready = state in ("running", "paused") or (state == "idle" and not why)
        self.run.setEnabled(ready)
        self.run.setToolTip(why if state == "idle" and why else f"{text}  F5")
        for part in (self.batch, self.epoch):
            part.setEnabled(ready and not running)
        self.stop.setEnabled(state in ("running", "paused"))
        if not self.rate.hasFocus():
            low, high = BOUNDS["learning_rate"]
            self.rate.set_value(min(max(self._session.document.recipe.learning_rate, low), high))
        self.show_step()

    def show_step(self) -> None:
        """Show how far the latest run is."""
        record = self._session.training.record
        if record is None or record.started is None:
            self.where.setText("Not started")
            for part in (self.share, self.left, self.speed):
                part.setText("")
            self.bar.setValue(0)
            return
        self._show_progress(record.last, record.started.steps, record.started.steps_per_epoch)

    def _show_progress(self, last: StepDone | None, steps: int, per_epoch: int) -> None:
        step = last.step if last else 0
        epochs = max(-(-steps // per_epoch), 1)
        epoch = min((max(step, 1) - 1) // per_epoch + 1, epochs)
        batch = (max(step, 1) - 1) % per_epoch + 1
        self.where.setText(f"Epoch {epoch} / {epochs}   Batch {batch:,} / {per_epoch:,}")
        self.bar.setValue(1000 * step // max(steps, 1))
        self.share.setText(f"{100 * step // max(steps, 1)} %")
        left = last.seconds_left if last else 0.0
        busy = self._session.training.active and step < steps
        self.left.setText(f"{numbers.duration(left)} left" if busy and last else "")
        self.speed.setText(f"{last.samples_per_s:,.0f} samples/s" if last else "")


def _standing() -> Divider:
    line = Divider(standing=True)
    line.setFixedHeight(24)
    return line
