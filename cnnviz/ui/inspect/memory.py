"""What the optimiser of the training that is looked at remembers: read from its folder in the worker."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from cnnviz.events import Failed
from cnnviz.explain.backward import Memories
from cnnviz.runs.names import CHECKPOINT_NAME
from cnnviz.ui.state import Session

Mark = tuple[Path, int, int]


class OptimiserMemory:
    """`found` is the state that was kept last; None where this network was not trained here.

    `changed` is called when there is another one.
    """

    def __init__(self, session: Session, changed: Callable[[], None]) -> None:
        self._session, self._changed = session, changed
        self._mark: Mark | None = None
        self.found: Memories | None = None

    def look(self) -> None:
        """Read the state anew if the training has been kept since."""
        record = self._session.training.record
        mark = (
            _mark(record.path / CHECKPOINT_NAME) if record is not None and record.path is not None else None
        )
        if mark == self._mark:
            return
        self._mark, self.found = mark, None
        if mark is None or record is None:
            return
        memories, graph, recipe = self._session.services.memories, record.graph, record.recipe
        self._session.asker.ask(
            "optimiser", lambda: (mark, memories(mark[0], graph, recipe)), self._take, self._miss
        )

    def _take(self, answer: tuple[Mark, Memories]) -> None:
        if answer[0] == self._mark:
            self.found = answer[1]
            self._changed()

    def _miss(self, _failure: Failed) -> None:
        """Stay with a fresh state: what is kept there belongs to another network."""
        self.found = None

    def in_words(self) -> str:
        """Say whose state the step is made with."""
        found, trace = self.found, self._session.looking.trace
        if found is None:
            return "fresh state: this network was not trained here"
        exact = trace is not None and found.belongs_to(trace)
        return f"state kept after step {found.step:,}" + ("" if exact else ", of other weights than these")


def _mark(path: Path) -> Mark | None:
    """Return what changes when a file is written anew; None where there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return path, found.st_mtime_ns, found.st_size
