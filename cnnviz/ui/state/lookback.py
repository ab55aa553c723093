"""Looking back: the pinned image, and the whole program, seen with the weights that a run had at an earlier step."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, Signal

from cnnviz.errors import CnnvizError
from cnnviz.events import MOST_KERNELS, MOST_PLANES, Array, Failed, Watched
from cnnviz.explain.trace import Trace
from cnnviz.model.files import Project
from cnnviz.model.heads import main_head
from cnnviz.runs import Run, open_run
from cnnviz.runs.moments import moment
from cnnviz.runs.snapshots import read_snapshot, snapshot_steps
from cnnviz.ui.services import Weights
from cnnviz.ui.state.entries import key_of
from cnnviz.ui.state.resuming import same_network
from cnnviz.ui.state.training import Record

if TYPE_CHECKING:
    from cnnviz.ui.state.session import Session

ONLY_WEIGHTS = "of this step only the weights were kept."
LANDMARKS = 4
"""So many earlier moments of a run are shown beside the one that is looked at."""


class Lookback(QObject):
    """Which snapshot of the shown run is looked at: `step`, or None for the run as it is now."""

    changed = Signal()

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.step: int | None = None
        self.other: int | None = None
        """The moment A that the one looked at, B, is compared with, if any."""
        self.steps: tuple[int, ...] = ()
        self._moments: dict[int, Watched] = {}
        self._asked: set[int] = set()
        self._subject: tuple[object, ...] = ()
        session.training.shown_changed.connect(self.refresh)
        session.material.sample_changed.connect(self.refresh)
        session.document.replaced.connect(self.refresh)

    # -- what there is ----------------------------------------------------------------------------------------------

    def refresh(self) -> None:
        """See which snapshots the shown run has now; another run, or another image, is looked at anew."""
        record, sample = self._session.training.shown, self._session.material.sample
        subject = (key_of(record) if record else "", id(sample.image) if sample else 0)
        if subject != self._subject:
            if not self._subject or subject[0] != self._subject[0]:
                self.step = self.other = None
            self._subject = subject
            self._moments.clear()
            self._asked.clear()
        path = record.path if record is not None else None
        self.steps = snapshot_steps(path) if path is not None else ()
        if self.step is None and self.steps and record is not None and not self._is_now(record):
            self.step = self.steps[-1]
        self._ask()
        self.changed.emit()

    def _is_now(self, record: Record) -> bool:
        """Say whether a run has a now: it goes on here, or its last weights are those looked through."""
        return record is self._session.training.record

    @property
    def moment(self) -> Watched | None:
        """Return the pinned image at the step that is looked at, once it is computed."""
        return None if self.step is None else self._moments.get(self.step)

    @property
    def earlier(self) -> list[Watched]:
        """Return the pinned image at the landmarks before that step."""
        at = -1 if self.step is None else self.step
        return [self._moments[step] for step in self._landmarks() if step < at and step in self._moments]

    def _landmarks(self) -> list[int]:
        """Return a few snapshots, dense at the beginning."""
        count = len(self.steps)
        if count <= LANDMARKS:
            return list(self.steps)
        places = sorted({round((count - 1) * (k / LANDMARKS) ** 1.5) for k in range(LANDMARKS)})
        return [self.steps[place] for place in places]

    # -- moving -----------------------------------------------------------------------------------------------------

    def go(self, step: int | None) -> None:
        """Look at the snapshot nearest to a step; None goes back to the run as it is now."""
        record = self._session.training.shown
        if step is None and record is not None and not self._is_now(record):
            step = self.steps[-1] if self.steps else None
        if step is None:
            self.other = None
        self.step = (
            min(self.steps, key=lambda each: abs(each - step)) if step is not None and self.steps else None
        )
        self._ask()
        self.changed.emit()

    def move(self, by: int) -> None:
        """Look at the next snapshot, or the one before; past the last one comes the run as it is now."""
        if not self.steps:
            return
        place = self.steps.index(self.step) if self.step in self.steps else len(self.steps)
        place += by
        self.go(self.steps[max(place, 0)] if place < len(self.steps) else None)

    def compare(self, on: bool) -> None:
        """Hold on to the moment that is looked at as A, and compare it with those that are looked at next; or stop."""
        self.other = None
        if on and self.steps:
            last = self.steps[-1]
            self.other = self.steps[0] if self.step in (None, last) else self.step
            self.step = last if self.step is None else self.step
            if self.step == self.other:
                self.step = last
        self._ask()
        self.changed.emit()

    @property
    def compared(self) -> tuple[Watched, Watched] | None:
        """Return the moments A and B, once both are computed."""
        one, two = self._moments.get(self.other or 0) if self.other is not None else None, self.moment
        return (one, two) if one is not None and two is not None else None

    def _ask(self) -> None:
        """Ask for the moments that are to be seen and not there yet, the one looked at first."""
        if self.step is None:
            return
        earlier = (each for each in self._landmarks() if each < self.step)
        for step in (self.step, *([] if self.other is None else [self.other]), *earlier):
            if step not in self._moments and step not in self._asked:
                self._ask_for(step)

    def _ask_for(self, step: int) -> None:
        record, sample = self._session.training.shown, self._session.material.sample
        if record is None or record.path is None or sample is None:
            return
        path, graph, image = record.path, record.graph, sample.image
        subject, see = self._subject, self._session.services.moment
        # those on the way stay in the queue, so that a quick hand leaves pictures behind; the one asked last is new
        self._asked.add(step)

        def look() -> Watched:
            return see(graph, read_snapshot(path, step), image, step)

        def take(moment: Watched) -> None:
            if subject == self._subject:
                self._moments[step] = moment
                self.changed.emit()

        self._session.asker.ask(f"moment {step}", look, take, self._fail)

    # -- what is done with a moment -----------------------------------------------------------------------------------

    def inspect(self) -> None:
        """Look through the weights of this step everywhere, and show Inspect."""
        self._with_weights(lambda: self._session.go_to.emit("inspect"))

    def restart(self) -> None:
        """Start a new run from the weights of this step, with the recipe of the document."""
        record, step = self._session.training.shown, self.step
        if record is None or step is None:
            return

        def start() -> None:
            fork = self._optimiser_there()
            self._session.runs.descend(f"#{record.number}, step {step}")
            if fork is None:
                self._session.notice.emit("info", f"The optimiser starts anew: {ONLY_WEIGHTS}")
            self._session.train(go_on=True, fork=fork)

        self._with_weights(start)

    def why_not_restart(self) -> str:
        """Return why no run can start from here now, or an empty text."""
        if self.step is None:
            return "Choose a snapshot first."
        return "Stop the training first." if self._session.training.active else ""

    def what_restarts(self) -> str:
        """Say what a new run from here begins with."""
        with_it = self._optimiser_there() is not None
        optimiser = (
            "weights and optimiser" if with_it else f"weights (the optimiser starts anew: {ONLY_WEIGHTS})"
        )
        return f"Start a new run with this recipe from the {optimiser.removesuffix('.')}"

    def _optimiser_there(self) -> Path | None:
        """Return the checkpoint of the step that is looked at, if the run has one."""
        record, step = self._session.training.shown, self.step
        if record is None or record.path is None or step is None:
            return None
        return moment(record.path, step)

    def open_network(self, key: str) -> None:
        """Open graph, recipe and data choice of a run as a new document, seen with its last weights."""
        run = self._session.runs.run(key)
        if run is None:
            return
        try:
            self._open(run.project)
        except CnnvizError as error:
            self._session.notice.emit("error", str(error))
            return
        steps = run.snapshot_steps
        if steps:
            self._look_through(run, steps[-1])
        self._session.go_to.emit("build")

    def _look_through(self, run: Run, step: int) -> None:
        graph, origin = run.project.graph, f"run {run.about.number}, step {step:,}"
        self._session.asker.ask(
            "weights",
            lambda: run.weights(step),
            lambda weights: self._session.looking.take_over(weights, graph, origin),
            self._fail,
        )

    def _with_weights(self, then: object) -> None:
        record, step = self._session.training.shown, self.step
        if record is None or record.path is None or step is None:
            return
        path: Path = record.path

        def take(weights: Weights) -> None:
            if not same_network(record.graph, self._session.document.graph):
                self._open(open_run(path).project)
            origin = f"run {record.number}, step {step:,}"
            self._session.looking.take_over(weights, record.graph, origin)
            assert callable(then)
            then()

        self._session.asker.ask("weights", lambda: read_snapshot(path, step), take, self._fail)

    def _open(self, project: Project) -> None:
        shown = self._session.training.shown
        self._session.document.start(Project(project.graph, project.data, project.recipe))
        self._session.training.choose(shown)
        self._session.material.want(project.data.source)

    def _fail(self, failure: Failed) -> None:
        self._session.notice.emit("error", failure.message)


def seen(trace: Trace, step: int, image: Array) -> Watched:
    """Return what a trace shows as a moment of a training."""
    maps = {node.name: trace.activation(node.name) for node in trace.graph}
    named = main_head(trace.graph).classifies
    shares = maps[trace.graph.summary().output].ravel() if named else np.zeros(0, np.float32)
    layers = (row.name for row in trace.graph.summary().rows if row.name in trace.parameters)
    weights = {name: trace.parameters[name].get("weight", np.zeros(0)) for name in layers}
    kernels = [(name, weight) for name, weight in weights.items() if weight.ndim > 2][:1]
    first = {name: weight[:MOST_KERNELS, :MOST_PLANES] for name, weight in kernels}
    return Watched(step, image, maps, shares, first)
