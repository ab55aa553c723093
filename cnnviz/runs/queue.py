"""Trainings that wait in a folder of plain files, one after the other; whoever is interrupted goes on with the first.

queue.json          the jobs in their order: the folder of each, what it changes, its tags, where its data lie
001/project.cnnviz  graph, recipe and data choice of a job; the rest of the folder is what its training leaves
001/failed.json     why a job broke down before its first step, if it did
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from cnnviz.errors import CnnvizError, FileError, RunError
from cnnviz.model.files import PROJECT_NAME, Project, open_project, save_project
from cnnviz.model.graph import Graph
from cnnviz.model.sweep import Job
from cnnviz.paths import try_lock, write_atomically
from cnnviz.runs.about import Labels, write_labels
from cnnviz.runs.run import Run

QUEUE_NAME, FAILED_NAME, LOCK_NAME = "queue.json", "failed.json", ".lock"
_LARGEST = 16 * 2**20
_TRIES, _PAUSE = 100, 0.02


@dataclass(frozen=True)
class Waiting:
    """A job in its folder. `data` says where its data come from, where the project alone does not."""

    folder: Path
    changes: Mapping[str, Any]
    data: Mapping[str, str] = field(default_factory=dict)

    @property
    def words(self) -> str:
        """Say what it changes."""
        changes = [f"{name.replace('_', ' ')} {value}" for name, value in self.changes.items()]
        return ", ".join(changes) or "as it is"

    @property
    def project(self) -> Project:
        """Return graph, recipe and data choice; raise FileError where they can't be read."""
        return open_project(self.folder / PROJECT_NAME)

    @property
    def run(self) -> Run | None:
        """Return what its training has written, if it has begun."""
        try:
            return Run(self.folder)
        except RunError:
            return None

    @property
    def result(self) -> dict[str, Any] | None:
        """Return the summary of its training once that has ended by itself, otherwise None."""
        run = self.run
        return dict(run.journal.summary) if run is not None and run.state == "finished" else None

    @property
    def failure(self) -> str:
        """Return why it broke down, "" if it did not."""
        try:
            return str(json.loads((self.folder / FAILED_NAME).read_text("utf-8"))["error"])
        except (OSError, ValueError, KeyError, TypeError):
            run = self.run
            return run.journal.failure if run is not None else ""

    @property
    def done(self) -> bool:
        """Say whether it has ended, well or badly."""
        return self.result is not None or bool(self.failure)

    @property
    def begun(self) -> bool:
        """Say whether there is a checkpoint to go on from."""
        run = self.run
        return run is not None and run.checkpoint.exists()

    def fail(self, error: str) -> None:
        """Note why it broke down, so that it is not tried again; raise OSError where that is impossible."""
        write_atomically(self.folder / FAILED_NAME, json.dumps({"error": error}).encode())


class Queue:
    """The jobs of a folder. Any number of windows may read and change it; each change is one atomic write."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def exists(self) -> bool:
        """Say whether anything was ever queued there."""
        return (self.folder / QUEUE_NAME).exists()

    def jobs(self) -> list[Waiting]:
        """Return the jobs in their order, none where nothing was queued; raise FileError for a damaged file."""
        return [self._waiting(each) for each in self._read()]

    def add(
        self,
        graph: Graph,
        jobs: Sequence[Job],
        data: Mapping[str, str] | None = None,
        tags: Sequence[str] = (),
    ) -> None:
        """Lay down jobs at the end; the list comes last, so that they are there as a whole or not at all.

        Raise FileError where they can't be written.
        """
        with self._changing() as entries:
            names = {each["folder"] for each in entries}
            for job in jobs:
                name = next(n for n in map("{:03d}".format, range(1, 10**6)) if n not in names)
                names.add(name)
                (self.folder / name).mkdir(parents=True, exist_ok=True)
                save_project(self.folder / name / PROJECT_NAME, Project(graph, job.choice, job.recipe))
                said = [f"{key.replace('_', ' ')} {value}" for key, value in job.changes.items()]
                if tags:
                    write_labels(self.folder / name, Labels(tags=(*tags, *said)))
                entries.append({"folder": name, "changes": dict(job.changes), "data": dict(data or {})})

    def move(self, job: Waiting, by: int) -> None:
        """Let a job wait so many places longer, or shorter for a negative number; raise FileError."""

        def moved(entries: list[dict[str, Any]]) -> None:
            place = _place(entries, job)
            if place is not None:
                entry = entries.pop(place)
                entries.insert(max(place + by, 0), entry)

        self._change(moved)

    def remove(self, job: Waiting) -> None:
        """Take a job out, and its folder with it if it has not begun; raise FileError."""
        self._change(lambda entries: _drop(entries, job))
        if job.folder.parent == self.folder:
            shutil.rmtree(job.folder, ignore_errors=True)

    def begin(self, job: Waiting, folder: Path) -> Waiting:
        """Let a job's folder lie beside that of the queue, where runs are listed; it stays in the queue until it ends.

        Raise FileError, also where another window was quicker.
        """
        if job.folder.parent == folder.parent:  # it had begun before
            return job

        def moved(entries: list[dict[str, Any]]) -> None:
            job.folder.rename(folder)
            place = _place(entries, job)
            if place is not None:
                entries[place]["begun"] = folder.name

        self._change(moved)
        return replace(job, folder=folder)

    def end(self, job: Waiting) -> None:
        """Take a job out, and leave its folder; raise FileError."""
        self._change(lambda entries: _drop(entries, job))

    def _change(self, change: Callable[[list[dict[str, Any]]], None]) -> None:
        with self._changing() as entries:
            change(entries)

    @contextlib.contextmanager
    def _changing(self) -> Iterator[list[dict[str, Any]]]:
        """Yield the entries to be changed, and write them; two windows take turns."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with _locked(self.folder / LOCK_NAME):
                entries = self._read()
                yield entries
                content = json.dumps({"format": 1, "jobs": entries}, indent=1)
                write_atomically(self.folder / QUEUE_NAME, content.encode())
        except OSError as error:
            raise _refused(error, self.folder) from None

    def _read(self) -> list[dict[str, Any]]:
        file = self.folder / QUEUE_NAME
        try:
            with file.open("rb") as opened:
                content = json.loads(opened.read(_LARGEST))
            entries = [dict(each) for each in content["jobs"]]
            for each in entries:
                self._waiting(each)
        except FileNotFoundError:
            return []
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            hint = "Remove it to begin a new queue; the folders beside it hold the jobs."
            raise FileError(f"is no readable queue of jobs ({error}).", where=str(file), hint=hint) from None
        return entries

    def _waiting(self, entry: Mapping[str, Any]) -> Waiting:
        data = {str(name): str(value) for name, value in entry.get("data", {}).items()}
        folder, begun = self.folder / _plain(entry["folder"]), entry.get("begun", "")
        if begun:
            folder = self.folder.parent / _inside(begun)
        return Waiting(folder, dict(entry["changes"]), data)


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    lock = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    try:
        for _ in range(_TRIES):
            if try_lock(lock):
                break
            time.sleep(_PAUSE)
        else:
            hint = "Try again."
            raise FileError("another program is changing the queue.", where=str(path.parent), hint=hint)
        yield
    finally:
        os.close(lock)


def _refused(error: OSError, folder: Path) -> CnnvizError:
    hint = "Free some space, or name another folder."
    return FileError(f"can't be written: {error.strerror or error}.", where=str(folder), hint=hint)


def _place(entries: Sequence[Mapping[str, Any]], job: Waiting) -> int | None:
    own = job.folder.name
    return next((at for at, each in enumerate(entries) if own in (each.get("begun"), each["folder"])), None)


def _drop(entries: list[dict[str, Any]], job: Waiting) -> None:
    place = _place(entries, job)
    if place is not None:
        del entries[place]


def _inside(name: object) -> str:
    """Return the name of a folder; ValueError for a way to somewhere else."""
    if not isinstance(name, str) or Path(name).name != name or name.startswith("."):
        raise ValueError(f"{name!r} is no folder of a run")
    return name


def _plain(name: object) -> str:
    """Return the name of a folder inside of the queue's; ValueError for a way out of it."""
    if not isinstance(name, str) or not name.isalnum():
        raise ValueError(f"{name!r} is no folder of a job")
    return name
