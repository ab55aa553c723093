"""The folder in which a training leaves its results."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, TextIO

from cnnviz.errors import FileError
from cnnviz.library import PROJECT_NAME, Found
from cnnviz.model.files import Project, save_project
from cnnviz.model.recipe import DataChoice, Recipe

WEIGHTS_NAME, METRICS_NAME = "weights.safetensors", "metrics.jsonl"


class RunFolder:
    """Where a training leaves its results: the project file from the start, metrics per step, weights per epoch.

    So whatever ends a training, the weights of its last whole epoch are there. The project file names weights only
    once they are.
    """

    def __init__(self, path: Path, found: Found, recipe: Recipe, choice: DataChoice) -> None:
        self.path = path
        self._project = Project(found.project.graph, choice, recipe)
        self._metrics: TextIO | None = None

    def __enter__(self) -> RunFolder:
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            self._metrics = (self.path / METRICS_NAME).open("w", encoding="utf-8")
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
