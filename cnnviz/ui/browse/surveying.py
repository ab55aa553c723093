"""The survey of the data that are shown: made in a worker piece by piece, kept while the app runs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from PySide6.QtCore import QObject, Signal

from cnnviz.data import Dataset
from cnnviz.data.survey import Survey, bytes_to_read, survey
from cnnviz.events import Answer, Event, Progress
from cnnviz.jobs import Asker
from cnnviz.ui.state.turns import Turns

BY_ITSELF_BYTES = 512 * 2**20
"""Larger data are surveyed when that is asked for."""
MOST_KEPT = 8

State = Literal["nothing", "waiting", "running", "ready", "failed"]


class Surveying(QObject):
    """`changed` says that `state`, `survey`, `done` or `told` is another one for the `dataset` that is looked at."""

    changed = Signal()

    def __init__(self, asker: Asker, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.dataset: Dataset | None = None
        self._turns = Turns(asker, "survey", self)
        self._kept: dict[str, Survey] = {}
        self.state: State = "nothing"
        self.survey: Survey | None = None
        self.done = (0, 0)
        self.told = ""
        self._turns.progressed.connect(self._progress)
        self._turns.answered.connect(self._keep)
        self._turns.failed.connect(self._break_down)

    def look(self, dataset: Dataset | None) -> None:
        """Survey these data, if they are not very large; what is known of them is taken."""
        if dataset is self.dataset:
            return
        self.dataset, self.survey = dataset, None
        self._turns.give_up()
        self._turn("nothing" if dataset is None else "waiting")
        if dataset is not None and bytes_to_read(dataset) <= BY_ITSELF_BYTES:
            self.start()

    def start(self) -> None:
        """Survey the data, however large."""
        if self.dataset is None or self.state in ("running", "ready"):
            return
        self.done = (0, len(self.dataset.train) + len(self.dataset.test))
        self._turn("running")
        self._turns.work(self.dataset, self._pieces(self.dataset))

    def cancel(self) -> None:
        """Give up; what was read is forgotten."""
        self._turns.give_up()
        self._turn("waiting")

    def _pieces(self, dataset: Dataset) -> Iterator[Event]:
        """Yield what is known already, or survey. Runs in the worker, as a fingerprint takes a moment."""
        known = self._kept.get(dataset.fingerprint)
        if known is not None:
            yield Answer(known)
        else:
            yield from survey(dataset)

    def _progress(self, progress: Progress) -> None:
        self.done = (progress.done, progress.total or 0)
        self.changed.emit()

    def _keep(self, _dataset: Dataset, found: Survey) -> None:
        self.survey = found
        self._kept[found.fingerprint] = found
        while len(self._kept) > MOST_KEPT:
            del self._kept[next(iter(self._kept))]
        self._turn("ready")

    def _break_down(self, sentence: str) -> None:
        self.told = sentence
        self._turn("failed")

    def _turn(self, state: State) -> None:
        self.state = state
        self.changed.emit()
