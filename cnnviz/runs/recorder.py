"""Writes a run down while it trains: a thread of its own takes the events, so that no disk makes the training wait."""

from __future__ import annotations

import contextlib
import shutil
import threading
from collections import deque
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from cnnviz.data import Dataset
from cnnviz.errors import CnnvizError
from cnnviz.events import Evaluated, Event, Failed, Finished, Snapshot, Started, StateChanged, StepDone
from cnnviz.model.files import Project, save_project
from cnnviz.runs import judgements, snapshots
from cnnviz.runs.about import ABOUT_NAME, About, with_data, write_about
from cnnviz.runs.clock import Clock
from cnnviz.runs.journal import (
    JOURNAL_NAME,
    JournalFile,
    Judgement,
    ended_values,
    judged_values,
    started_values,
)
from cnnviz.runs.ownership import Ownership
from cnnviz.runs.steps import STEPS_NAME, StepFile

PROJECT_NAME = "project.cnnviz"
FLUSH_SECONDS = 1.0
"""What a killed program may lose."""
MOST_WAITING = 256 * 2**20
"""Bytes of snapshots that may wait for a slow disk; the oldest are dropped, as they fill the memory."""

_Kept = StepDone | Started | Evaluated | Snapshot | Finished | Failed | tuple[str, float]


class Recorder(threading.Thread):
    """Keeps one run in a folder. `put` costs microseconds; what goes wrong is told once, to `on_problem`.

    `on_problem(text)` is called in this thread. An earlier run in the same folder gives way, unless this one `goes_on`
    with it. `project` None: somebody else writes the project file there.
    """

    def __init__(
        self,
        folder: Path,
        about: About,
        project: Project | None,
        dataset: Dataset,
        on_problem: Callable[[str], None] = lambda _text: None,
        *,
        goes_on: bool = False,
    ) -> None:
        super().__init__(name=f"recorder of {folder.name}", daemon=True)
        self.folder = folder
        self._on_problem = on_problem
        self._open = partial(_Writer, folder, about, project, dataset, goes_on)
        self._changed = threading.Condition()
        self._waiting: deque[tuple[_Kept, float]] = deque()
        self._closing = False
        self._clock = Clock()
        self._last_step = 0
        self.failed = False

    # -- the side of the training ---------------------------------------------------------------------------------

    def put(self, event: Event) -> None:
        """Take an event to write down."""
        if isinstance(event, StateChanged):
            self._clock.run(event.state == "running")
        if isinstance(event, (StepDone, Started, Evaluated, Snapshot, Finished, Failed)):
            if isinstance(event, StepDone):
                self._last_step = event.step
            self._add(event)

    def note_change(self, name: str, value: float) -> None:
        """Write down that the user has changed a setting, such as `learning_rate`."""
        self._add((name, value))

    def close(self) -> None:
        """Write what is left, and wait for that."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        if self.ident is not None:
            self.join()

    def _add(self, event: _Kept) -> None:
        with self._changed:
            self._waiting.append((event, self._clock.seconds))
            if isinstance(event, Snapshot):
                self._drop_old_snapshots()
                self._changed.notify()

    def _drop_old_snapshots(self) -> None:
        waiting = [entry for entry in self._waiting if isinstance(entry[0], Snapshot)]
        while len(waiting) > 1 and sum(_size(event) for event, _ in waiting) > MOST_WAITING:
            oldest = waiting.pop(0)
            self._waiting = deque(entry for entry in self._waiting if entry is not oldest)

    # -- the side of the disk ---------------------------------------------------------------------------------------

    def run(self) -> None:
        """Write until closed; after a failure, let the rest go, so that nothing piles up."""
        writer: _Writer | None = None
        try:
            writer = self._open()
            while self._write_on(writer):
                pass
        except (OSError, CnnvizError) as error:
            self.failed = True
            self._on_problem(_told(error, self.folder))
            while self._take():
                pass
        finally:
            if writer is not None:
                writer.close()

    def _write_on(self, writer: _Writer) -> bool:
        found = self._take()
        writer.write(found or [])
        return found is not None

    def _take(self) -> list[tuple[_Kept, float]] | None:
        """Wait for a while, and return what has come; None at the end."""
        with self._changed:
            if not self._closing:
                self._changed.wait(FLUSH_SECONDS)
            found = list(self._waiting)
            self._waiting.clear()
            return found if found or not self._closing else None


class _Writer:
    """The files of one run, open as long as it goes on."""

    def __init__(
        self, folder: Path, about: About, project: Project | None, dataset: Dataset, goes_on: bool
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._ownership = Ownership(folder)
        self._open = contextlib.ExitStack()
        self._open.callback(self._ownership.release)
        try:
            if not goes_on:
                _clear(folder)
            if project is not None:
                save_project(folder / PROJECT_NAME, project)
            if not (folder / ABOUT_NAME).exists():
                write_about(folder, about)
                goes_on = False
            self._steps = StepFile(folder / STEPS_NAME)
            self._open.callback(self._steps.close)
            self._journal = JournalFile(folder / JOURNAL_NAME)
            self._open.callback(self._journal.close)
            if not goes_on:  # it takes a moment to look at all data
                write_about(folder, with_data(about, dataset))
        except BaseException:
            self._open.close()
            raise
        self._best: Judgement | None = None
        self._step = 0

    def close(self) -> None:
        """Close the files, and let others write."""
        with contextlib.suppress(OSError):  # the disk is full, which was told before
            self._open.close()

    def write(self, events: list[tuple[_Kept, float]]) -> None:
        """Write events in their order; steps that follow each other in one go."""
        steps: list[tuple[StepDone, float]] = []
        for event, seconds in events:
            if isinstance(event, StepDone):
                steps.append((event, seconds))
            else:
                self._write_steps(steps)
                self._write(event, seconds)
        self._write_steps(steps)

    def _write_steps(self, steps: list[tuple[StepDone, float]]) -> None:
        if steps:
            self._step = steps[-1][0].step
            self._steps.append(steps)
            steps.clear()

    def _write(self, event: _Kept, seconds: float) -> None:
        if isinstance(event, Started):
            self._journal.write("started", **started_values(event))
        elif isinstance(event, Evaluated):
            self._write_judgement(event, seconds)
        elif isinstance(event, Snapshot):
            size = snapshots.write_snapshot(self._folder, event.step, event.weights)
            snapshots.thin(self._folder, self._best.step if self._best else None, size)
        elif isinstance(event, (Finished, Failed)):
            self._journal.write("ended", **ended_values(event))
        elif isinstance(event, tuple):
            self._journal.write("changed", step=self._step, name=event[0], value=event[1])

    def _write_judgement(self, event: Evaluated, seconds: float) -> None:
        file = judgements.write_judgement(self._folder, event)
        values: dict[str, Any] = {**judged_values(event), "seconds": round(seconds, 3), "file": file}
        self._journal.write("judged", **values)
        found = Judgement(**values)
        if event.which == "validation" and event.whole and found.better(self._best):
            self._best = found


def recorded(events: Iterator[Event], recorder: Recorder) -> Iterator[Event]:
    """Yield the events of a training, while a recorder writes them down; what breaks the training is written, too."""
    try:
        for event in events:
            if recorder.ident is None:  # not before: what starts a training goes first
                recorder.start()
            recorder.put(event)
            yield event
    except Exception as error:
        if recorder.ident is None:
            recorder.start()
        recorder.put(Failed(str(error), ""))
        raise
    finally:
        recorder.close()


def _size(event: _Kept) -> int:
    """Return how many bytes of weights wait."""
    return sum(array.nbytes for array in event.weights.values()) if isinstance(event, Snapshot) else 0


def _clear(folder: Path) -> None:
    """Remove what an earlier run has left in the folder, and nothing else."""
    for name in (ABOUT_NAME, STEPS_NAME, JOURNAL_NAME):
        (folder / name).unlink(missing_ok=True)
    for name in (judgements.FOLDER, snapshots.FOLDER):
        with contextlib.suppress(FileNotFoundError):
            shutil.rmtree(folder / name)


def _told(error: Exception, folder: Path) -> str:
    """Say in one sentence why a run is not kept any more."""
    why = f"{error.strerror or error}." if isinstance(error, OSError) else str(error)
    return f"This run is not written down any further in {folder} ({why}) The training goes on."
