"""The search for a learning rate: its curve while it is found, and one button that takes what it suggests."""

from __future__ import annotations

import math

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from cnnviz.events import Answer, Event, Failed, RateTried
from cnnviz.jobs import Job
from cnnviz.model.ratesearch import HIGHEST, LOWEST, RateSearch
from cnnviz.ui import numbers, theme
from cnnviz.ui.services import TrainingTask
from cnnviz.ui.state import Session
from cnnviz.ui.widgets.chrome import button, label
from cnnviz.ui.widgets.plotarea import PlotArea

WIDTH, HEIGHT = 520, 260
_WORDS = "Each batch is learned with a higher rate than the one before. A rate is good where the loss falls steeply."


class RateFinder(QDialog):
    """Searches as soon as it is shown, with weights of its own: nothing of the document changes. It blocks nothing."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Learning rate")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        theme.set_role(self, role="panel")
        self._session = session
        self._tries: list[RateTried] = []
        self.search: RateSearch | None = None
        self._build()
        self._job = Job(lambda control: session.services.train(_task(session), control), parent=self)
        self._job.happened.connect(self._take)
        self._job.start()

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 16)
        column.setSpacing(12)
        column.addWidget(label("The loss over the learning rate", "heading"))
        words = label(_WORDS, "hint")
        words.setWordWrap(True)
        column.addWidget(words)
        self.plot = PlotArea(
            lambda at: numbers.compact(10.0**at, 1), lambda loss: numbers.compact(loss, 3), False
        )
        self.plot.setMinimumSize(WIDTH, HEIGHT)
        self._raw, self._smooth = self.plot.add_line(), self.plot.add_line()
        self._wear_theme()
        theme.changed.connect(self._wear_theme)
        column.addWidget(self.plot, 1)
        self.told = label("Searching…", "secondary")
        self.told.setWordWrap(True)
        column.addWidget(self.told)
        row = QHBoxLayout()
        row.addStretch(1)
        self.cancel, self.use = button("Close"), button("Use it", "primary")
        self.use.setEnabled(False)
        self.cancel.clicked.connect(self.reject)
        self.use.clicked.connect(self._use)
        row.addWidget(self.cancel)
        row.addWidget(self.use)
        column.addLayout(row)

    def _wear_theme(self) -> None:
        self.plot.wear_theme()
        self._raw.setPen(self.plot.faint_pen(theme.color("acc")))
        self._smooth.setPen(self.plot.pen(theme.color("acc"), 1.6))
        self._flag()

    def _flag(self) -> None:
        """Mark the rate that is suggested, if there is one."""
        rate = self.search.suggestion if self.search is not None else None
        self.plot.set_flags([] if rate is None else [(math.log10(rate), numbers.compact(rate, 1))])
        self.plot.repaint_later()

    def done(self, result: int) -> None:
        """Close; a search that goes on ends within one batch."""
        self._job.stop()
        super().done(result)

    def _take(self, event: Event) -> None:
        match event:
            case RateTried():
                self._tries.append(event)
                self.told.setText(f"Searching… {event.step} of at most {event.steps} batches")
                self._draw()
            case Answer(value=RateSearch() as found):
                self._end(found)
            case Failed():
                self.told.setText(event.message)

    def _draw(self) -> None:
        x = [math.log10(each.learning_rate) for each in self._tries]
        self._raw.setData(x, [each.loss for each in self._tries])
        self._smooth.setData(x, [each.smoothed for each in self._tries])
        smoothed = [each.smoothed for each in self._tries]
        first, low = smoothed[0], min(smoothed)
        room = max(first - low, 0.1 * abs(first), 1e-6)  # what breaks away leaves the picture
        self.plot.set_limits(
            (math.log10(LOWEST), math.log10(HIGHEST)), (low - 0.2 * room, first + 0.6 * room)
        )
        self.plot.repaint_later()

    def _end(self, found: RateSearch) -> None:
        self.search = found
        rate = found.suggestion
        if rate is None:
            self.told.setText("The loss falls nowhere. Look at the network and at the initialiser.")
            return
        self._flag()
        self.told.setText(f"The loss falls most steeply at {numbers.compact(rate, 1)}.")
        self.use.setText(f"Use {numbers.compact(rate, 1)}")
        self.use.setEnabled(True)

    def _use(self) -> None:
        assert self.search is not None
        self._session.document.set_recipe(learning_rate=self.search.suggestion)
        self.accept()


def _task(session: Session) -> TrainingTask:
    document, dataset = session.document, session.material.dataset
    assert dataset is not None
    choice = document.data.fitted(len(dataset.train))
    return TrainingTask(document.graph, dataset, document.recipe, choice, finds_rate=True)


__all__ = ["RateFinder"]
