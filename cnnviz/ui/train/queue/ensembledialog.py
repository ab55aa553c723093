"""Several runs that answer together: each alone, all together, and what they mistake for what."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from cnnviz.data import Dataset
from cnnviz.events import Evaluated, Event, Failed, Progress
from cnnviz.jobs import Job
from cnnviz.runs import Run
from cnnviz.runs.names import WEIGHTS_NAME
from cnnviz.ui import numbers, theme
from cnnviz.ui.state import Session
from cnnviz.ui.widgets.chrome import button, label
from cnnviz.ui.widgets.confusion import ConfusionMatrix

MATRIX = 360
_WORDS = "The scores of all are summed before the softmax, and judged like those of one network."


class EnsembleDialog(QDialog):
    """Judges as soon as it is shown, on all test images; closing it ends that."""

    def __init__(
        self, session: Session, runs: Sequence[Run], dataset: Dataset, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Ensemble")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        theme.set_role(self, role="panel")
        self._runs, self._dataset, self.found = runs, dataset, list[Evaluated]()
        self.matrix = ConfusionMatrix()
        self.matrix.setMinimumSize(MATRIX, MATRIX)
        self.told = label("Judging …", "secondary")
        self.told.setWordWrap(True)
        self._table = QGridLayout()
        self._cells: dict[tuple[int, int], QLabel] = {}
        self._build()
        load, judge = session.services.load_weights, session.services.ensemble

        def events(control: object) -> object:
            parts = [(run.project.graph, load(run.path / WEIGHTS_NAME)) for run in runs]
            return judge(parts, dataset.test, control)  # type: ignore[arg-type]

        self._job = Job(events, parent=self)  # type: ignore[arg-type]
        self._job.happened.connect(self._take)
        self._job.start()

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 16)
        column.setSpacing(10)
        column.addWidget(label(f"{len(self._runs)} runs together", "heading"))
        words = label(_WORDS, "hint")
        words.setWordWrap(True)
        column.addWidget(words)
        for row, run in enumerate(self._runs):
            self._add_row(row, f"#{run.about.number} {run.name}")
        self._add_row(len(self._runs), "All together")
        column.addLayout(self._table)
        column.addWidget(self.told)
        column.addWidget(self.matrix, 1)
        last = QHBoxLayout()
        last.addWidget(self.matrix.switch())
        last.addStretch(1)
        close = button("Close")
        close.clicked.connect(self.reject)
        last.addWidget(close)
        column.addLayout(last)

    def _add_row(self, row: int, name: str) -> None:
        last = row == len(self._runs)
        self._table.addWidget(label(name, "heading" if last else "secondary"), row, 0)
        for place in (1, 2):
            self._cells[row, place] = cell = label("", "mono")
            self._table.addWidget(cell, row, place, Qt.AlignmentFlag.AlignRight)
        self._table.setColumnStretch(0, 1)

    def done(self, result: int) -> None:
        """Close; a judgement that goes on ends within one chunk."""
        self._job.stop()
        super().done(result)

    def cell(self, row: int, place: int) -> str:
        """Return what stands in the table: 1 is the accuracy, 2 the loss."""
        return self._cells[row, place].text()

    def _take(self, event: Event) -> None:
        match event:
            case Progress(done=done, total=total):
                name = min(len(self.found) + 1, len(self._runs) + 1)
                self.told.setText(
                    f"Judging {name} of {len(self._runs) + 1}: {100 * done // max(total or 1, 1)} %"
                )
            case Evaluated():
                self._show(event)
            case Failed(message=message):
                self.told.setText(message)

    def _show(self, event: Evaluated) -> None:
        row = len(self.found)
        self.found.append(event)
        right = "" if event.accuracy is None else numbers.percent(event.accuracy, 2)
        for place, text in ((1, right), (2, f"loss {numbers.compact(event.loss, 4)}")):
            self._cells[row, place].setText(text)
        if row == len(self._runs):
            self.told.setText(f"On {len(event.indices):,} test samples of {self._dataset.title}")
            self.matrix.set_counts(event.confusion, self._dataset.classes)
            self.matrix.setVisible(bool(len(event.confusion)))


__all__ = ["EnsembleDialog"]
