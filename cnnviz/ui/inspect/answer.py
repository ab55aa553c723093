"""What the network says about the sample: class probabilities with their logits, or what it gives instead."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QScrollArea, QSizePolicy, QWidget

from cnnviz.data import Dataset
from cnnviz.explain import Trace
from cnnviz.explain.trace import Array
from cnnviz.model.heads import main_head
from cnnviz.ui import numbers
from cnnviz.ui.inspect.outcome import Compared, Outcome, ValueTable, outcome
from cnnviz.ui.state import Sample
from cnnviz.ui.widgets.bars import ProbabilityBars
from cnnviz.ui.widgets.chrome import Panel

MOST_CLASSES = 100
LEAST_HEIGHT, MOST_HEIGHT = 146, 290
"""Pixels for the bars: ten classes close together, and twelve at ease; more than these are scrolled."""


class _Room(QScrollArea):
    """The bars: a few at their ease, closer together where there is less room, many of them to be scrolled through."""

    def __init__(self, bars: ProbabilityBars) -> None:
        super().__init__(widgetResizable=True)
        self._bars, self._count, self._row = bars, 0, 0
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.setWidget(bars)

    def sizeHint(self) -> QSize:
        return self._bars.sizeHint().boundedTo(QSize(1000, MOST_HEIGHT))

    def minimumSizeHint(self) -> QSize:
        return self._bars.minimumSizeHint().boundedTo(QSize(160, LEAST_HEIGHT))

    def show_row(self, row: int) -> None:
        """Scroll to a row, where not all are seen."""
        if (self._bars.count, row) == (self._count, self._row):
            return
        if self._bars.count != self._count:
            self.updateGeometry()
        self._count, self._row = self._bars.count, row
        self._reveal()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._reveal()

    def _reveal(self) -> None:
        if self.verticalScrollBar().maximum() and self._row < self._bars.count:
            spot = self._bars.row_rect(self._row).center()
            self.ensureVisible(0, round(spot.y()), 0, LEAST_HEIGHT // 4)


class ProbabilityPanel(Panel):
    """What the network says about the sample."""

    def __init__(self) -> None:
        super().__init__("Class probabilities")
        self.bars = ProbabilityBars()
        self._room, self.values, self.compared = _Room(self.bars), ValueTable(), Compared()
        for part in (self._room, self.values, self.compared):
            self.body.addWidget(part)
        self._show_only(self._room)
        self.body.addStretch(1)

    def show_trace(
        self,
        trace: Trace,
        classes: Sequence[str],
        truth: int,
        sample: Sample | None = None,
        dataset: Dataset | None = None,
    ) -> None:
        """Show the output of the network, and the logits it was made from; what is no class beside the truth."""
        found = answers(trace)
        if found is None:
            self._show_outcome(outcome(trace, sample, dataset))
            return
        self._show_only(self._room)
        probabilities, logits = found
        count = len(probabilities)
        names = classes if len(classes) == count else [str(at) for at in range(count)]
        self.bars.set_values(probabilities, classes=names, logits=logits, truth=truth if truth >= 0 else None)
        rule = "softmax, " if main_head(trace.graph).layer.loss == "cross entropy" else ""
        self._room.show_row(int(np.argmax(probabilities)))
        total = numbers.fixed(float(probabilities.sum()), 5)
        self.set_title("Class probabilities", f"{rule}sum {total}")

    def _show_outcome(self, found: Outcome) -> None:
        shown = self.values if found.listed else self.compared
        shown.show_outcome(found)
        self._show_only(shown)
        self.set_title(found.title, found.told)

    def _show_only(self, shown: QWidget) -> None:
        for part in (self._room, self.values, self.compared):
            part.setVisible(part is shown)


def answers(trace: Trace) -> tuple[Array, Array] | None:
    """Return probabilities and logits of the whole network; None where its main output is no vector of classes."""
    graph = trace.graph
    head = main_head(graph)
    values = trace.activations.get(head.node)
    if values is None or values.ndim != 1 or not 2 <= len(values) <= MOST_CLASSES or not head.classifies:
        return None
    answer = graph.node(head.node)
    giver = graph.inputs(head.node)[0].source if answer.layer.ends else head.node
    if giver != head.source or head.ready or head.layer.loss == "margin":
        return values, trace.activation(head.source)
    with np.errstate(all="ignore"):
        if head.layer.loss == "binary cross entropy":
            return 1 / (1 + np.exp(-values.astype(np.float64))), values
        shares = np.exp(values.astype(np.float64) - values.max())
        return shares / shares.sum(), values
