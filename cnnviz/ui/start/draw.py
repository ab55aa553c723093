"""Draw a digit, and the shipped network answers while the pen moves."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from cnnviz.events import Array
from cnnviz.explain.trace import Trace
from cnnviz.layers import LAYERS
from cnnviz.ui.widgets.bars import ProbabilityBars
from cnnviz.ui.widgets.chrome import button, label
from cnnviz.ui.widgets.digitpad import DigitPad
from cnnviz.ui.widgets.legend import Legend
from cnnviz.ui.widgets.mosaic import Mosaic

MAPS = 8
PAD = 28 * 9 + 4
TILE = 56


class DrawPanel(QWidget):
    """`drawn(image)` carries a (1, 28, 28) float32 array; `example_wanted` and `why_clicked` are the buttons."""

    drawn = Signal(object)
    example_wanted = Signal()
    why_clicked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.answered = False
        self.pad = DigitPad()
        self.pad.setFixedSize(PAD, PAD)
        self.pad.changed.connect(lambda image: self.drawn.emit(np.asarray(image, np.float32)[None]))
        self.bars = ProbabilityBars()
        self.first, self.second = _strip("first layer"), _strip("second layer")
        self.first_title, self.second_title = label("First layer", "hint"), label("Second layer", "hint")
        self.legend = Legend(label="each row has its own range")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(label("Draw a digit", "heading"))
        self.caption = label("The bundled network answers while you draw.", "secondary")
        column.addWidget(self.caption)
        column.addLayout(self._answer())
        for title, strip in ((self.first_title, self.first), (self.second_title, self.second)):
            column.addWidget(title)
            column.addWidget(strip)
        column.addWidget(self.legend)

    def _answer(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(16)
        row.addWidget(self.pad)
        side = QVBoxLayout()
        side.addWidget(self.bars)
        side.addLayout(self._buttons())
        row.addLayout(side, 1)
        return row

    def _buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(6)
        self.clear, example = button("Clear", small=True), button("Test image", "", "dice", small=True)
        self.why = button("Why?", "primary", small=True)
        self.clear.clicked.connect(self.pad.clear)
        example.clicked.connect(self.example_wanted)
        self.why.clicked.connect(self.why_clicked)
        self.why.setToolTip("Open this digit in Inspect, number by number")
        for part in (self.clear, example, self.why):
            row.addWidget(part)
        row.addStretch(1)
        return row

    def set_image(self, image: Array) -> None:
        """Put an image (1, 28, 28) on the pad, as if it had been drawn."""
        self.pad.set_image(image[0])
        self.drawn.emit(image)

    def show_answer(self, trace: Trace) -> None:
        """Show the probabilities and the strongest maps of the first two layers of a trace."""
        names = [row.name for row in trace.graph.summary().rows]
        self.answered = True
        self.bars.set_values(trace.activation(names[-1]))
        bent = [
            row.name
            for row in trace.graph.summary().rows
            if LAYERS[row.kind].group == "Activation" and len(row.shape or ()) == 3
        ]
        strips = ((self.first, self.first_title, "First"), (self.second, self.second_title, "Second"))
        for name, (strip, title, word) in zip(bent, strips, strict=False):
            maps = trace.activation(name)
            strongest = np.sort(np.argsort(-np.abs(maps).mean(axis=(1, 2)), kind="stable")[:MAPS])
            high = float(np.abs(maps).max()) or 1.0
            strip.set_maps(maps[strongest], -high, high)
            shown = f"{len(strongest)} of {len(maps)} maps" if len(maps) > MAPS else f"{len(maps)} maps"
            title.setText(f"{word} layer, {shown}, up to {high:.2f}")


def _strip(name: str) -> Mosaic:
    strip = Mosaic(name=name)
    strip.set_tile_size(TILE)
    strip.setFixedHeight(TILE + 8)
    return strip
