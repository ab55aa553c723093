"""The row above a forecast: play, scrub, how far it goes, and where it begins."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QSlider, QWidget

from cnnviz.ui import icons, numbers, theme
from cnnviz.ui.inspect.player import Player
from cnnviz.ui.inspect.series.subject import Subject
from cnnviz.ui.widgets.chrome import button, label, tool_button
from cnnviz.ui.widgets.fields import IntField

MOST_STEPS = 10_000


class Controls(QWidget):
    """`wanted` says that another forecast is wanted: of more or fewer steps, or from another place on."""

    wanted = Signal()

    def __init__(self, player: Player) -> None:
        super().__init__()
        self._player = player
        self._subject: Subject | None = None
        self.before = tool_button("step-back", "One step less", lambda: player.step(-1), quiet=False)
        self.play = button("Play", "active", "play")
        self.after = tool_button("step", "Feed one more step back", lambda: player.step(1), quiet=False)
        self.scrub = QSlider(Qt.Orientation.Horizontal)
        self.told = label("", "mono")
        self.length = IntField(1, MOST_STEPS, "steps of the forecast", width=56)
        self.begin = QSlider(Qt.Orientation.Horizontal)
        self.moment = label("", "mono")
        self.rules = QCheckBox("rules of thumb")
        self._assemble()
        self._connect()

    def _assemble(self) -> None:
        self.play.setMinimumWidth(72)
        self.play.setToolTip("Feed each prediction back and go on  Space")
        self.scrub.setAccessibleName("step of the forecast")
        self.begin.setAccessibleName("where the forecast begins")
        self.begin.setToolTip("Now: the first step that is foreseen")
        self.rules.setChecked(True)
        self.rules.setToolTip("What repeating the last value, or the last period, would foresee")
        theme.set_role(self.scrub, role="cursor")
        self.told.setMinimumWidth(88)
        self.moment.setMinimumWidth(76)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        for part in (self.before, self.play, self.after):
            row.addWidget(part)
        row.addWidget(self.scrub, 3)
        row.addWidget(self.told)
        row.addWidget(label("Steps", "secondary"))
        row.addWidget(self.length)
        row.addSpacing(8)
        row.addWidget(label("Now", "secondary"))
        row.addWidget(self.begin, 3)
        row.addWidget(self.moment)
        row.addSpacing(8)
        row.addWidget(self.rules)

    def _connect(self) -> None:
        self.play.clicked.connect(lambda _checked: self._player.toggle())
        self._player.playing_changed.connect(self._show_playing)
        self.scrub.valueChanged.connect(self._scrub)
        self.length.edited.connect(lambda _steps: self.wanted.emit())
        self.begin.valueChanged.connect(self._move)

    @property
    def steps(self) -> int:
        """Return how many steps are to be foreseen."""
        return int(self.length.value())

    @property
    def now(self) -> int:
        """Return the first step that is to be foreseen."""
        return self.begin.value()

    def show_subject(self, subject: Subject, steps: int | None) -> None:
        """Offer the places where a forecast can begin; with `steps` begin anew, where it usually does."""
        self._subject = subject
        self.begin.blockSignals(True)
        self.begin.setRange(subject.length, len(subject.timeline))
        if steps is not None:
            self.length.set_value(steps)
            self.begin.setValue(subject.usual_now)
        self.begin.blockSignals(False)
        self.moment.setText(subject.timeline.moment(self.now))

    def show_step(self) -> None:
        """Tell how far Play has come."""
        player = self._player
        self.scrub.blockSignals(True)
        self.scrub.setRange(0, player.count - 1)
        self.scrub.setValue(player.at)
        self.scrub.blockSignals(False)
        self.told.setText(f"{numbers.count(player.at)} / {numbers.count(player.count - 1)}")
        self.before.setEnabled(player.at > 0)
        self.after.setEnabled(player.at < player.count - 1)

    def _scrub(self, at: int) -> None:
        self._player.stop()
        self._player.step(at - self._player.at)

    def _move(self, now: int) -> None:
        assert self._subject is not None
        self.moment.setText(self._subject.timeline.moment(now))
        self.wanted.emit()

    def _show_playing(self, playing: bool) -> None:
        self.play.setText("Pause" if playing else "Play")
        self.play.setIcon(icons.icon("pause" if playing else "play", theme.current().acc))
