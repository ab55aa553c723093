"""The censuses of the shown run: as they come, or read from its folder once somebody looks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from cnnviz.events import Census, Failed
from cnnviz.runs.censuses import census_steps, read_census
from cnnviz.ui.state.entries import key_of

if TYPE_CHECKING:
    from cnnviz.ui.state.session import Session


class Countings(QObject):
    """`found` are all censuses that are known, oldest first; `changed` says that there are more."""

    changed = Signal()

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._subject: object = None
        self._read: list[Census] = []

    @property
    def found(self) -> list[Census]:
        """Return the censuses of the shown run."""
        record = self._session.training.shown
        if record is None:
            return []
        return record.censuses or (self._read if self._subject == (key_of(record), record.mark) else [])

    def at(self, step: int | None) -> Census | None:
        """Return the last census up to a step, or the first; the latest for None."""
        found = self.found
        before = [each for each in found if step is None or each.step <= step]
        return before[-1] if before else (found[0] if found else None)

    def refresh(self) -> None:
        """Have the censuses of a run of earlier days read."""
        record = self._session.training.shown
        if record is None or record.path is None or record.censuses:
            return
        subject, path = (key_of(record), record.mark), record.path
        if subject == self._subject:
            return
        self._subject, self._read = subject, []

        def take(found: list[Census]) -> None:
            if subject == self._subject:
                self._read = found
                self.changed.emit()

        def read() -> list[Census]:
            return [read_census(path, step) for step in census_steps(path)]

        self._session.asker.ask("censuses", read, take, self._fail)

    def _fail(self, failure: Failed) -> None:
        self._session.notice.emit("error", failure.message)
