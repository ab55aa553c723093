"""The upper half of the Video page: what is shown, how time goes on, and the film of all steps."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QSlider, QSpinBox, QWidget

from cnnviz.explain.video.forecast import FORCED, FREE
from cnnviz.ui import icons, theme
from cnnviz.ui.inspect.video.film import Film
from cnnviz.ui.inspect.video.rows import ALL_ROWS, ROW
from cnnviz.ui.widgets.chrome import Panel, Pill, Segmented, button, label, tool_button

PLAY_MS = 250


class Stepper(Panel):
    """`stepped(by)` goes on in time, `turned(by)` to another sequence; with `reduced` motion Play is one step."""

    stepped = Signal(int)
    rewound = Signal()
    turned = Signal(int)
    saving_wanted = Signal()
    closed = Signal()

    def __init__(self) -> None:
        super().__init__("Step by step")
        self.reduced = False
        self._timer = QTimer(self, interval=PLAY_MS)
        self._timer.timeout.connect(lambda: self.stepped.emit(1))
        self._make_choices()
        self._make_buttons()
        self.film, self.slider, self.value = Film(), QSlider(Qt.Orientation.Horizontal), label("", "mono")
        self.slider.setAccessibleName("step")
        theme.set_role(self.slider, role="cursor")
        self._assemble()

    def _make_choices(self) -> None:
        self.untrained = Pill("not trained", "warn")
        self.untrained.setToolTip("The weights are random: so are gates and predictions")
        self.leak = Pill("looks ahead", "warn")
        for pill in (self.untrained, self.leak):
            pill.setMinimumWidth(1)  # in the smallest window they give way; their tool tips say it all
        self.layer, self.map, self.start = QComboBox(), QSpinBox(), QSpinBox()
        self.layer.setAccessibleName("memory layer")
        self.layer.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.map.setPrefix("channel ")
        self.map.setAccessibleName("channel")
        self.map.setFixedWidth(92)
        self.start.setPrefix("from frame ")
        self.start.setFixedWidth(100)
        self.start.setToolTip("The last true frame; behind it the network sees its own predictions")
        for box in (self.map, self.start):
            box.lineEdit().setTextMargins(5, 0, 0, 0)
        self.mode = Segmented(
            [(FORCED, "Teacher-forced"), (FREE, "Free-running")], name="what the network sees"
        )
        self.range = Segmented([(ROW, "row"), (ALL_ROWS, "all")], name="what a colour range covers")

    def _make_buttons(self) -> None:
        self.before = tool_button("chevron-left", "Previous test sequence", lambda: self.turned.emit(-1))
        self.after = tool_button("chevron-right", "Next test sequence", lambda: self.turned.emit(1))
        self.first = tool_button("step-back", "First step", self.rewound.emit, quiet=False)
        self.play = button("Play", "active", "play", small=True)
        self.play.setToolTip("Let time go on, or stop it  Space")
        self.play.clicked.connect(self.toggle)
        self.next = tool_button("step", "Next step", lambda: self.stepped.emit(1), quiet=False)
        self.export = tool_button(
            "export", "Save the predicted sequence (GIF, NPY)…", self.saving_wanted.emit
        )
        self.close_button = tool_button("close", "Back to the value under the cursor  T", self.closed.emit)

    def _assemble(self) -> None:
        self.lead_header(self.layer)
        self.lead_header(self.map)
        header: tuple[QWidget, ...] = (
            self.untrained, self.leak, self.before, self.after, self.first, self.play, self.next,
            self.mode, self.start, self.range, self.export, self.close_button,
        )  # fmt: skip
        for part in header:
            self.add_to_header(part)
        foot = QHBoxLayout()
        foot.addSpacing(84)
        foot.addWidget(self.slider, 1)
        foot.addWidget(self.value)
        self.value.setMinimumWidth(150)
        self.value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.body.setContentsMargins(8, 0, 8, 4)
        self.body.setSpacing(2)
        self.body.addWidget(self.film, 1)
        self.body.addLayout(foot)

    # -- playing ------------------------------------------------------------------------------------------------

    @property
    def playing(self) -> bool:
        """Say whether time goes on by itself."""
        return self._timer.isActive()

    def toggle(self) -> None:
        """Let time go on, or stop it."""
        if self.playing:
            self.stop()
        elif self.reduced:
            self.stepped.emit(1)
        else:
            self._timer.start()
            self._show_playing()

    def stop(self) -> None:
        """Stay at this step."""
        self._timer.stop()
        self._show_playing()

    def _show_playing(self) -> None:
        self.play.setText("Pause" if self.playing else "Play")
        self.play.setIcon(icons.icon("pause" if self.playing else "play", theme.current().acc))
