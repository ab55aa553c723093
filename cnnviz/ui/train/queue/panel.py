"""The queue below the list of runs: what waits, and the buttons that add to it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from cnnviz.data import Dataset
from cnnviz.runs import Run
from cnnviz.ui import icons, theme
from cnnviz.ui.state import Session
from cnnviz.ui.state.queueing import Queueing
from cnnviz.ui.train.queue.ensembledialog import EnsembleDialog
from cnnviz.ui.train.queue.joblist import JobList
from cnnviz.ui.train.queue.sweepdialog import SweepDialog
from cnnviz.ui.widgets.chrome import Panel, button, tool_button


class QueuePanel(QWidget):
    """Buttons to queue a run, a sweep, folds; below them the jobs, as long as there are any."""

    def __init__(self, session: Session, queueing: Queueing, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self.queueing = session, queueing
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        theme.set_role(self, role="panel")
        self.add = button("Queue run", icon="plus", small=True)
        self.sweep, self.folds = button("Sweep…", small=True), button("k-fold…", small=True)
        self.together = button("Ensemble", small=True)
        self.together.setToolTip("Let the ticked runs answer together: their scores are summed")
        self.jobs = JobList()
        self.panel = Panel("Queue")
        self.hold = tool_button("play", "Train what waits, one after the other", self._start_or_hold)
        self._build()
        self.add.clicked.connect(queueing.add_this)
        self.sweep.clicked.connect(lambda: self.open_dialog(folds=False))
        self.folds.clicked.connect(lambda: self.open_dialog(folds=True))
        self.together.clicked.connect(self.open_ensemble)
        self.jobs.asked.connect(self._do)
        queueing.changed.connect(self.refresh)
        session.training.state_changed.connect(lambda _state: self.refresh())
        for signal in (session.runs.changed, session.runs.ticks_changed, session.document.described):
            signal.connect(self.refresh)
        session.material.dataset_changed.connect(self.refresh)
        self.refresh()

    def _build(self) -> None:
        row = QHBoxLayout()
        row.setContentsMargins(10, 6, 10, 6)
        row.setSpacing(6)
        for part in (self.add, self.sweep, self.folds):
            row.addWidget(part)
        row.addStretch(1)
        second = QHBoxLayout()
        second.setContentsMargins(10, 0, 10, 6)
        second.addWidget(self.together)
        second.addStretch(1)
        self.panel.add_to_header(self.hold)
        self.panel.body.setContentsMargins(0, 0, 0, 6)
        self.panel.body.addWidget(self.jobs)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(row)
        column.addLayout(second)
        column.addWidget(self.panel)

    def refresh(self) -> None:
        """Show what waits and what can be done."""
        queueing = self.queueing
        why = queueing.why_not_add()
        for part, tip in (
            (self.add, "Train this after what is being trained"),
            (self.sweep, "Train with other settings: a grid, or drawn at random"),
            (self.folds, "Cross-validate: hold out each part of the data once"),
        ):
            part.setEnabled(not why)
            part.setToolTip(why or tip)
        busy = queueing.current is not None
        self.jobs.show_jobs([job.words for job in queueing.jobs], busy=busy)
        self.panel.setVisible(bool(queueing.jobs))
        state = "in turn" if queueing.running else "on hold"
        self.panel.set_title("Queue", f"{len(queueing.jobs)}, {state}")
        self.hold.setIcon(icons.icon("pause" if queueing.running else "play"))
        self.hold.setToolTip(
            "Let the others wait" if queueing.running else "Train what waits, one after the other"
        )
        ticked = len(self.ticked())
        self.together.setText(f"Ensemble of {ticked} ticked runs")
        self.together.setVisible(ticked > 1)

    def ticked(self) -> list[Run]:
        """Return the runs that are ticked and can answer."""
        runs = self._session.runs
        found = [runs.run(entry.key) for entry in runs.entries() if runs.ticked(entry)]
        return [run for run in found if run is not None and run.journal.judgements]

    def open_dialog(self, *, folds: bool) -> SweepDialog:
        """Ask what varies."""
        dialog = SweepDialog(self._session, self.queueing, self.window(), folds=folds)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()
        return dialog

    def open_ensemble(self) -> None:
        """Judge the ticked runs together, on the data that they were trained on."""
        runs = self.ticked()
        source = str(runs[0].about.data.get("name", ""))
        self._session.material.fetch(source, self._show_ensemble(runs), self._session.tell_failure)

    def _show_ensemble(self, runs: list[Run]) -> Callable[[Dataset], None]:
        def show(dataset: Dataset) -> None:
            if len({run.about.data.get("fingerprint") for run in runs}) > 1:
                self._session.notice.emit("warning", "These runs were not all trained on the same data.")
            EnsembleDialog(self._session, runs, dataset, self.window()).open()

        return show

    def _start_or_hold(self) -> None:
        (self.queueing.hold if self.queueing.running else self.queueing.start)()

    def _do(self, row: int, what: str) -> None:
        job = self.queueing.jobs[row]
        if what == "cancel":
            self.queueing.cancel(job)
        else:
            self.queueing.move(job, -1 if what == "earlier" else 1)
