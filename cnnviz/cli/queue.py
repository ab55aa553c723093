"""Jobs that wait in a folder of plain files: whoever is interrupted goes on with the first that is not finished.

sweep.json          what each job changes, and where the data come from
001/project.cnnviz  graph, recipe and data choice of a job; the rest of the folder is what its training leaves
001/failed.json     why a job broke down, if it did
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cnnviz.cli.folder import CHECKPOINT_NAME, METRICS_NAME
from cnnviz.errors import FileError
from cnnviz.library import PROJECT_NAME
from cnnviz.model.files import Project, save_project
from cnnviz.model.graph import Graph
from cnnviz.model.sweep import Job
from cnnviz.paths import write_atomically

QUEUE_NAME, FAILED_NAME = "sweep.json", "failed.json"


@dataclass(frozen=True)
class Waiting:
    """A job in its folder."""

    folder: Path
    changes: Mapping[str, Any]

    @property
    def result(self) -> dict[str, Any] | None:
        """Return the last line of its metrics once its training has ended by itself, otherwise None."""
        try:
            last = (self.folder / METRICS_NAME).read_text("utf-8").splitlines()[-1]
            found = json.loads(last)
        except (OSError, ValueError, IndexError):
            return None
        ended = isinstance(found, dict) and found.get("event") == "finished" and not found.get("cancelled")
        return found if ended else None

    @property
    def failure(self) -> str:
        """Return why it broke down, "" if it did not."""
        try:
            return str(json.loads((self.folder / FAILED_NAME).read_text("utf-8"))["error"])
        except (OSError, ValueError, KeyError, TypeError):
            return ""

    @property
    def begun(self) -> bool:
        """Say whether there is a checkpoint to go on from."""
        return (self.folder / CHECKPOINT_NAME).exists()

    def fail(self, error: str) -> None:
        """Note why it broke down, so that it is not tried again."""
        write_atomically(self.folder / FAILED_NAME, json.dumps({"error": error}).encode())


def write_queue(folder: Path, graph: Graph, jobs: Sequence[Job], data: Mapping[str, str]) -> None:
    """Lay down all jobs; sweep.json comes last, so that a queue is there as a whole or not at all."""
    entries = []
    try:
        for number, job in enumerate(jobs, 1):
            name = f"{number:03d}"
            (folder / name).mkdir(parents=True, exist_ok=True)
            save_project(folder / name / PROJECT_NAME, Project(graph, job.choice, job.recipe))
            entries.append({"folder": name, "changes": dict(job.changes)})
        content = {"format": 1, "data": dict(data), "jobs": entries}
        write_atomically(folder / QUEUE_NAME, json.dumps(content, indent=1).encode())
    except OSError as error:
        hint = "Free some space, or name another folder with --out."
        raise FileError(
            f"can't be written: {error.strerror or error}.", where=str(folder), hint=hint
        ) from None


def read_queue(folder: Path) -> tuple[list[Waiting], dict[str, str]]:
    """Return the jobs and the data of a queue; raise FileError where it can't be read."""
    file = folder / QUEUE_NAME
    try:
        content = json.loads(file.read_text("utf-8"))
        jobs = [Waiting(folder / _plain(each["folder"]), dict(each["changes"])) for each in content["jobs"]]
        return jobs, {str(name): str(value) for name, value in content["data"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise FileError(
            f"is no readable queue of jobs ({error}).", where=str(file), hint="Start it anew."
        ) from None


def _plain(name: object) -> str:
    """Return the name of a folder inside of the queue's; ValueError for a way out of it."""
    if not isinstance(name, str) or not name.isalnum():
        raise ValueError(f"{name!r} is no folder of a job")
    return name
