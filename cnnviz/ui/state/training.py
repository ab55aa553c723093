"""The training that runs, and everything it has said so far."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from cnnviz.control import Control
from cnnviz.events import (
    Array,
    Census,
    Evaluated,
    Event,
    Failed,
    Finished,
    Gradients,
    Notice,
    Progress,
    Snapshot,
    Started,
    StateChanged,
    Watched,
)
from cnnviz.jobs import Job
from cnnviz.runs import Clock
from cnnviz.ui.services import Services, TrainingTask
from cnnviz.ui.state.record import MILESTONES, Record

DRAIN_MS = 88
"""How often the window looks into the mailbox: 10 times a second and a little more is what an eye follows."""
Train = Callable[[TrainingTask], Iterator[Event]]
Keeper = Callable[[TrainingTask, Record, Train], Iterator[Event]]
"""Lets a task be trained, and writes down what happens on the way; called in the job's thread."""


class Training(QObject):
    """Starts, pauses and stops the one training job. `state` is `idle`, `running`, `paused` or `stopping`.

    `records` holds every run since the start of the program; `record` is the one of the open document. `shown` is what
    the views show: that one, or another run that the user has chosen.
    """

    shown_changed = Signal()
    changed = Signal(str, float)
    state_changed = Signal(str)
    stepped = Signal()
    evaluated = Signal(object)
    counted = Signal()
    """A census has come."""
    progress = Signal(object)
    snapshot = Signal(object)
    ended = Signal()
    noticed = Signal(str, str)
    """A tone and a sentence that does not stop the run: a full disk, arithmetic that is emulated."""

    def __init__(self, services: Services, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self._job: Job | None = None
        self.control: Control | None = None
        self.state = "idle"
        self.records: list[Record] = []
        self._clock = Clock()
        self._put_away = 0
        self._chosen: Record | None = None
        self.keep: Keeper | None = None
        self._looked_at: tuple[str, ...] = ()
        self.next_number: Callable[[], int] = lambda: len(self.records) + 1
        self._drain = QTimer(self, interval=DRAIN_MS, timerType=Qt.TimerType.PreciseTimer)
        self._drain.timeout.connect(self.drain)

    @property
    def record(self) -> Record | None:
        """Return the latest run of the open document."""
        return self.records[-1] if len(self.records) > self._put_away else None

    @property
    def shown(self) -> Record | None:
        """Return the run that the views show."""
        return self._chosen or self.record

    @property
    def live(self) -> bool:
        """Say whether the run that is shown is the one that goes on."""
        return self.active and self.shown is self.records[-1]

    def choose(self, record: Record | None) -> None:
        """Show another run; None goes back to the latest of the open document."""
        self._chosen = None if record is self.record else record
        self.shown_changed.emit()

    @property
    def active(self) -> bool:
        """Say whether a job runs or pauses."""
        return self._job is not None

    # -- the user's side ----------------------------------------------------------------------------------------

    def begin(self, task: TrainingTask, permit: str = "run", record: Record | None = None) -> None:
        """Start a new run, or go on with the one of a record; `permit` is `run`, `batch` or `epoch`."""
        assert self._job is None
        record = record or Record(self.next_number(), task.graph, task.recipe, task.dataset)
        self._append(record)
        self._chosen = None
        self._clock = Clock()
        self._job = Job(lambda control: self._events(task, record, control), parent=self)
        self.control = self._job.control
        self.control.change("looked_at", self._looked_at)
        self._job.happened.connect(self._take)
        self._permit(permit)
        self._set_state("running")
        self._job.start()
        self._drain.start()

    def _append(self, record: Record) -> None:
        """Let a record be the latest one, wherever it was before."""
        if record in self.records:
            self._put_away -= self.records.index(record) < self._put_away
            self.records.remove(record)
        self.records.append(record)

    def _events(self, task: TrainingTask, record: Record, control: Control) -> Iterator[Event]:
        def train(task: TrainingTask) -> Iterator[Event]:
            return self._services.train(task, control)

        return self.keep(task, record, train) if self.keep is not None else train(task)

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
        """Change a setting of the running job, unless that waited in the queue, with a recipe of its own."""
        if self.control is not None and not self.records[-1].queued:
            self.control.change(name, value)
            if isinstance(value, float):
                record = self.records[-1]
                if name == "learning_rate":
                    step = record.last.step if record.last else 0
                    record.changes = [*(each for each in record.changes if each[0] != step), (step, value)]
                self.changed.emit(name, value)

    def look_at(self, *what: str) -> None:
        """Say what is on the screen of `pictures` (pinned image, gradients) and `census`: only that is computed."""
        if what != self._looked_at:
            self._looked_at = what
            if self.control is not None:
                self.control.change("looked_at", what)

    def pin(self, image: Array) -> None:
        """Watch another image (C, H, W) from now on."""
        if self.control is not None and self.record is not None:
            self.record.milestones.clear()
            self.control.change("pinned", image)

    def put_away(self) -> bool:
        """Stop showing the runs so far, because another document is open; end one that is going on, and say so."""
        queued = self.active and self.records[-1].queued
        self._put_away = len(self.records) - queued
        self._chosen = None
        if queued:
            return False
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
        if record.goes_on:  # what it has learned before comes first
            return
        steps, pictures = self._job.mailbox.drain()
        for step in steps:
            record.steps.append(step.step)
            record.losses.append(step.loss)
            record.accuracies.append(math.nan if step.accuracy is None else step.accuracy)
            record.learning_rates.append(step.learning_rate)
            record.last = step
        record.spread_seconds(self._clock.seconds)
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
        for tone, text in _notices(event):
            self.noticed.emit(tone, text)
        match event:
            case Started():
                self._start(record, event)
            case Evaluated() | Census():
                self._keep(record, event)
            case StateChanged(state=state):
                self._clock.run(state == "running")
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

    def _keep(self, record: Record, event: Evaluated | Census) -> None:
        if isinstance(event, Census):
            record.keep_census(event)
            self.counted.emit()
        else:
            record.evaluations.append(event)
            self.evaluated.emit(event)

    def _start(self, record: Record, event: Started) -> None:
        record.started = event
        if record.goes_on:
            record.rewind(event.first_step)
            self._clock = Clock(record.seconds[-1] if len(record.seconds) else 0.0)

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


def _notices(event: Event) -> list[tuple[str, str]]:
    """Return the sentences of an event that are to be read, each with its tone."""
    if isinstance(event, Started):
        return [("info", remark) for remark in event.remarks]
    return [("warning", event.text)] if isinstance(event, Notice) else []


__all__ = ["MILESTONES", "Record", "Training"]
