"""The folder in which a training leaves its results."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal, TextIO

from cnnviz.errors import FileError
from cnnviz.library import PROJECT_NAME, Found
from cnnviz.model.files import Project, save_project
from cnnviz.model.recipe import DataChoice, Recipe
from cnnviz.paths import write_atomically

WEIGHTS_NAME, METRICS_NAME, CHECKPOINT_NAME = "weights.safetensors", "metrics.jsonl", "checkpoint.safetensors"


class RunFolder:
    """Where a training leaves its results: the project file from the start, metrics per step, weights per epoch.

    So whatever ends a training, the weights of its last whole epoch are there. The project file names weights only
    once they are.
    """

    def __init__(
        self, path: Path, found: Found, recipe: Recipe, choice: DataChoice, *, goes_on: bool = False
    ) -> None:
        """With `goes_on`, what an interrupted training left there stays; otherwise it gives way."""
        self.path, self._goes_on = path, goes_on
        self._project = Project(found.project.graph, choice, recipe)
        self._metrics: TextIO | None = None

    def __enter__(self) -> RunFolder:
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            # line by line: after a kill, the metrics reach as far as the checkpoint
            mode: Literal["a", "w"] = "a" if self._goes_on else "w"
            self._metrics = (self.path / METRICS_NAME).open(mode, buffering=1, encoding="utf-8")
            if not self._goes_on:  # what an earlier training left can't go on as this one
                (self.path / CHECKPOINT_NAME).unlink(missing_ok=True)
        except OSError as error:
            raise self._refused(error) from error
        try:
            save_project(self.path / PROJECT_NAME, self._project)
        except FileError:
            self._metrics.close()
            raise
        return self

    def __exit__(self, *error: object) -> None:
        if self._metrics is not None:
            self._metrics.close()

    def rewind(self, step: int) -> None:
        """Take back the metrics of what came after a step: the training goes on from there."""
        assert self._metrics is not None
        self._metrics.close()
        file = self.path / METRICS_NAME
        try:
            kept = [line for line in file.read_text("utf-8").splitlines(keepends=True) if _until(line, step)]
            write_atomically(file, "".join(kept).encode())
            self._metrics = file.open("a", buffering=1, encoding="utf-8")
        except OSError as error:
            raise self._refused(error) from error

    def record(self, entry: Mapping[str, Any]) -> None:
        """Add a line to the metrics."""
        assert self._metrics is not None
        try:
            self._metrics.write(json.dumps(entry) + "\n")
        except OSError as error:
            raise self._refused(error) from error

    def keep(self, weights: Mapping[str, Any], step: int) -> None:
        """Replace the weights by newer ones."""
        from cnnviz.engine import weights as engine_weights

        about = {"title": self._project.graph.title, "step": str(step)}
        engine_weights.save(self.path / WEIGHTS_NAME, weights, about)
        if not self._project.weights:
            self._project = replace(self._project, weights=WEIGHTS_NAME)
            save_project(self.path / PROJECT_NAME, self._project)

    def _refused(self, error: OSError) -> FileError:
        return FileError(
            f"results can't be written there ({error.strerror or error}).",
            where=str(self.path),
            hint="Free some space, or name another folder with --out.",
        )


def _until(line: str, step: int) -> bool:
    """Say whether a line of the metrics is whole and about training up to a step."""
    try:
        entry = json.loads(line)
    except ValueError:
        return False
    return entry.get("event") in ("step", "validation") and entry.get("step", step + 1) <= step
