"""The files of one run, open as long as it goes on: the one piece that writes them, for the window and without one."""

from __future__ import annotations

import contextlib
import shutil
from collections import deque
from dataclasses import replace
from pathlib import Path
from typing import Any

from cnnviz.data import Dataset
from cnnviz.errors import FileError
from cnnviz.events import Census, Evaluated, Failed, Finished, Snapshot, Started, StepDone
from cnnviz.model.files import PROJECT_NAME, Project, save_project
from cnnviz.runs import censuses, judgements, snapshots
from cnnviz.runs.about import ABOUT_NAME, About, with_data, write_about
from cnnviz.runs.journal import (
    JOURNAL_NAME,
    JournalFile,
    Judgement,
    ended_values,
    judged_values,
    read_journal,
    started_values,
)
from cnnviz.runs.names import CHECKPOINT_NAME, CHECKPOINTS_FOLDER, WEIGHTS_NAME
from cnnviz.runs.ownership import Ownership
from cnnviz.runs.steps import STEPS_NAME, StepFile, read_steps

Kept = StepDone | Started | Evaluated | Census | Snapshot | Finished | Failed | tuple[str, float]
"""What is written down; a tuple is a setting that the user has changed, with its value."""


class Writer:
    """Owns the folder from the start. An earlier run in it gives way, unless this one `goes_on` with it.

    Raises OSError, FileError or RunError where that is impossible.
    """

    def __init__(
        self, folder: Path, about: About, project: Project, dataset: Dataset, *, goes_on: bool
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder, self._about, self._project, self._dataset = folder, about, project, dataset
        self._open = contextlib.ExitStack()
        self._open.callback(Ownership(folder).release)
        self._described = False
        self._best: Judgement | None = None
        self._step, self._before = 0, 0.0
        try:
            self._begin(goes_on)
        except BaseException:
            self._open.close()
            raise

    def _begin(self, goes_on: bool) -> None:
        folder = self._folder
        if goes_on:
            self._described = (folder / ABOUT_NAME).exists()
            self._best = read_journal(folder).best()
        else:
            _clear(folder)
        self._name_weights((folder / WEIGHTS_NAME).exists(), again=True)
        if not self._described:
            write_about(folder, self._about)
        self._steps = StepFile(folder / STEPS_NAME)
        self._open.callback(self._steps.close)
        self._journal = JournalFile(folder / JOURNAL_NAME)
        self._open.callback(self._journal.close)

    def describe_data(self) -> None:
        """Write down which data they are; it takes a moment to look at all of them."""
        if not self._described:
            write_about(self._folder, with_data(self._about, self._dataset))
            self._described = True

    def close(self) -> None:
        """Close the files, and let others write."""
        with contextlib.suppress(OSError):  # the disk is full, which was told before
            self._open.close()

    def write(self, events: deque[tuple[Kept, float]]) -> None:
        """Write events in their order, each with its seconds of training, and take away what is written."""
        while events:
            steps = _steps_first(events)
            if steps:
                self._steps.append([(step, self._before + seconds) for step, seconds in steps])
                self._step = steps[-1][0].step
            else:
                self._write(*events[0])
            for _ in range(max(len(steps), 1)):
                events.popleft()

    def _write(self, event: Kept, seconds: float) -> None:
        if isinstance(event, Started):
            self._before = _seconds_until(self._folder, event.first_step)
            self._journal.write("started", **started_values(event))
        elif isinstance(event, Evaluated):
            self._write_judgement(event, self._before + seconds)
        elif isinstance(event, Census):
            censuses.write_census(self._folder, event)
        elif isinstance(event, Snapshot):
            self._write_snapshot(event)
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

    def _write_snapshot(self, event: Snapshot) -> None:
        """Keep the weights of a step; the newest ones have a name of their own, which the project file tells."""
        size = snapshots.write_snapshot(self._folder, event.step, event.weights)
        snapshots.write_newest(self._folder / WEIGHTS_NAME, event.step, event.weights)
        self._name_weights(True)
        snapshots.thin(self._folder, self._best.step if self._best else None, size)

    def _name_weights(self, there: bool, *, again: bool = False) -> None:
        """Let the project file name the weights once they are there, and not before."""
        if again or there != bool(self._project.weights):
            self._project = replace(self._project, weights=WEIGHTS_NAME if there else "")
            save_project(self._folder / PROJECT_NAME, self._project)


def refused(error: Exception, folder: Path) -> FileError:
    """Return what to say where results can't be written."""
    why = f"{error.strerror or error}" if isinstance(error, OSError) else str(error)
    hint = "Free some space, or choose another folder."
    return FileError(f"results can't be written there ({why}).", where=str(folder), hint=hint)


def _steps_first(events: deque[tuple[Kept, float]]) -> list[tuple[StepDone, float]]:
    """Return the steps in front of everything else: those that follow each other are written in one go."""
    found: list[tuple[StepDone, float]] = []
    for event, seconds in events:
        if not isinstance(event, StepDone):
            break
        found.append((event, seconds))
    return found


def _seconds_until(folder: Path, step: int) -> float:
    """Return how long a run had learned at a step, where it goes on from there."""
    if not step:
        return 0.0
    steps = read_steps(folder)
    earlier = steps["seconds"][steps["step"] <= step]
    return float(earlier[-1]) if len(earlier) else 0.0


def _clear(folder: Path) -> None:
    """Remove what an earlier run has left in the folder, and nothing else."""
    for name in (ABOUT_NAME, STEPS_NAME, JOURNAL_NAME, WEIGHTS_NAME, CHECKPOINT_NAME):
        (folder / name).unlink(missing_ok=True)
    for name in (judgements.FOLDER, censuses.FOLDER, snapshots.FOLDER, CHECKPOINTS_FOLDER):
        with contextlib.suppress(FileNotFoundError):
            shutil.rmtree(folder / name)
