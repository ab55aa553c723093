"""What the open network can be compared with: itself before, moments of its training, runs, files, the gallery."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from cnnviz.model.correspondence import without_normalisation
from cnnviz.model.files import open_project
from cnnviz.model.graph import Graph
from cnnviz.runs import Run
from cnnviz.runs.snapshots import read_snapshot, snapshot_steps
from cnnviz.templates import shipped_weights, template
from cnnviz.ui.inspect.beside.rival import Other, Rival
from cnnviz.ui.services import Weights
from cnnviz.ui.state import Session

MOST = 8
PROJECT_FILES = "cnnviz project (*.cnnviz)"
PLAIN, RESIDUAL, NORMALISED = "plain20", "resnet20", "mnist-bn"
"""The networks of the gallery that are compared by themselves."""


class Choices(QObject):
    """Fills a menu, and lets the rival be what is chosen there."""

    def __init__(self, session: Session, rival: Rival, parent: QWidget) -> None:
        super().__init__(parent)
        self._session, self._rival, self._window = session, rival, parent

    def fill(self, menu: QMenu) -> None:
        """Offer everything there is now."""
        menu.clear()
        self._add(menu, "This network without changes", lambda: self._rival.choose(None))
        self._add(menu, "This network, random weights", self._choose_random)
        self._fill_moments(menu)
        self._fill_runs(menu)
        menu.addSeparator()
        self._add(menu, "Another project\u2026", self._ask_for_project)
        presets = menu.addMenu("From the gallery")
        self._add(presets, "Residual (A) and plain (B), 20 layers", self.residual_and_plain)
        self._add(presets, "With (A) and without (B) batch norm", self.with_and_without_norm)

    def _add(self, menu: QMenu, text: str, do: Callable[[], object]) -> None:
        menu.addAction(text).triggered.connect(lambda _checked=False: do())

    def _fill_moments(self, menu: QMenu) -> None:
        """Offer a few moments of the run that is shown, evenly over its snapshots."""
        record = self._session.training.shown
        steps = snapshot_steps(record.path) if record is not None and record.path is not None else ()
        if record is None or record.path is None or not steps:
            return
        menu.addSeparator()
        chosen = sorted({steps[round(at * (len(steps) - 1) / (MOST - 1))] for at in range(MOST)})
        for step in chosen:
            name = f"run {record.number}, step {step:,}"
            read = partial(_moment, record.graph, record.path, step)
            self._add(menu, name, partial(self._rival.choose, Other(name, read)))

    def _fill_runs(self, menu: QMenu) -> None:
        record = self._session.training.shown
        here = record.path if record is not None else None
        others = [run for run in self._session.runs.runs if run.path != here and run.snapshot_steps][:MOST]
        below = menu.addMenu("Another run") if others else None
        for run in others:
            name = f"run {run.about.number}, {run.name}"
            if below is not None:
                self._add(below, name, partial(self._rival.choose, Other(name, partial(_last, run))))

    def _choose_random(self) -> None:
        graph = self._session.document.graph
        self._rival.choose(Other("random weights", lambda: (graph, None)))

    def _ask_for_project(self) -> None:
        path = self._session.document.path
        folder = str(path.parent if path is not None else Path.home())
        name, _ = QFileDialog.getOpenFileName(self._window, "Compare with a project", folder, PROJECT_FILES)
        if name:
            self.project(Path(name))

    def project(self, path: Path) -> None:
        """Compare with the network of a project file."""
        load = self._session.services.load_weights

        def read() -> tuple[Graph, Weights | None]:
            found = open_project(path)
            return found.graph, load(path.parent / found.weights) if found.weights else None

        self._rival.choose(Other(path.stem, read))

    def residual_and_plain(self) -> None:
        """Open a residual network, and compare it with the same layers without shortcuts."""
        if self._session.open_template(RESIDUAL):
            found, load = template(PLAIN), self._session.services.load_weights
            folder = shipped_weights(found)
            self._rival.choose(
                Other(found.title, lambda: (found.graph, load(folder) if folder is not None else None))
            )

    def with_and_without_norm(self) -> None:
        """Open a network with batch norm, and compare it with itself without."""
        if self._session.open_template(NORMALISED):
            graph = without_normalisation(self._session.document.graph)
            self._rival.choose(Other("without batch norm", lambda: (graph, None)))


def _moment(graph: Graph, path: Path, step: int) -> tuple[Graph, Weights]:
    return graph, read_snapshot(path, step)


def _last(run: Run) -> tuple[Graph, Weights]:
    return run.project.graph, run.weights(run.snapshot_steps[-1])
