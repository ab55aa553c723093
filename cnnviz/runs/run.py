"""The reading side of a run's folder: cheap to open, and able to follow a run that is still being written."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from numpy.typing import NDArray

from cnnviz.errors import RunError
from cnnviz.events import Evaluated
from cnnviz.model.files import PROJECT_NAME, Project, open_project
from cnnviz.runs import snapshots
from cnnviz.runs.about import About, Labels, read_about, read_labels, write_labels
from cnnviz.runs.journal import JOURNAL_NAME, Journal, Judgement, read_journal
from cnnviz.runs.judgements import read_judgement
from cnnviz.runs.names import CHECKPOINT_NAME
from cnnviz.runs.ownership import is_written
from cnnviz.runs.steps import STEPS_NAME, read_steps

State = Literal["running", "finished", "stopped", "failed", "interrupted"]


class Run:
    """One run as its folder says. Arrays are read when they are asked for; `refresh` takes up what has come since."""

    def __init__(self, path: Path) -> None:
        """Read what a list of runs shows; raise RunError in words where that is impossible."""
        self.path = path
        self.about: About = read_about(path)
        self.labels: Labels = read_labels(path)
        self.journal: Journal = read_journal(path)
        self.written = is_written(path)
        self._seen = self.mark()

    @property
    def key(self) -> str:
        """Return what tells this run from all others on this machine."""
        return str(self.path)

    @property
    def name(self) -> str:
        """Return what the user calls it, or else the title of the network."""
        return self.labels.name or self.about.title

    @property
    def state(self) -> State:
        """Say how the run stands; `interrupted` means that its process ended without a word."""
        if self.written:
            return "running"
        outcome = self.journal.outcome
        return outcome if outcome in ("finished", "stopped", "failed") else "interrupted"  # type: ignore[return-value]

    @property
    def can_go_on(self) -> bool:
        """Say whether it was interrupted, and is kept so that it can go on as if it had not been."""
        return self.state in ("interrupted", "stopped", "failed") and self.checkpoint.exists()

    @property
    def checkpoint(self) -> Path:
        """Return the file from which it goes on; it need not be there."""
        return self.path / CHECKPOINT_NAME

    @cached_property
    def project(self) -> Project:
        """Return graph, recipe and data choice; raise FileError where they can't be read."""
        return open_project(self.path / PROJECT_NAME)

    @property
    def steps(self) -> NDArray[Any]:
        """Return the numbers of all steps so far (N,), memory-mapped, of dtype `steps.STEP`; raise RunError."""
        return read_steps(self.path)

    @property
    def snapshot_steps(self) -> tuple[int, ...]:
        """Return the steps whose weights are kept, in order."""
        return snapshots.snapshot_steps(self.path)

    def weights(self, step: int) -> dict[str, NDArray[Any]]:
        """Return the weights of a step; raise RunError."""
        return snapshots.read_snapshot(self.path, step)

    def evaluated(self, judgement: Judgement) -> Evaluated:
        """Return a judgement with the answers to all samples; raise RunError."""
        return read_judgement(self.path, judgement)

    def set_labels(self, labels: Labels) -> None:
        """Keep what the user says about the run; raise RunError where that is impossible."""
        write_labels(self.path, labels)
        self.labels = labels

    def refresh(self) -> bool:
        """Take up what has been written since, and say whether anything has; raise RunError where the run is gone."""
        mark = self.mark()
        written = is_written(self.path)
        if mark == self._seen and written == self.written:
            return False
        self._seen, self.written = mark, written
        if not mark[0] and not (self.path / PROJECT_NAME).exists():
            raise RunError("the run is not there any more.", where=str(self.path))
        self.about, self.journal, self.labels = (
            read_about(self.path),
            read_journal(self.path),
            read_labels(self.path),
        )
        return True

    def mark(self) -> tuple[tuple[int, int] | None, ...]:
        """Return what changes with everything that is written."""
        return tuple(
            _stamp(self.path / name) for name in (JOURNAL_NAME, STEPS_NAME, "run.json", "labels.json")
        )


def open_run(path: Path) -> Run:
    """Open the folder of a run, or raise RunError in words."""
    return Run(path)


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_size, found.st_mtime_ns
