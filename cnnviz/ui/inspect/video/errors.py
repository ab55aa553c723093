"""Error per frame: the network beside what needs no learning, and a sentence where it is no better."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QProgressBar

from cnnviz.events import Progress
from cnnviz.explain.video.baselines import BLACK, COPY, FLOW
from cnnviz.explain.video.forecast import FORCED, FREE, Horizons, verdict
from cnnviz.explain.video.metrics import IN_WORDS, METRICS
from cnnviz.ui.inspect.video.desk import COUNTS
from cnnviz.ui.widgets.chrome import Panel, Pill, Segmented, button, label
from cnnviz.ui.widgets.curves import Curves
from cnnviz.ui.widgets.series import Style

LOOKS: dict[str, tuple[str, Style]] = {
    FORCED: ("acc", "validation"),
    FREE: ("grad", "validation"),
    COPY: ("pos", "other"),
    FLOW: ("neg", "other"),
    BLACK: ("t2", "plan"),
}
"""Colour and style of each curve, in the order of the legend."""
ROOM = 1.25
"""So much higher than the highest curve is the plot: the word of a mark stands above the curves."""
SHORT = {FORCED: "teacher", FREE: "free", COPY: "copy", FLOW: "flow"}


class ErrorPanel(Panel):
    """`counted(sequences)` asks for another average, `cancelled` for none; `hovered(frame)` is pointed at."""

    counted = Signal(int)
    cancelled = Signal()

    def __init__(self) -> None:
        super().__init__("Error per frame")
        self.measure = Segmented(list(METRICS), name="measure of the error")
        self.count = QComboBox()
        for count in COUNTS:
            self.count.addItem(f"{count} sequence{'s' if count > 1 else ''}", count)
        self.count.setToolTip("Test sequences that are averaged")
        self.progress = QProgressBar(textVisible=False)
        self.progress.setFixedWidth(70)
        self.cancel = button("Cancel", small=True)
        self.curves = Curves(name="error per frame", x_name="frame")
        self.words = label("", "secondary")
        self.words.setWordWrap(True)
        self.warning = Pill("no better", "warn")
        self.warning.hide()
        for part in (self.progress, self.cancel, self.count, self.measure):
            self.add_to_header(part)
        self.body.setContentsMargins(8, 0, 8, 6)
        self.body.setSpacing(2)
        self.body.addWidget(self.curves, 1)
        foot = QHBoxLayout()
        foot.addWidget(self.warning)
        foot.addWidget(self.words, 1)
        self.body.addLayout(foot)
        self.found: Horizons | None = None
        self.measure.chosen.connect(lambda _metric: self._draw())
        self.count.activated.connect(lambda _at: self.counted.emit(self.count.currentData()))
        self.cancel.clicked.connect(self.cancelled)
        self.show_busy(None)

    def show_errors(self, found: Horizons | None, note: str = "") -> None:
        """Show other errors, or a note why there are none."""
        self.found = found
        self._draw()
        if found is None:
            self.words.setText(note)

    def show_busy(self, progress: Progress | None, *, busy: bool = False) -> None:
        """Show how far the worker is."""
        self.progress.setRange(0, (progress.total or 0) if progress is not None else 0)
        self.progress.setValue(progress.done if progress is not None else 0)
        for part in (self.progress, self.cancel):
            part.setVisible(busy)

    def show_frame(self, frame: int) -> None:
        """Mark the frame under the time cursor."""
        self.curves.set_hover(float(frame) if self.found is not None else None)

    def _draw(self) -> None:
        found, metric = self.found, self.measure.value()
        self.set_title("Error per frame", IN_WORDS[metric])
        self.curves.clear()
        if found is None:
            self.words.setText("")
            self.warning.hide()
            self.curves.refresh()
            return
        low, high = np.inf, -np.inf
        for name, (color, style) in LOOKS.items():
            if name not in found.curves:
                continue
            values = np.asarray(found.curves[name][metric])
            known = np.isfinite(values)
            if not known.any():
                continue
            alone = name == FORCED and FREE not in found.curves
            text = "network" if alone else SHORT.get(name, name)
            self.curves.add_series(name, text, color, style)
            self.curves.append(name, found.frames[known].astype(float), values[known])
            low, high = min(low, float(values[known].min())), max(high, float(values[known].max()))
        self.curves.set_x_end(float(found.frames[-1]))
        self.curves.set_y_range(min(low, 0.0), high * ROOM if high > 0 else 1.0)
        own = FREE in found.curves and found.frames[0] <= found.start < found.frames[-1]
        self.curves.set_marks([(found.start + 0.5, "own frames")] if own else [])
        self.curves.refresh()
        sequences = "this sequence" if found.count == 1 else f"{found.count} sequences"
        told = verdict(found, metric)
        self.warning.setVisible(bool(told))
        self.words.setText(f"{told} Mean of {sequences}.".strip())
