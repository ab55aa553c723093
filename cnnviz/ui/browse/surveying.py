"""The survey of the data that are shown: made in a worker piece by piece, kept while the app runs."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QObject, Signal

from cnnviz.data import Dataset
from cnnviz.data.survey import Survey, bytes_to_read, survey
from cnnviz.events import Answer, Event, Failed, Progress
from cnnviz.jobs import Asker

TURN_SECONDS = 0.05
"""How long pictures that came into view wait for a turn of the survey at most."""
BY_ITSELF_BYTES = 512 * 2**20
"""Larger data are surveyed when that is asked for."""
MOST_KEPT = 8

State = Literal["nothing", "waiting", "running", "ready", "failed"]


@dataclass(frozen=True, eq=False)
class _Work:
    dataset: Dataset
    pieces: Iterator[Event]


class Surveying(QObject):
    """`changed` says that `state`, `survey`, `done` or `told` is another one for the `dataset` that is looked at."""

    changed = Signal()

    def __init__(self, asker: Asker, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._asker = asker
        self.dataset: Dataset | None = None
        self._work: _Work | None = None
        self._kept: dict[str, Survey] = {}
        self.state: State = "nothing"
        self.survey: Survey | None = None
        self.done = (0, 0)
        self.told = ""

    def look(self, dataset: Dataset | None) -> None:
        """Survey these data, if they are not very large; what is known of them is taken."""
        if dataset is self.dataset:
            return
        self.dataset, self.survey, self._work = dataset, None, None
        self._turn("nothing" if dataset is None else "waiting")
        if dataset is not None and bytes_to_read(dataset) <= BY_ITSELF_BYTES:
            self.start()

    def start(self) -> None:
        """Survey the data, however large."""
        if self.dataset is None or self.state in ("running", "ready"):
            return
        self.done = (0, len(self.dataset.train) + len(self.dataset.test))
        self._work = _Work(self.dataset, self._pieces(self.dataset))
        self._turn("running")
        self._go_on(self._work)

    def cancel(self) -> None:
        """Give up; what was read is forgotten."""
        self._work = None
        self._turn("waiting")

    def _pieces(self, dataset: Dataset) -> Iterator[Event]:
        """Yield what is known already, or survey. Runs in the worker, as a fingerprint takes a moment."""
        known = self._kept.get(dataset.fingerprint)
        if known is not None:
            yield Answer(known)
        else:
            yield from survey(dataset)

    def _go_on(self, work: _Work) -> None:
        self._asker.ask(
            "survey",
            lambda: (work, _take_turn(work.pieces)),
            self._take,
            lambda failure: self._break_down(work, failure),
        )

    def _take(self, reply: tuple[_Work, Event]) -> None:
        work, event = reply
        if work is not self._work:
            return
        if isinstance(event, Progress):
            self.done = (event.done, event.total or 0)
            self.changed.emit()
            self._go_on(work)
        elif isinstance(event, Answer):
            self._keep(event.value)

    def _keep(self, found: Survey) -> None:
        self._work, self.survey = None, found
        self._kept[found.fingerprint] = found
        while len(self._kept) > MOST_KEPT:
            del self._kept[next(iter(self._kept))]
        self._turn("ready")

    def _break_down(self, work: _Work, failure: Failed) -> None:
        if work is self._work:
            self._work, self.told = None, failure.message
            self._turn("failed")

    def _turn(self, state: State) -> None:
        self.state = state
        self.changed.emit()


def _take_turn(pieces: Iterator[Event]) -> Event:
    """Work for a while; return the answer, or how far it is."""
    end = time.perf_counter() + TURN_SECONDS
    for event in pieces:
        if not isinstance(event, Progress) or time.perf_counter() > end:
            return event
    raise RuntimeError("a survey ended without an answer")
