"""Lets the worker go on with a forecast, a few hundredths of a second at a time, until it is done or not wanted."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from PySide6.QtCore import QObject, Signal

from cnnviz.data.series.outlook import Foreseen, Outlook
from cnnviz.events import Failed
from cnnviz.model.graph import Graph
from cnnviz.ui.inspect.series.course import Course
from cnnviz.ui.services import Weights
from cnnviz.ui.state import Session

Parts = Sequence[tuple[Graph, Weights | None]]


class Forecaster(QObject):
    """`grown(course)` says that there are more steps, `failed(sentence)` that there will be none."""

    grown = Signal(object)
    failed = Signal(str)

    def __init__(self, session: Session, slot: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session, self._slot = session, slot
        self._course: Course | None = None

    @property
    def busy(self) -> bool:
        """Say whether steps are on their way."""
        return self._course is not None

    def ask(self, outlook: Outlook, load: Callable[[], Parts], samples: int = 0, source: str = "") -> Course:
        """Begin a forecast, which is empty at first; what was asked before is not waited for any more.

        `load` returns the networks, the one that is looked at first, in the worker.
        """
        course = self._course = Course(outlook, source)
        seed, foresee = self._session.document.recipe.seed, self._session.services.foresee

        def steps() -> Iterator[Foreseen]:
            yield from foresee(load(), outlook, samples, seed)

        self._go_on(course, steps())
        return course

    def give_up(self) -> None:
        """Wait for no more steps."""
        self._course = None

    def _go_on(self, course: Course, steps: Iterator[Foreseen]) -> None:
        def turn() -> tuple[Course, Iterator[Foreseen], Foreseen | None]:
            return course, steps, next(steps, None)

        self._session.asker.ask(self._slot, turn, self._take, self._break)

    def _take(self, reply: tuple[Course, Iterator[Foreseen], Foreseen | None]) -> None:
        course, steps, part = reply
        if course is not self._course:
            return
        if part is not None:
            course.take(part)
        if part is None or course.complete:
            self._course = None
        else:
            self._go_on(course, steps)
        self.grown.emit(course)

    def _break(self, failure: Failed) -> None:
        if self._course is not None:
            self._course = None
            self.failed.emit(failure.message)
