"""All runs that the window knows: those in the folder of runs, and the one that goes on; which of them are drawn."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from cnnviz.data import Dataset
from cnnviz.errors import CnnvizError
from cnnviz.events import Event, Failed
from cnnviz.jobs import Asker
from cnnviz.model.files import Project
from cnnviz.runs import Labels, Listing, Recorder, Run, Store, recorded
from cnnviz.runs.about import ABOUT_NAME, about_now
from cnnviz.runs.names import CHECKPOINT_NAME
from cnnviz.ui.services import TrainingTask
from cnnviz.ui.state.entries import Entry, entry_of_record, entry_of_run, key_of
from cnnviz.ui.state.reopening import read_record
from cnnviz.ui.state.telling import done_or_told
from cnnviz.ui.state.training import Record, Train, Training

LOOK_MS = 3000
"""How often the folders are looked through while the runs are on the screen."""
FOLLOW_MS = 1000
"""How often a run is read again that another process writes and this window shows."""
TICKED_AT_FIRST = 3
"""So many of the newest runs of this window are drawn beside the latest, until the user ticks others."""


class Runs(QObject):
    """Lists, names, deletes and opens runs, and keeps those that go on. `notice(severity, text)` is for the status bar.

    `changed` says that the list reads differently, `ticks_changed` that other runs are to be drawn.
    """

    changed = Signal()
    ticks_changed = Signal()
    notice = Signal(str, str)
    _trouble = Signal(str)

    def __init__(
        self,
        asker: Asker,
        training: Training,
        dataset: Callable[[], Dataset | None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.store = Store()
        self._asker, self._training, self._dataset = asker, training, dataset
        self._listing = Listing(())
        self._listed = False
        self._ticks: dict[str, bool] = {}
        self._deleted: list[Run] = []
        self._recorder: Recorder | None = None
        self._parent_run = ""
        training.keep, training.next_number = self._keep, self._next_number
        training.changed.connect(self._note_change)
        for signal in (training.evaluated, training.state_changed, training.ended):
            signal.connect(lambda *_: self._changed())
        self._trouble.connect(self._tell_trouble)
        self._look = QTimer(self, interval=LOOK_MS)
        self._look.timeout.connect(self.look)
        self._follow = QTimer(self, interval=FOLLOW_MS)
        self._follow.timeout.connect(self._follow_shown)
        self.empty_trash()
        self.look()

    # -- the list -------------------------------------------------------------------------------------------------

    @property
    def runs(self) -> tuple[Run, ...]:
        """Return the runs of the folder as they were last seen, newest first."""
        return self._listing.runs

    @property
    def damaged(self) -> tuple[tuple[Path, str], ...]:
        """Return the folders that can't be read, with the reasons."""
        return self._listing.damaged

    def entries(self) -> list[Entry]:
        """Return all lines of the list, newest first: the runs of this window know more than their folders."""
        own = [
            entry_of_record(record, self._labels_of(record)) for record in reversed(self._training.records)
        ]
        gone = {str(run.path) for run in self._deleted}
        known = {entry.key for entry in own}
        others = [entry_of_run(run) for run in self.runs if run.key not in known]
        found = [entry for entry in (*own, *others) if entry.key not in gone]
        return sorted(found, key=lambda entry: entry.number, reverse=True)

    def watch(self, on: bool) -> None:
        """Look through the folders now and then, as long as somebody sees the list."""
        if on:
            self.look()
            self._look.start()
            self._follow.start()
        else:
            self._look.stop()
            self._follow.stop()

    def look(self) -> None:
        """Look through the folders now, in the background."""
        known = {run.path: run for run in self.runs}
        self._asker.ask("runs", lambda: self.store.list(known), self._take)

    def empty_trash(self) -> None:
        """Remove for good what was deleted before this start."""
        self._asker.ask("trash", self.store.empty_trash, lambda _done: None)

    def _take(self, listing: Listing) -> None:
        self._listing, self._listed = listing, True
        self._changed()

    def _changed(self) -> None:
        self.changed.emit()

    def _labels_of(self, record: Record) -> Labels:
        run = self.run(key_of(record))
        return run.labels if run is not None else Labels()

    def run(self, key: str) -> Run | None:
        """Return the folder of a line, if there is one and it was seen."""
        return next((run for run in self.runs if run.key == key), None)

    # -- ticks ----------------------------------------------------------------------------------------------------

    def ticked(self, entry: Entry) -> bool:
        """Say whether a run is drawn for comparison."""
        own = [key_of(record) for record in self._training.records[-TICKED_AT_FIRST - 1 :]]
        return self._ticks.get(entry.key, entry.key in own)

    def tick(self, key: str, on: bool) -> None:
        """Draw a run for comparison, or no longer."""
        self._ticks[key] = on
        self.ticks_changed.emit()

    # -- what the user says about a run ------------------------------------------------------------------------------

    def label(self, key: str, **changes: object) -> None:
        """Change name, tags, note or colour of a run."""
        run = self.run(key)
        if run is None:
            return
        labels = replace(run.labels, **changes)  # type: ignore[arg-type]
        if done_or_told(self.notice, lambda: run.set_labels(labels)):
            self._changed()
            self.ticks_changed.emit()

    def delete(self, key: str) -> None:
        """Move a run to the trash; `restore` brings it back until the program is started again."""
        run = self.run(key)
        if run is None or not done_or_told(self.notice, lambda: self.store.delete(run)):
            return
        self._deleted.append(run)
        self._listing = replace(self._listing, runs=tuple(each for each in self.runs if each is not run))
        shown = self._training.shown
        if shown is not None and key_of(shown) == key:
            self._training.choose(None)
        self._changed()
        self.ticks_changed.emit()
        self.notice.emit(
            "info", f"Deleted run {run.about.number}. It can be brought back until the next start."
        )

    @property
    def deleted(self) -> Run | None:
        """Return the run that `restore` would bring back."""
        return self._deleted[-1] if self._deleted else None

    def restore(self) -> None:
        """Bring the run back that was deleted last."""
        if self._deleted and done_or_told(self.notice, lambda: self.store.restore(self._deleted[-1])):
            run = self._deleted.pop()
            self._take(replace(self._listing, runs=(run, *self.runs)))
            self.ticks_changed.emit()

    def attach(self, path: Path) -> None:
        """Add a run in another folder, such as one on a shared disk, and show it."""

        def take(run: Run) -> None:
            self._take(
                replace(self._listing, runs=(run, *(each for each in self.runs if each.path != run.path)))
            )
            self.show(run.key)

        self._asker.ask("attach", lambda: self.store.attach(path), take, self._fail)

    # -- showing a run ------------------------------------------------------------------------------------------------

    def show(self, key: str) -> None:
        """Show a run in all views: its curves, judgements and snapshots."""
        own = next((record for record in self._training.records if key_of(record) == key), None)
        if own is not None:
            self._training.choose(own)
            return
        run = self.run(key)
        if run is not None:
            data = self._dataset()
            self._asker.ask("open run", lambda: read_record(run, data), self._training.choose, self._fail)

    def _follow_shown(self) -> None:
        """Read the shown run again where another process writes it."""
        shown = self._training.shown
        run = self.run(key_of(shown)) if shown is not None and shown.mark is not None else None
        if run is None or shown is None:
            return
        data = self._dataset()

        def read() -> Record | None:
            return read_record(run, data) if (run.mark(), run.written) != shown.mark else None

        def take(record: Record | None) -> None:
            if record is not None and self._training.shown is shown:
                self._training.choose(record)
                self._changed()

        self._asker.ask("follow", read, take, self._fail)

    # -- keeping a run ------------------------------------------------------------------------------------------------

    def descend(self, parent: str) -> None:
        """Say which run and step the next run starts from."""
        self._parent_run = parent

    def _next_number(self) -> int:
        if not self._listed:  # the first run is started before the folders were looked through
            self._take(self.store.list())
        numbers = [run.about.number for run in self.runs] + [each.number for each in self._training.records]
        return max(numbers, default=0) + 1

    def go_on(self, task: TrainingTask, record: Record, run: Run) -> None:
        """Go on with a run from its checkpoint, with a task of its own network, recipe and data."""
        record.take_up(task.dataset)
        self._training.begin(replace(task, resume=run.checkpoint), record=record)

    def _keep(self, task: TrainingTask, record: Record, train: Train) -> Iterator[Event]:
        """Train a task, write down what happens and keep it, so that it can go on; called in the job's thread.

        A new run that can't be written down is trained all the same; one that goes on is not, as its folder is
        another's then.
        """
        folder, parent = record.path or self.store.new_folder(task.graph.title), self._parent_run
        self._parent_run = ""
        about = about_now(record.number, task.graph.title, task.recipe, parent)
        project = Project(task.graph, task.choice, task.recipe)
        recorder = Recorder(
            folder, about, project, task.dataset, self._trouble.emit, goes_on=task.resume is not None
        )
        try:
            recorder.open()
        except CnnvizError as error:
            if task.resume is not None:
                raise
            self._trouble.emit(f"This run is not kept: {error} The training goes on.")
            return train(task)
        record.path, self._recorder = folder, recorder
        return recorded(train(replace(task, checkpoints=folder / CHECKPOINT_NAME)), recorder)

    def _tell_trouble(self, text: str) -> None:
        """Say that the run that goes on is not kept any further; one of which there is nothing has no folder."""
        record = self._training.records[-1]
        if record.path is not None and not (record.path / ABOUT_NAME).exists():
            record.path = None
        self.notice.emit("warning", text)
        self._changed()

    def _note_change(self, name: str, value: float) -> None:
        if self._recorder is not None:
            self._recorder.note_change(name, value)

    # -- failures -----------------------------------------------------------------------------------------------------

    def _fail(self, failure: Failed) -> None:
        self.notice.emit("error", failure.message)
