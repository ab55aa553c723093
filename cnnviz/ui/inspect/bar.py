"""The row above Inspect: where the cursor is, Play, and what a colour range covers."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QSlider, QWidget

from cnnviz.ui import icons, numbers, theme
from cnnviz.ui.inspect.direction import Direction
from cnnviz.ui.inspect.frame import SCOPES, Frame
from cnnviz.ui.inspect.player import SPEEDS, Player
from cnnviz.ui.widgets.chrome import Divider, Elided, Pill, Segmented, button, label, tool_button

HEIGHT, SPACING = 42, 6
ROOMY, NARROW = 1500, 1260
CHEVRON = "\u203a"


class InspectBar(QWidget):
    """Breadcrumb, playing, range and where the weights come from."""

    back = Signal()
    scope_chosen = Signal(str)
    saving_wanted = Signal()

    def __init__(self, player: Player, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedHeight(HEIGHT)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        theme.set_role(self, role="panel")
        self.player = player
        self.back_button = tool_button("arrow-left", "Back to where the cursor was  Alt+Left", self.back.emit)
        self.model, self.where = Elided("", "secondary"), label("", "heading")
        self.pixel = Pill("", "cursor")
        self.before = tool_button("step-back", "Previous value", lambda: player.step(-1), quiet=False)
        self.play = button("Play", "active", "play")
        self.after = tool_button("step", "Next value", lambda: player.step(1), quiet=False)
        self.step = label("", "mono")
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.speed = QComboBox()
        self.direction = Direction()
        self.scope = Segmented(SCOPES, name="what a colour range covers")
        self.range_name = label("Range", "secondary")
        self.save = tool_button(
            "export", "Save this view: a picture, the play-through, the numbers", self.saving_wanted.emit
        )
        self.compare = tool_button(
            "compare", "Compare with another network, or another moment  C", checkable=True
        )
        self.ask = button("Ask", icon="search")
        self.ask.setToolTip("Ask the whole network, over all test samples  Q")
        self.ask.setCheckable(True)
        self.video = button("Video", icon="layer-convlstm")
        self.video.setToolTip("The network step by step in time, and what it predicts  T")
        self.video.setCheckable(True)
        self.video.hide()
        self.forecast = button("Forecast", icon="step")
        self.forecast.setToolTip("Continue the series: each prediction is fed back as if it had been seen  F")
        self.forecast.setCheckable(True)
        self.forecast.hide()
        self.space = button("3D", icon="layer-conv3d")
        self.space.setToolTip("The volume in space, or flat panes  V")
        self.space.setCheckable(True)
        self.space.hide()
        self._backward = self._asking = False
        self.weights, self.origin = label("Weights", "secondary"), Elided("", "secondary")
        self._behind_play = _standing()
        self._assemble()
        self._connect()

    def _assemble(self) -> None:
        self.speed.addItems(SPEEDS)
        self.speed.setCurrentText(self.player.speed)
        self.speed.setToolTip("Values per second; a sweep takes three seconds")
        self.slider.setMinimumWidth(60)
        self.slider.setMaximumWidth(200)
        self.slider.setAccessibleName("position")
        theme.set_role(self.slider, role="cursor")
        self.scope.set_value("layer")
        self.play.setToolTip("Walk over the map, value by value  Space")
        self.play.setMinimumWidth(72)
        self.step.setMinimumWidth(96)
        self.model.setMaximumWidth(160)
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 0, 12, 0)
        row.setSpacing(SPACING)
        place: tuple[QWidget, ...] = (self.back_button, self.model, self.where, self.pixel, _standing())
        for part in (*place, self.before, self.play, self.after, self.step):
            row.addWidget(part)
        row.addWidget(self.slider, 3)
        row.addWidget(self.speed)
        row.addWidget(self._behind_play)
        row.addStretch(0)
        row.addWidget(self.forecast)
        row.addWidget(self.video)
        row.addWidget(self.space)
        row.addWidget(self.ask)
        row.addWidget(self.direction)
        row.addWidget(self.weights)
        row.addWidget(self.origin, 3)
        row.addSpacing(4)
        row.addWidget(self.range_name)
        row.addWidget(self.scope)
        row.addWidget(self.compare)
        row.addWidget(self.save)

    def _connect(self) -> None:
        self.play.clicked.connect(self._toggle)
        self.player.playing_changed.connect(self._show_playing)
        self.speed.currentTextChanged.connect(self.player.set_speed)
        self.slider.valueChanged.connect(lambda at: self.player.step(at - self.player.at))
        self.scope.chosen.connect(self.scope_chosen.emit)

    def show_frame(self, frame: Frame, title: str) -> None:
        """Tell where the cursor is."""
        kind = "unit" if frame.is_vector else "map"
        self._backward = frame.backward
        self._make_room()
        self.model.setText(f"{title}  {CHEVRON}")
        self.where.setText(f"{frame.node}  {CHEVRON}  {kind} {frame.cell[0]}")
        self.pixel.setText(place_words(frame))
        self.pixel.setVisible(not frame.is_vector and not self._asking)
        self._show_step()

    def minimumSizeHint(self) -> QSize:
        """Ask for as much as the narrowest form takes; what there is no room for goes."""
        hint = super().minimumSizeHint()
        spare = sum(part.minimumSizeHint().width() + SPACING for part in self._spare if not part.isHidden())
        return QSize(hint.width() - spare, hint.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._make_room()

    @property
    def _spare(self) -> dict[QWidget, int]:
        """Return what can be missed, and how wide the row must be to show it."""
        return {self.step: ROOMY, self.weights: ROOMY, self.range_name: ROOMY, self.speed: NARROW}

    def _make_room(self) -> None:
        for part, width in self._spare.items():
            part.setHidden(self.width() < width or (self._asking and part is not self.weights))
        self.origin.setHidden(self._backward)
        if self._backward:
            self.weights.hide()

    def set_asking(self, asking: bool) -> None:
        """Leave out what is about a single value, while the whole network is asked."""
        self.ask.setChecked(asking)
        single = self.before, self.play, self.after, self.slider, self.direction, self.scope, self.pixel
        for part in (*single, self._behind_play):
            part.setHidden(asking)
        self._asking = asking
        self._make_room()

    def set_filming(self, filming: bool) -> None:
        """Leave out what is about a single value, while the network is looked at over time."""
        self.set_asking(filming)
        self.ask.setChecked(False)
        self.ask.setHidden(filming)
        self.video.setChecked(filming)

    def show_origin(self, text: str) -> None:
        """Tell where the weights come from."""
        self.origin.setText(text)

    def _toggle(self) -> None:
        self.player.toggle()

    def _show_step(self) -> None:
        player = self.player
        self.slider.blockSignals(True)
        self.slider.setRange(0, player.count - 1)
        self.slider.setValue(player.at)
        self.slider.blockSignals(False)
        self.step.setText(f"step {numbers.count(player.at + 1)} / {numbers.count(player.count)}")
        self.before.setEnabled(player.at > 0)
        self.after.setEnabled(player.at < player.count - 1)

    def _show_playing(self, playing: bool) -> None:
        self.play.setText("Pause" if playing else "Play")
        self.play.setIcon(icons.icon("pause" if playing else "play", theme.current().acc))


def place_words(frame: Frame) -> str:
    """Name a place in a map: `row 9, column 8`."""
    alone = "at" if frame.slice_word == "slice" else frame.slice_word
    words = {1: (alone,), 2: ("row", "column"), 3: (frame.slice_word, "row", "column")}
    names = words.get(len(frame.index) - 1, ())
    return ", ".join(f"{name} {at}" for name, at in zip(names, frame.index[1:], strict=True))


def _standing() -> Divider:
    line = Divider(standing=True)
    line.setFixedHeight(24)
    return line
