"""The column at the right: the split, the classes, what is worth a look, mean samples, values."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QScrollArea, QVBoxLayout, QWidget

from cnnviz.data.survey import Histogram, bytes_to_read, find
from cnnviz.ui import numbers, theme
from cnnviz.ui.browse.balance import ClassBalance
from cnnviz.ui.browse.findingrows import FindingRows
from cnnviz.ui.browse.histogramview import HistogramView
from cnnviz.ui.browse.meansamples import MOST, MeanSamples
from cnnviz.ui.browse.places import Arrangement
from cnnviz.ui.browse.rendering import Range
from cnnviz.ui.browse.splitpanel import SplitPanel
from cnnviz.ui.browse.surveying import Surveying
from cnnviz.ui.state import Session
from cnnviz.ui.widgets.chrome import Divider, Elided, Panel, button, label

WIDTH = 324


class FactColumn(QScrollArea):
    """`class_chosen(label)`, −1 for all; `finding_chosen(Finding or None)`."""

    class_chosen = Signal(int)
    finding_chosen = Signal(object)

    def __init__(self, session: Session, surveying: Surveying, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._surveying = surveying
        self._arrangement: Arrangement | None = None
        self._lines: dict[Panel, Divider] = {}
        self.split = SplitPanel(session)
        self.classes, self.balance = Panel("Classes", "click one to see only its samples"), ClassBalance()
        self.findings, self.rows = Panel("Worth a look", "click one to see its samples"), FindingRows()
        self.means, self.mean = Panel("Mean sample"), MeanSamples()
        self.values, self.histogram = Panel("Values"), HistogramView()
        self.spread, self.answers = Elided("", "secondary"), Elided("", "secondary")
        self.progress = SurveyProgress(surveying)
        self._assemble()
        for part in (self.balance, self.mean):
            part.chosen.connect(self.class_chosen)
        self.rows.chosen.connect(self.finding_chosen)
        self.histogram.read.connect(
            lambda text: self.values.set_title("Values", text or "as they are stored")
        )
        surveying.changed.connect(self.show_survey)
        theme.changed.connect(self.show_survey)

    def _assemble(self) -> None:
        self.setWidgetResizable(True)
        self.setMinimumWidth(WIDTH)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        # mean samples wrap: were the bar to come and go, the height that calls for it would come and go with it
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        inside = QWidget()
        inside.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        theme.set_role(inside, role="panel")
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for panel, parts in (
            (self.split, ()),
            (self.classes, (self.balance,)),
            (self.findings, (self.rows,)),
            (self.means, (self.mean,)),
            (self.values, (self.histogram, self.spread, self.answers)),
        ):
            for part in parts:
                panel.body.addWidget(part)
            if panel is self.findings:
                column.addWidget(self.progress)
            column.addWidget(panel)
            line = self._lines[panel] = Divider()
            column.addWidget(line)
        column.addStretch(1)
        self.setWidget(inside)

    def show_arrangement(self, arrangement: Arrangement) -> None:
        """Show these data and where their samples go."""
        self._arrangement = arrangement
        self.split.show_arrangement(arrangement)
        self._reveal(self.classes, shown=bool(arrangement.dataset.classes))
        self.balance.set_counts(arrangement.class_counts(), arrangement.dataset.classes)
        self._show_findings()

    def set_class(self, chosen: int) -> None:
        """Mark the class that is chosen."""
        self.balance.set_selected(chosen)
        self.mean.set_selected(chosen)

    def show_survey(self) -> None:
        """Show what the survey found; as long as there is none, only how far it is."""
        found, dataset = self._surveying.survey, self._surveying.dataset
        for panel in (self.findings, self.means, self.values):
            self._reveal(panel, shown=found is not None)
        if found is None or dataset is None:
            return
        self._show_findings()
        scale = 1 / 255 if dataset.train.images.dtype == np.uint8 else 1.0
        means, shown = found.means, _mean_range(found.means.whole() * scale)
        self.mean.set_means(means, dataset.classes, shown, scale)
        few = len(dataset.classes) > MOST and means.by_class
        self.means.set_title(
            f"Mean {dataset.noun}", "of training" + (f", the first {MOST} classes" if few else "")
        )
        self.histogram.set_histograms(found.values)
        self.values.set_title("Values", "as they are stored")
        self.spread.setText(told(found.values[0]))
        self.answers.setText(f"To predict: {told(found.answers[0])}" if found.answers else "")
        self.answers.setVisible(found.answers is not None)

    def _reveal(self, panel: Panel, *, shown: bool) -> None:
        for part in (panel, self._lines[panel]):
            part.setVisible(shown)

    def _show_findings(self) -> None:
        """Sort what is the same by where it goes, unless either of both is about to follow the other."""
        found, arrangement = self._surveying.survey, self._arrangement
        if found is not None and arrangement is not None and arrangement.dataset is self._surveying.dataset:
            self.rows.set_findings(find(found, arrangement.goes))


class SurveyProgress(QWidget):
    """How far the survey is and a way to cancel it, or a button that starts it where the data are very large."""

    def __init__(self, surveying: Surveying) -> None:
        super().__init__()
        self._surveying = surveying
        self.bar, self.text = QProgressBar(), label("", "secondary")
        self.text.setWordWrap(True)
        self.cancel, self.begin = (
            button("Cancel", "link", small=True),
            button("Look through all samples", small=True),
        )
        self.cancel.clicked.connect(surveying.cancel)
        self.begin.clicked.connect(surveying.start)
        line = QHBoxLayout()
        line.addWidget(self.bar, 1)
        line.addWidget(self.cancel)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 12, 12, 12)
        column.addWidget(self.text)
        column.addLayout(line)
        column.addWidget(self.begin, 0, Qt.AlignmentFlag.AlignLeft)
        surveying.changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Show the state of the survey; nothing once it is there."""
        state, dataset = self._surveying.state, self._surveying.dataset
        self.setVisible(state in ("waiting", "running", "failed"))
        running = state == "running"
        for part in (self.bar, self.cancel):
            part.setVisible(running)
        self.begin.setVisible(not running)
        done, total = self._surveying.done
        self.bar.setRange(0, total)
        self.bar.setValue(done)
        size = numbers.size_in_bytes(bytes_to_read(dataset)) if dataset is not None else ""
        self.text.setText({
            "running": f"Looking through {numbers.count(done)} of {numbers.count(total)} samples",
            "waiting": f"Copies, label conflicts, means and ranges take one reading of {size}.",
            "failed": self._surveying.told,
        }.get(state, ""))  # fmt: skip


def told(values: Histogram) -> str:
    """Return range, mean and deviation of values in a line."""
    if not values.total:
        return "no number at all"
    text = f"{_number(values.low)} to {_number(values.high)}, mean {_number(values.mean)} ± {_number(values.deviation)}"
    return text + (f", {numbers.count(values.not_finite)} no numbers" if values.not_finite else "")


def _number(value: float) -> str:
    return numbers.compact(value, 4)


def _mean_range(mean: np.ndarray) -> Range:
    """Return the values to paint means with: 0 to 1 for pictures, else what the mean spans."""
    low, high = float(mean.min()), float(mean.max())
    if mean.ndim > 2 and low >= 0 and high <= 1:
        return 0.0, 1.0
    return (low, high) if high > low else (low - 0.5, low + 0.5)
