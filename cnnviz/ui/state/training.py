"""The training that runs, and everything it has said so far."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from PySide6.QtCore import QObject, QTimer, Signal

from cnnviz.control import Control
from cnnviz.data import Dataset
from cnnviz.events import (
    Array,
    Evaluated,
    Event,
    Failed,
    Finished,
    Gradients,
    Progress,
    Snapshot,
    Started,
    StateChanged,
    StepDone,
    Watched,
)
from cnnviz.jobs import Job
from cnnviz.model.graph import Graph
from cnnviz.model.recipe import Recipe
from cnnviz.ui.services import Services, TrainingTask

DRAIN_MS = 95
"""How often the window looks into the mailbox: 10 times a second and a little more is what an eye follows."""
MILESTONES = (0, 30, 200, 1000, 5000, 25000)
"""Steps at which a picture of the pinned image is kept beside the live one."""


@dataclass
class Record:
    """What one run has said. Lists run in parallel: entry i of each belongs to `steps[i]`.

    An accuracy is NaN where the network names no classes.
    """

    number: int
    graph: Graph
    recipe: Recipe
    dataset: Dataset
    started: Started | None = None
    steps: list[int] = field(default_factory=list)
    losses: list[float] = field(default_factory=list)
    accuracies: list[float] = field(default_factory=list)
    learning_rates: list[float] = field(default_factory=list)
    last: StepDone | None = None
    evaluations: list[Evaluated] = field(default_factory=list)
    watched: Watched | None = None
    milestones: list[Watched] = field(default_factory=list)
    gradients: Gradients | None = None
    finished: Finished | None = None
    failure: Failed | None = None

    def latest(self, which: str, *, whole: bool = False) -> Evaluated | None:
        """Return the last judgement on `validation` or `test` images, if any."""
        fitting = (e for e in reversed(self.evaluations) if e.which == which and (e.whole or not whole))
        return next(fitting, None)

    @property
    def outcome(self) -> str:
        """Return in a word how the run ended, or an empty text while it has not."""
        if self.failure is not None:
            return "Failed"
        if self.finished is None:
            return ""
        return "Stopped" if self.finished.cancelled else "Finished"

    def keep_picture(self, picture: Watched) -> None:
        """Show a picture of the pinned image, and keep it where the run has reached another milestone."""
        self.watched = picture
        since = self.milestones[-1].step if self.milestones else -1
        if not self.milestones or any(since < step <= picture.step for step in MILESTONES):
            self.milestones.append(picture)


class Training(QObject):
    """Starts, pauses and stops the one training job. `state` is `idle`, `running`, `paused` or `stopping`.

    `records` holds every run since the start of the program; `record` is the one to show for the open document.
    """

    state_changed = Signal(str)
    stepped = Signal()
    evaluated = Signal(object)
    progress = Signal(object)
    snapshot = Signal(object)
    ended = Signal()

    def __init__(self, services: Services, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self._job: Job | None = None
        self.control: Control | None = None
        self.state = "idle"
        self.records: list[Record] = []
        self._put_away = 0
        self._drain = QTimer(self, interval=DRAIN_MS)
        self._drain.timeout.connect(self.drain)

    @property
    def record(self) -> Record | None:
        """Return the latest run of the open document."""
        return self.records[-1] if len(self.records) > self._put_away else None

    @property
    def active(self) -> bool:
        """Say whether a job runs or pauses."""
        return self._job is not None

    # -- the user's side ----------------------------------------------------------------------------------------

    def begin(self, task: TrainingTask, permit: str = "run") -> None:
        """Start a new run; `permit` is `run`, `batch` or `epoch`."""
        assert self._job is None
        self.records.append(Record(len(self.records) + 1, task.graph, task.recipe, task.dataset))
        self._job = Job(lambda control: self._services.train(task, control), parent=self)
        self.control = self._job.control
        self._job.happened.connect(self._take)
        self._permit(permit)
        self._set_state("running")
        self._job.start()
        self._drain.start()

    def make_ready(self) -> None:
        """Prepare for the first run, which would otherwise begin some seconds late."""
        self._services.make_ready()

    def resume(self, permit: str = "run") -> None:
        """Go on with a paused run."""
        self._permit(permit)

    def pause(self) -> None:
        """Pause after the current batch."""
        if self.control is not None:
            self.control.pause()

    def stop(self) -> None:
        """End the run at the next batch; its weights stay."""
        if self.control is not None:
            self._set_state("stopping")
            self.control.cancel()

    def change(self, name: str, value: object) -> None:
        """Change a setting of the running job."""
        if self.control is not None:
            self.control.change(name, value)

    def pin(self, image: Array) -> None:
        """Watch another image (C, H, W) from now on."""
        if self.control is not None and self.record is not None:
            self.record.milestones.clear()
            self.control.change("pinned", image)

    def put_away(self) -> bool:
        """Stop showing the runs so far, because another document is open; end one that is going on, and say so."""
        self._put_away = len(self.records)
        if self.state not in ("running", "paused"):
            return False
        self.stop()
        return True

    def shut_down(self) -> None:
        """End the job and wait for it; for closing the window."""
        if self._job is not None:
            self._job.stop()
            self._end()
        self._services.shut_down()

    # -- the job's side -----------------------------------------------------------------------------------------

    def drain(self) -> None:
        """Take what piled up in the mailbox since the last look."""
        if self._job is None:
            return
        record = self.records[-1]
        steps, pictures = self._job.mailbox.drain()
        for step in steps:
            record.steps.append(step.step)
            record.losses.append(step.loss)
            record.accuracies.append(math.nan if step.accuracy is None else step.accuracy)
            record.learning_rates.append(step.learning_rate)
            record.last = step
        for picture in pictures:
            if isinstance(picture, Gradients):
                record.gradients = picture
            elif isinstance(picture, Watched):
                record.keep_picture(picture)
        if steps or pictures:
            self.stepped.emit()

    def _take(self, event: Event) -> None:
        if self._job is None:  # what was on its way when the window was closed
            return
        record = self.records[-1]
        match event:
            case Started():
                record.started = event
            case Evaluated():
                record.evaluations.append(event)
                self.evaluated.emit(event)
            case StateChanged(state=state):
                self._set_state(state if self.state != "stopping" else "stopping")
            case Snapshot():
                self.snapshot.emit(event)
            case Progress():
                self.progress.emit(event)
            case Finished():
                record.finished = event
                self._end()
            case Failed():
                record.failure = event
                self._end()

    def _permit(self, permit: str) -> None:
        assert self.control is not None
        {"run": self.control.run, "batch": self.control.step, "epoch": self.control.epoch}[permit]()

    def _end(self) -> None:
        if self._job is None:
            return
        self.drain()
        self._drain.stop()
        job, self._job, self.control = self._job, None, None
        job.wait()
        job.deleteLater()
        self._set_state("idle")
        self.ended.emit()

    def _set_state(self, state: str) -> None:
        if state != self.state:
            self.state = state
            self.state_changed.emit(state)


__all__ = ["Record", "Training"]
