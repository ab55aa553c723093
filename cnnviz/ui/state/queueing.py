"""The queue of trainings: jobs that wait in a folder, are trained one after the other, and survive a restart."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from cnnviz.data import Dataset
from cnnviz.errors import RunError
from cnnviz.events import Failed
from cnnviz.model.files import Project
from cnnviz.model.sweep import Job
from cnnviz.runs.queue import Queue, Waiting
from cnnviz.runs.run import Run
from cnnviz.ui.services import TrainingTask
from cnnviz.ui.state.reopening import read_record
from cnnviz.ui.state.training import Record

if TYPE_CHECKING:
    from cnnviz.ui.state.session import Session

FOLDER = ".queue"


@dataclass(frozen=True)
class _Begun:
    """A job whose folder lies among the runs; run and record are what it has learned before, if anything."""

    job: Waiting
    run: Run | None = None
    record: Record | None = None


class Queueing(QObject):
    """`jobs` in their order; while `running`, the first is trained whenever nothing else is.

    What the window looks at and edits stays as it is. Everything on the disk is done in the background.
    """

    changed = Signal()

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.queue = Queue(session.runs.store.root / FOLDER)
        self.jobs: tuple[Waiting, ...] = ()
        self.current: Waiting | None = None
        self.running = False
        self._starting = False
        self._asked = 0
        session.training.ended.connect(self._ended)
        session.training.state_changed.connect(self._hold_where_stopped)
        self.look()

    # -- the user's side ------------------------------------------------------------------------------------------

    def why_not_add(self) -> str:
        """Return why what is open can't be queued, or an empty text."""
        return "" if self._session.training.state == "stopping" else self._session.why_not_train()

    def add(self, make: Callable[[TrainingTask], Sequence[Job]], tag: str) -> None:
        """Queue trainings of the network that is open, as `make` varies its task, and start; raise CnnvizError."""
        task = self._session.task()
        jobs = make(task)
        self.running = True
        self._do(lambda: self.queue.add(task.graph, jobs, tags=(tag,)))

    def add_this(self) -> None:
        """Queue one training of what is open, or say why that is impossible."""
        why = self.why_not_add()
        if why:
            self._session.notice.emit("warning", why)
        else:
            self.add(lambda task: [Job(task.recipe, task.choice, {})], "queued")

    def start(self) -> None:
        """Train the jobs, one after the other."""
        self.running = True
        self.look()

    def hold(self) -> None:
        """Let the jobs wait; the one that is being trained goes on."""
        self.running = False
        self.changed.emit()

    def move(self, job: Waiting, by: int) -> None:
        """Let a job wait so many places longer, or shorter for a negative number."""
        self._do(lambda: self.queue.move(job, by))

    def cancel(self, job: Waiting) -> None:
        """Take a job out; one that is being trained is stopped, and stays among the runs."""
        if self.current is not None and job.folder == self.current.folder:
            running = self.running
            self._session.training.stop()
            self.running = running
        else:
            self._do(lambda: self.queue.remove(job))

    def look(self) -> None:
        """Read the queue again."""
        self._do(lambda: None)

    # -- one after the other ----------------------------------------------------------------------------------------

    def _do(self, action: Callable[[], object]) -> None:
        """Do something to the queue, and read it again; nothing that is asked is dropped."""

        def change() -> tuple[Waiting, ...]:
            action()
            return tuple(self.queue.jobs())

        self._asked += 1
        self._session.loader.ask(f"queue {self._asked}", change, self._take, self._fail)

    def _take(self, jobs: tuple[Waiting, ...]) -> None:
        self.jobs = jobs
        self.changed.emit()
        self._next()

    def _next(self) -> None:
        """Begin the first job, if it is time: its project, its data, its folder among the runs, its training."""
        if not self.running or not self.jobs or self._starting or self._session.training.active:
            return
        self._starting = True
        first = self.jobs[0]
        self._session.loader.ask(
            "queue read", lambda: first.project, lambda found: self._load(first, found), self._fail
        )

    def _load(self, job: Waiting, project: Project) -> None:
        self._session.material.fetch(
            project.data.source,
            lambda dataset: self._begin(job, project, dataset),
            self._fail,
            slot="dataset of the queue",
        )

    def _begin(self, job: Waiting, project: Project, dataset: Dataset) -> None:
        if dataset.name != project.data.source:
            text = f"{project.data.source} is not on this machine. Download it, then start the queue again."
            self._fail(Failed(f"The queue waits: {text}", ""))
            return
        folder = self._session.runs.store.new_folder(project.graph.title)
        self._session.loader.ask(
            "queue begin",
            lambda: _begun(self.queue, job, folder, dataset),
            lambda begun: self._start(begun, project, dataset),
            self._fail,
        )

    def _start(self, begun: _Begun, project: Project, dataset: Dataset) -> None:
        session, self._starting = self._session, False
        if session.training.active:  # the user was quicker; the job stays the next one
            return
        sample = session.material.sample
        image = sample.image if sample is not None else None
        task = TrainingTask(project.graph, dataset, project.recipe, project.data, pinned=image)
        self.current = begun.job
        if begun.run is not None and begun.record is not None:
            begun.record.queued = True
            session.runs.go_on(task, begun.record, begun.run)
        else:
            record = Record(session.training.next_number(), project.graph, project.recipe, dataset)
            record.queued, record.path = True, begun.job.folder
            session.training.begin(task, record=record)
        self.changed.emit()

    def _ended(self) -> None:
        """Take a job out that has ended; one that only the end of the program interrupted stays."""
        done, self.current = self.current, None
        if done is not None and self._session.training.records[-1].outcome:
            self._do(lambda: self.queue.end(done))
        else:  # a job that was about to begin lies elsewhere now
            self.look()

    def _hold_where_stopped(self, state: str) -> None:
        if state == "stopping" and self.current is not None:
            self.hold()

    def _fail(self, failure: Failed) -> None:
        """Let the jobs wait, and say why."""
        self.running = self._starting = False
        self._session.notice.emit("error", failure.message)
        self.changed.emit()


def _begun(queue: Queue, job: Waiting, folder: Path, dataset: Dataset) -> _Begun:
    """Let a job lie among the runs, and read how far it has come; raise CnnvizError."""
    job = queue.begin(job, folder)
    run = job.run
    if run is not None and run.state == "running":
        raise RunError("another window is training the next job.", hint="It goes on there.")
    if run is None or not run.can_go_on:
        return _Begun(job)
    return _Begun(job, run, read_record(run, dataset))
