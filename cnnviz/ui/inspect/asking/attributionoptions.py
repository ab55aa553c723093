"""The settings of a method, in one row: only those that it has."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QWidget

from cnnviz.explain import Trace
from cnnviz.explain.attribution import (
    BASELINES,
    Question,
    nodes_with_maps,
    usual_maps,
    usual_stride,
    usual_window,
)
from cnnviz.ui.widgets.chrome import label
from cnnviz.ui.widgets.numberfields import IntField

LARGEST_WINDOW = 512
MAPS, BASELINE, WINDOW = "grad-cam", ("integrated", "occlusion"), "occlusion"


class AttributionOptions(QWidget):
    """`changed` is emitted when the user changes a setting; `fill` makes them fit another question."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.maps, self.baseline = QComboBox(), QComboBox()
        self.covered, self.step = (IntField(1, LARGEST_WINDOW, name) for name in ("window", "stride"))
        self._nodes: list[str] = []
        self._size = (0, 0)
        words: tuple[tuple[QWidget, str], ...] = (
            (self.maps, "Maps of"), (self.covered, "Window"), (self.step, "step"), (self.baseline, ""),
        )  # fmt: skip
        self._words = {part: label(word, "secondary") for part, word in words}
        self._assemble()

    def _assemble(self) -> None:
        for chooser, name in ((self.maps, "maps of which layer"), (self.baseline, "what stands for nothing")):
            chooser.setAccessibleName(name)
            chooser.setMinimumContentsLength(4)
            chooser.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            chooser.activated.connect(lambda _at: self.changed.emit())
        for name in BASELINES.values():
            self.baseline.addItem(name.removeprefix("the sample's "))
        self.baseline.setToolTip("What a covered pixel becomes: 0, or the mean of its channel in this sample")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        for field in (self.covered, self.step):
            field.edit.setFixedWidth(36)
            field.edited.connect(lambda _value: self.changed.emit())
        for part, word in self._words.items():
            row.addWidget(word)
            row.addWidget(part, 1 if isinstance(part, QComboBox) else 0)
            word.hide()  # all of them at once would make the column wide
            part.hide()
        row.addStretch(0)

    def fill(self, trace: Trace, question: Question, shape: tuple[int, ...]) -> None:
        """Show the settings that the question's method has; `shape` is that of the sample."""
        shown: dict[QWidget, bool] = {
            self.maps: question.method == MAPS,
            self.covered: question.method == WINDOW,
            self.step: question.method == WINDOW,
            self.baseline: question.method in BASELINE,
        }
        for part, visible in shown.items():
            part.setVisible(visible)
            self._words[part].setVisible(visible)
        self._words[self.baseline].setText("cover" if question.method == WINDOW else "Baseline")
        self.setVisible(any(shown.values()))
        self._fill_maps(trace, question.target.owner)
        smallest, dimensions = min(shape[1:] or shape), len(shape[1:])
        if (smallest, dimensions) != self._size:
            self._size = smallest, dimensions
            self.covered.set_value(usual_window(smallest))
            self.step.set_value(usual_stride(usual_window(smallest), dimensions))

    def _fill_maps(self, trace: Trace, node: str) -> None:
        """Offer the layers before a node, the last one first; the one chosen stays as long as it is offered."""
        nodes = nodes_with_maps(trace.graph, node)[::-1]
        if nodes == self._nodes:
            return
        chosen = self.maps.currentText()
        self._nodes = nodes
        self.maps.clear()
        self.maps.addItems(nodes)
        wanted = chosen if chosen in nodes else usual_maps(trace.graph, node)
        self.maps.setCurrentIndex(nodes.index(wanted) if wanted in nodes else -1)

    def apply(self, question: Question) -> Question:
        """Return the question with the settings that are shown."""
        return replace(
            question,
            maps=self.maps.currentText() if question.method == MAPS else "",
            baseline=list(BASELINES)[self.baseline.currentIndex()],
            window=self.covered.value(),
            stride=self.step.value(),
        )
