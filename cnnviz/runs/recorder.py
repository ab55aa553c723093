"""Writes a run down while it trains: a thread of its own takes the events, so that no disk makes the training wait."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Generator, Iterator
from functools import partial
from pathlib import Path

from cnnviz.data import Dataset
from cnnviz.errors import CnnvizError, RunError
from cnnviz.events import (
    Census,
    Evaluated,
    Event,
    Failed,
    Finished,
    Snapshot,
    Started,
    StateChanged,
    StepDone,
)
from cnnviz.model.files import Project
from cnnviz.runs.about import About
from cnnviz.runs.clock import Clock
from cnnviz.runs.writer import Kept, Writer, refused

FLUSH_SECONDS = 1.0
"""What a killed program may lose, and how often a disk that was full is tried again."""
MOST_WAITING, MOST_STEPS = 256 * 2**20, 200_000
"""Bytes of snapshots, and steps, that may wait for a slow or full disk; the oldest are dropped."""


class Recorder(threading.Thread):
    """Keeps one run in a folder. `put` costs microseconds; what goes wrong is told once, to `on_problem`.

    `on_problem(text)` is called in this thread. What a full disk refuses waits until there is room again. An earlier
    run in the same folder gives way, unless this one `goes_on` with it.
    """

    def __init__(
        self,
        folder: Path,
        about: About,
        project: Project,
        dataset: Dataset,
        on_problem: Callable[[str], None] = lambda _text: None,
        *,
        goes_on: bool = False,
    ) -> None:
        super().__init__(name=f"recorder of {folder.name}", daemon=True)
        self.folder, self.goes_on = folder, goes_on
        self._on_problem = on_problem
        self._make = partial(Writer, folder, about, project, dataset, goes_on=goes_on)
        self._writer: Writer | None = None
        self._changed = threading.Condition()
        self._waiting: deque[tuple[Kept, float]] = deque()
        self._pending: deque[tuple[Kept, float]] = deque()
        self._closing = False
        self._clock = Clock()
        self.problem: Exception | None = None
        """Why what came last is not written down, if it is not."""

    # -- the side of the training ---------------------------------------------------------------------------------

    def open(self) -> None:
        """Take the folder, before anything happens; raise FileError or RunError where that is impossible."""
        try:
            self._writer = self._make()
        except OSError as error:
            raise refused(error, self.folder) from error

    def put(self, event: Event) -> None:
        """Take an event to write down."""
        if isinstance(event, StateChanged):
            self._clock.run(event.state == "running")
        if isinstance(event, (StepDone, Started, Evaluated, Census, Snapshot, Finished, Failed)):
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
        elif self._writer is not None:
            self._writer.close()

    def require_written(self) -> None:
        """Raise FileError where not all of it was written down in the end."""
        if self.problem is not None:
            raise refused(self.problem, self.folder) from self.problem

    def _add(self, event: Kept) -> None:
        with self._changed:
            self._waiting.append((event, self._clock.seconds))
            if isinstance(event, Snapshot):
                self._waiting = _without_old_snapshots(self._waiting)
                self._changed.notify()

    # -- the side of the disk ---------------------------------------------------------------------------------------

    def run(self) -> None:
        """Write until closed; where even the folder can't be had, let everything go, so that nothing piles up."""
        try:
            writer = self._writer = self._writer or self._make()
        except (OSError, CnnvizError) as error:
            self._fail(error, f"This run is not written down in {self.folder} ({_why(error)})")
            while self._take() is not None:
                pass
            return
        try:
            while (found := self._take()) is not None:
                self._pending.extend(found)
                self._write_on(writer)
            if self._pending:
                self._write_on(writer)
        finally:
            writer.close()

    def _write_on(self, writer: Writer) -> None:
        try:
            writer.describe_data()
            writer.write(self._pending)
            self.problem = None
        except (OSError, CnnvizError) as error:
            self._fail(error, f"This run can't be written down any further in {self.folder} ({_why(error)})")
            self._pending = _without_old_snapshots(self._pending)
            while len(self._pending) > MOST_STEPS:
                self._pending.popleft()

    def _fail(self, error: Exception, text: str) -> None:
        first, self.problem = self.problem is None, error
        if first:
            lost = isinstance(error, RunError)
            self._on_problem(f"{text} The training goes on{'.' if lost else '; free some space.'}")

    def _take(self) -> list[tuple[Kept, float]] | None:
        """Wait for a while, and return what has come; None at the end."""
        with self._changed:
            if not self._closing:
                self._changed.wait(FLUSH_SECONDS)
            found = list(self._waiting)
            self._waiting.clear()
            return found if found or not self._closing else None


def recorded(events: Iterator[Event], recorder: Recorder) -> Generator[Event, None, None]:
    """Yield the events of a training, while a recorder writes them down; what breaks the training is written, too."""
    try:
        for event in events:
            if recorder.ident is None:  # not before: what starts a training goes first
                recorder.start()
            recorder.put(event)
            yield event
    except Exception as error:
        if recorder.ident is None:
            if recorder.goes_on:  # it has not gone on: nothing has happened to the run
                raise
            recorder.start()
        recorder.put(Failed(str(error), ""))
        raise
    finally:
        recorder.close()


def _without_old_snapshots(waiting: deque[tuple[Kept, float]]) -> deque[tuple[Kept, float]]:
    """Return what waits, without the oldest snapshots where they take too much memory; the newest stays."""
    held = [entry for entry in waiting if isinstance(entry[0], Snapshot)]
    dropped: list[tuple[Kept, float]] = []
    while len(held) > 1 and sum(_size(event) for event, _ in held) > MOST_WAITING:
        dropped.append(held.pop(0))
    return (
        deque(entry for entry in waiting if not any(entry is each for each in dropped))
        if dropped
        else waiting
    )


def _size(event: Kept) -> int:
    """Return how many bytes of weights wait."""
    return sum(array.nbytes for array in event.weights.values()) if isinstance(event, Snapshot) else 0


def _why(error: Exception) -> str:
    return f"{error.strerror or error}." if isinstance(error, OSError) else str(error)
