"""Going on with a run that was interrupted: with its own network, recipe and data, as if nothing had happened."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from cnnviz.data import Dataset
from cnnviz.events import Failed
from cnnviz.model.files import Project
from cnnviz.model.graph import Graph
from cnnviz.runs import Run, open_run
from cnnviz.ui.services import TrainingTask
from cnnviz.ui.state.entries import key_of
from cnnviz.ui.state.reopening import read_record
from cnnviz.ui.state.training import Record

if TYPE_CHECKING:
    from cnnviz.ui.state.session import Session


class Resuming(QObject):
    """Reads a run and its data in the background, then lets it train on."""

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session

    def why_not(self) -> str:
        """Return why no run can go on now, or an empty text."""
        return "Stop the training first." if self._session.training.active else ""

    def resume(self, key: str) -> None:
        """Go on with a run; say so where that is impossible."""
        if self.why_not():
            self._session.notice.emit("warning", self.why_not())
            return
        known = self._session.runs.run(key)

        def found() -> tuple[Run, Project]:
            run = known or open_run(Path(key))  # one that has just ended may not have been listed yet
            return run, run.project

        self._session.loader.ask("resume", found, lambda both: self._load(*both), self._fail)

    def _load(self, run: Run, project: Project) -> None:
        self._session.material.fetch(
            project.data.source, lambda dataset: self._read(run, project, dataset), self._fail
        )

    def _read(self, run: Run, project: Project, dataset: Dataset) -> None:
        self._session.loader.ask(
            "resume",
            lambda: read_record(run, dataset),
            lambda record: self._begin(run, project, dataset, record),
            self._fail,
        )

    def _begin(self, run: Run, project: Project, dataset: Dataset, record: Record) -> None:
        session = self._session
        if session.training.active:  # started meanwhile
            session.notice.emit("warning", self.why_not())
            return
        if not same_network(project.graph, session.document.graph):
            session.document.start(Project(project.graph, project.data, project.recipe))
            session.material.want(project.data.source)
        sample = session.material.sample
        image = sample.image if sample is not None else None
        task = TrainingTask(project.graph, dataset, project.recipe, project.data, pinned=image)
        session.runs.go_on(task, own_record(session, run.key) or record, run)

    def _fail(self, failure: Failed) -> None:
        self._session.notice.emit("error", failure.message)


def own_record(session: Session, key: str) -> Record | None:
    """Return the record of a run that began in this window."""
    return next((each for each in session.training.records if key_of(each) == key), None)


def same_network(one: Graph, other: Graph) -> bool:
    """Say whether two graphs are the same network, wherever its layers lie on the canvas."""
    layers = [[(node.name, node.layer) for node in graph] for graph in (one, other)]
    return layers[0] == layers[1] and one.edges == other.edges
