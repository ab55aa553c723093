"""The sample that was clicked: large, with all its numbers, where it goes, and what is the same."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from cnnviz.data.dataset import as_floats
from cnnviz.events import Array, Failed
from cnnviz.jobs import Asker
from cnnviz.ui import icons, numbers
from cnnviz.ui.browse.framestrip import FrameStrip
from cnnviz.ui.browse.places import PARTS, Arrangement, Places
from cnnviz.ui.browse.rendering import Range, thumbnail
from cnnviz.ui.browse.sampleview import SampleView
from cnnviz.ui.widgets.chrome import Elided, Panel, button, label, tool_button

FRAME_MS = 120
FRAME_SIDE = 60
ROWS = ("Class", "Goes to", "Shape", "Range", "Mean", "Deviation", "To predict", "The same as")
MOST_TWINS = 3
LARGEST_VIEW = 460


@dataclass(frozen=True, eq=False)
class Looked:
    """A sample that was read: as networks see it (float32), as it is stored, and what it should give."""

    arrangement: Arrangement
    place: int
    sample: Array
    stored: Array
    answer: Array

    def frames(self) -> list[Array]:
        """Return the pictures (C, H, W) of a volume or video, and after them the frames to predict."""
        if self.sample.ndim != 4:
            return []
        found = [self.sample[:, at] for at in range(self.sample.shape[1])]
        if self.arrangement.dataset.answers != "frames":
            return found
        answer = as_floats(self.answer)
        wanted = answer[:, None] if answer.ndim == 3 else answer
        return found + [wanted[:, at] for at in range(wanted.shape[1])]


class SamplePanel(Panel):
    """`step(direction)` asks for a neighbour, `inspect(Looked)` to open the sample in Inspect."""

    stepped = Signal(int)
    inspect = Signal(object)

    def __init__(self, asker: Asker, parent: QWidget | None = None) -> None:
        super().__init__("Sample", "", parent)
        self._asker = asker
        self._looked: Looked | None = None
        self._frames: list[Array] = []
        self._shown: Range = (0.0, 1.0)
        self.view, self.strip = SampleView(), FrameStrip()
        self.frame = label("", "secondary")
        self.play = tool_button("play", "Play the frames", self._play)
        self.read = Elided("", "mono")
        self.rows = {name: (label(name, "secondary"), Elided()) for name in ROWS}
        self.before = tool_button("chevron-left", "Previous sample", lambda: self.stepped.emit(-1))
        self.after = tool_button("chevron-right", "Next sample", lambda: self.stepped.emit(1))
        self.open = button("Open in Inspect", "primary", small=True)
        self.open.clicked.connect(self._open)
        self._timer = QTimer(self, interval=FRAME_MS)
        self._timer.timeout.connect(self._next_frame)
        self._assemble()
        self.view.read.connect(self.read.setText)
        self.strip.chosen.connect(self._show_frame)
        self.clear()

    def _assemble(self) -> None:
        for part in (self.before, self.after):
            self.add_to_header(part)
        self._moving = QWidget()
        line = QHBoxLayout()
        line.addWidget(self.play)
        line.addWidget(self.frame, 1)
        column = QVBoxLayout(self._moving)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(line)
        column.addWidget(self.strip)
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(5)
        grid.setColumnStretch(1, 1)
        for at, (caption, value) in enumerate(self.rows.values()):
            grid.addWidget(caption, at, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(value, at, 1)
        self.body.addWidget(self.view)
        self.body.addWidget(self.read)
        self.body.addWidget(self._moving)
        self.body.addLayout(grid)
        self.body.addWidget(self.open)
        self.body.addStretch(1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.view.setFixedHeight(min(self.width() - 24, self.height() // 2, LARGEST_VIEW))

    @property
    def looked(self) -> Looked | None:
        """What is shown."""
        return self._looked

    def clear(self) -> None:
        """Show that no sample is chosen."""
        self._looked, self._frames = None, []
        self._timer.stop()
        self.set_title("Sample", "")
        self.view.set_sample(None, self._shown)
        self.read.setText("")
        self._moving.hide()
        for caption, value in self.rows.values():
            caption.hide()
            value.hide()
        self.open.hide()
        for part in (self.before, self.after):
            part.setEnabled(False)

    def show_place(self, arrangement: Arrangement, place: int, shown: Range, twins: Places) -> None:
        """Read a sample in the worker, then show it; `twins` are the places of samples that are the same."""

        def read() -> Looked:
            split, index = arrangement.split(place)
            stored = np.asarray(split.images[index])
            return Looked(arrangement, place, as_floats(stored), stored, np.asarray(split.labels[index]))

        self._asker.ask("browsed sample", read, lambda looked: self._show(looked, shown, twins), self._refuse)

    def _refuse(self, failure: Failed) -> None:
        self.clear()
        self.set_title("Sample", failure.message)

    def _show(self, looked: Looked, shown: Range, twins: Places) -> None:
        same = self._looked is not None and self._looked.arrangement.dataset is looked.arrangement.dataset
        self._looked, self._shown, self._frames = looked, shown, looked.frames()
        seen = looked.sample.shape[1] if looked.sample.ndim == 4 else 0
        self._moving.setVisible(bool(self._frames))
        if self._frames:
            images = [thumbnail(frame, shown, FRAME_SIDE) for frame in self._frames]
            self.strip.set_frames(images, seen)
            self._show_frame(self.strip.current if same else seen // 2)
        else:
            self._timer.stop()
            answer = looked.answer if looked.arrangement.dataset.answers == "values" else None
            self.view.set_sample(looked.sample, shown, answer)
        self._write(looked, twins)
        self.open.show()
        for part in (self.before, self.after):
            part.setEnabled(True)

    def _write(self, looked: Looked, twins: Places) -> None:
        arrangement, place, stored = looked.arrangement, looked.place, looked.stored
        self.set_title(arrangement.title(place).capitalize(), "")
        finite = stored[np.isfinite(stored)].astype(np.float64) if stored.size else stored
        low, high = (finite.min(), finite.max()) if finite.size else (np.nan, np.nan)
        named = numbers.shape(stored.shape), stored.dtype
        answer = looked.answer
        predicts = arrangement.dataset.answers
        told = {
            "Class": arrangement.class_name(place),
            "Goes to": self._goes_to(arrangement, place),
            "Shape": f"{named[0]}, {named[1]}",
            "Range": f"{_number(low)} to {_number(high)}",
            "Mean": _number(finite.mean()) if finite.size else "",
            "Deviation": _number(finite.std()) if finite.size else "",
            "To predict": _answer_told(answer) if predicts != "labels" else "",
            "The same as": ", ".join(arrangement.name(int(each)) for each in twins[:MOST_TWINS])
            + (f" and {len(twins) - MOST_TWINS} more" if len(twins) > MOST_TWINS else ""),
        }
        for name, (caption, value) in self.rows.items():
            value.setText(told[name])
            caption.setVisible(bool(told[name]))
            value.setVisible(bool(told[name]))

    def _goes_to(self, arrangement: Arrangement, place: int) -> str:
        part = int(arrangement.goes[place])
        choice = arrangement.held_out
        if PARTS[part] != "Validation":
            return PARTS[part].lower()
        how = f"fold {choice.fold + 1} of {choice.folds}" if choice.folds else "held out"
        return f"validation ({how}, seed {choice.seed})"

    # -- frames -------------------------------------------------------------------------------------------------

    def _show_frame(self, at: int) -> None:
        looked = self._looked
        if looked is None or not self._frames:
            return
        at = min(at, len(self._frames) - 1)
        self.strip.set_current(at)
        seen = looked.sample.shape[1]
        kind = "Frame" if looked.arrangement.dataset.answers == "frames" else "Slice"
        which = ", to predict" if at >= seen else ""
        self.frame.setText(f"{kind} {at + 1} of {len(self._frames)}{which}")
        self.view.set_sample(self._frames[at], self._shown)

    def _play(self) -> None:
        if self._timer.isActive():
            self._timer.stop()
        else:
            self._timer.start()
        self._name_play()

    def _name_play(self) -> None:
        self.play.setIcon(icons.icon("pause" if self._timer.isActive() else "play"))

    def _next_frame(self) -> None:
        if not self._frames or not self.isVisible():
            self._timer.stop()
            self._name_play()
            return
        self._show_frame((self.strip.current + 1) % len(self._frames))

    def _open(self) -> None:
        if self._looked is not None:
            self.inspect.emit(self._looked)


def _number(value: float) -> str:
    return numbers.compact(float(value), 4)


def _answer_told(answer: Array) -> str:
    """Return values in full, frames by their shape."""
    if answer.ndim <= 1:
        return ", ".join(_number(value) for value in np.atleast_1d(answer)[:8])
    return f"{numbers.shape(answer.shape)}, {answer.dtype}"
