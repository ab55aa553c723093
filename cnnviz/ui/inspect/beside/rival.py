"""The other network: where it comes from, and its trace of the same sample."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from cnnviz.data.vary import varied
from cnnviz.events import Failed
from cnnviz.explain import Trace
from cnnviz.model.graph import Graph
from cnnviz.ui.services import Weights
from cnnviz.ui.state import Session
from cnnviz.ui.state.looking import fitting


@dataclass(frozen=True, eq=False)
class Other:
    """A network with a name; random weights where there are none. `read` is called in a worker, once."""

    name: str
    read: Callable[[], tuple[Graph, Weights | None]]


class Rival(QObject):
    """Keeps the other network's trace in step with the sample, as long as somebody compares. `changed` tells a new one.

    Without an `Other`, it is the open network as it is: without what is tried out on it.
    """

    changed = Signal()

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._other: Other | None = None
        self._found: tuple[Graph, Weights | None] | None = None
        self.active = False
        self.trace: Trace | None = None
        session.looking.trace_changed.connect(self.refresh)
        session.document.replaced.connect(lambda: self.choose(None))

    @property
    def name(self) -> str:
        """Return what it is called."""
        return self._other.name if self._other is not None else "without changes"

    def choose(self, other: Other | None) -> None:
        """Compare with another network from now on."""
        self._other, self._found, self.trace = other, None, None
        self.changed.emit()
        self.refresh()

    def refresh(self) -> None:
        """Ask for the trace of the current sample."""
        session, other, found = self._session, self._other, self._found
        sample = session.material.sample
        if not self.active or sample is None or session.document.report.errors:
            return
        if other is None:
            found = session.document.graph, session.looking.weights
        trace, seed = session.services.trace, session.document.recipe.seed
        variation, image = session.document.whatif.variation, sample.image

        def work() -> tuple[Other | None, tuple[Graph, Weights | None], Trace]:
            graph, weights = found if found is not None else other.read()  # type: ignore[union-attr]
            return (
                other,
                (graph, weights),
                trace(graph, weights, varied(fitting(image, graph), variation), seed),
            )

        session.asker.ask("beside", work, self._take, self._fail)

    def _take(self, answer: tuple[Other | None, tuple[Graph, Weights | None], Trace]) -> None:
        other, found, trace = answer
        if other is self._other:
            self._found, self.trace = found, trace
            self.changed.emit()

    def _fail(self, failure: Failed) -> None:
        self._session.notice.emit("error", failure.message)
