"""How many test samples are named rightly, before and after a change: asked for on demand, in the background."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QObject, Signal

from cnnviz.control import Control
from cnnviz.events import Evaluated, Event, Failed, Progress
from cnnviz.jobs import Job
from cnnviz.model.whatif import WhatIf
from cnnviz.ui.state import Session


class Judging(QObject):
    """`progressed(done, total)`, `judged(before, after)` with two `Evaluated`, and `failed(sentence)`.

    The network as it is gets judged once for the same weights and data.
    """

    progressed = Signal(int, int)
    judged = Signal(object, object)
    failed = Signal(str)

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._job: Job | None = None
        self._found: list[Evaluated] = []
        self._before: tuple[tuple[object, ...], Evaluated] | None = None
        self._key: tuple[object, ...] = ()
        self.destroyed.connect(self._forget)

    @property
    def busy(self) -> bool:
        """Say whether it is being judged."""
        return self._job is not None

    def start(self) -> None:
        """Judge the network as it is, and as it is changed."""
        document, looking = self._session.document, self._session.looking
        dataset = self._session.material.dataset
        if self.busy or dataset is None or document.report.errors:
            return
        graph, weights, seed, split = document.graph, looking.weights, document.recipe.seed, dataset.test
        self._key = (graph, id(weights), seed, id(split))
        known = self._before[1] if self._before is not None and self._before[0] == self._key else None
        wanted = [document.whatif] if known is not None else [WhatIf(), document.whatif]
        judge = self._session.services.judge
        self._found = [known] if known is not None else []

        def work(control: Control) -> Iterator[Event]:
            for at, whatif in enumerate(wanted):
                for event in judge(graph, weights, split, seed, whatif, control):
                    if isinstance(event, Progress):
                        total = (event.total or 0) * len(wanted)
                        event = Progress(event.label, event.done + at * (event.total or 0), total)  # noqa: PLW2901
                    yield event

        self._job = Job(work, parent=self)
        self._job.happened.connect(self._take)
        self._job.finished.connect(self._end)
        self._job.start()

    def cancel(self) -> None:
        """Give it up, and wait until the worker has noticed."""
        job, self._job = self._job, None
        if job is not None:
            job.stop()
            job.deleteLater()

    def _take(self, event: Event) -> None:
        if self._job is None:
            return
        if isinstance(event, Progress):
            self.progressed.emit(event.done, event.total or 0)
        elif isinstance(event, Evaluated):
            self._found.append(event)
            if len(self._found) == 1:
                self._before = self._key, event
        elif isinstance(event, Failed):
            self._found = []
            self.failed.emit(event.message)

    def _end(self) -> None:
        job, self._job = self._job, None
        if job is None:
            return
        job.deleteLater()
        if len(self._found) == 2:
            self.judged.emit(*self._found)

    def _forget(self) -> None:
        self._job = None
