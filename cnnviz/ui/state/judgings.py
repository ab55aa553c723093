"""Which judgement of the shown run is looked at: the latest, one that the user chose, or that of a snapshot."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, Signal

from cnnviz.events import Array, Evaluated, Failed
from cnnviz.runs import Run, open_run
from cnnviz.ui.state.entries import key_of
from cnnviz.ui.state.record import Record

if TYPE_CHECKING:
    from cnnviz.ui.state.session import Session

MOST_READ = 60
"""So many judgements of a run are read for the curves of its classes, spread evenly."""

_Key = tuple[str, int]


class Judgings(QObject):
    """`entries` are all judgements of the shown run, oldest first, some without their answers; `place` is looked at.

    `chosen` is the step that the user, or the time machine, has asked for; None follows the run.
    """

    changed = Signal()

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.entries: list[Evaluated] = []
        self.chosen: int | None = None
        self._subject = ""
        self._read: dict[_Key, Evaluated] = {}
        self._recalls: dict[_Key, Array] = {}
        self._asked: set[object] = set()

    @property
    def place(self) -> int | None:
        """Return which of the entries is looked at: the last one of the chosen step, or before it."""
        if not self.entries:
            return None
        if self.chosen is None:
            return len(self.entries) - 1
        steps = [each.step for each in self.entries]
        return max(int(np.searchsorted(steps, self.chosen, "right")) - 1, 0)

    @property
    def current(self) -> Evaluated | None:
        """Return the judgement that is looked at, with its answers; None while they are read."""
        place = self.place
        if place is None:
            return None
        entry = self.entries[place]
        return entry if len(entry.indices) else self._read.get(_key(entry))

    def refresh(self) -> None:
        """Take up what the shown run has; another run is looked at anew."""
        record = self._session.training.shown
        subject = key_of(record) if record is not None else ""
        if subject != self._subject:
            self._subject, self.chosen = subject, None
            for known in (self._read, self._recalls, self._asked):
                known.clear()
        self.entries = record.evaluations if record is not None else []
        self._ask()

    def go(self, step: int | None) -> None:
        """Look at the last judgement up to a step; None follows the run."""
        if step != self.chosen:
            self.chosen = step
            self._ask()
            self.changed.emit()

    def recalls(self) -> tuple[Array, Array]:
        """Return epochs (J,) and the recall of each class (J, K) at the judgements on validation images.

        What is not read yet is left out; `changed` says when there is more.
        """
        wanted = [each for each in self.entries if each.which == "validation" and each.accuracy is not None]
        whole = [each for each in wanted if each.whole]
        wanted = whole if len(whole) > 1 else wanted
        for each in wanted:
            if len(each.confusion) and _key(each) not in self._recalls:
                self._recalls[_key(each)] = recall(each.confusion)
        self._read_recalls([each for each in wanted if not len(each.confusion)])
        known = [each for each in wanted if _key(each) in self._recalls]
        found = [self._recalls[_key(each)] for each in known]
        return np.array([each.epoch for each in known]), np.array(found).reshape(len(known), -1)

    # -- reading ------------------------------------------------------------------------------------------------------

    def _ask(self) -> None:
        """Have the answers of the chosen judgement read, where they lie in the folder of the run only."""
        record, place = self._session.training.shown, self.place
        if record is None or record.path is None or place is None or self.current is not None:
            return
        entry, path, subject = self.entries[place], record.path, self._subject

        def take(found: Evaluated) -> None:
            if subject == self._subject:
                self._read[_key(found)] = found
                self.changed.emit()

        self._session.asker.ask("judgement", lambda: _answers(open_run(path), entry), take, self._fail)

    def _read_recalls(self, missing: list[Evaluated]) -> None:
        record: Record | None = self._session.training.shown
        stride = max(-(-len(missing) // MOST_READ), 1)
        wanted = [each for each in missing[::-1][::stride] if _key(each) not in self._recalls]
        wanted = [each for each in wanted if _key(each) not in self._asked]
        if record is None or record.path is None or not wanted:
            return
        path, subject = record.path, self._subject
        self._asked.update(map(_key, wanted))

        def read() -> dict[_Key, Array]:
            run = open_run(path)
            return {_key(each): recall(_answers(run, each).confusion) for each in wanted}

        def take(found: dict[_Key, Array]) -> None:
            if subject == self._subject:
                self._recalls |= found
                self.changed.emit()

        self._session.asker.ask("recalls", read, take, self._fail)

    def _fail(self, failure: Failed) -> None:
        self._session.notice.emit("error", failure.message)


def recall(confusion: Array) -> Array:
    """Return the share of each class that is recognised (K,), 0 to 1; NaN for a class without samples."""
    totals = confusion.sum(axis=1)
    with np.errstate(invalid="ignore"):
        found: Array = np.where(totals > 0, np.diag(confusion) / np.maximum(totals, 1), np.nan)
    return found


def _answers(run: Run, entry: Evaluated) -> Evaluated:
    """Return a judgement with its answers; raise RunError."""
    fitting = [each for each in run.journal.judgements if (each.which, each.step) == _key(entry)]
    return run.evaluated(fitting[-1]) if fitting else entry


def _key(entry: Evaluated) -> _Key:
    return entry.which, entry.step
