"""Asks for explanations in the worker, piece by piece: the latest question wins, and any can be given up."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from cnnviz.errors import CnnvizError
from cnnviz.events import Answer, Event, Failed, Progress
from cnnviz.explain import Trace
from cnnviz.explain.attribution import Question
from cnnviz.ui.state import Session

TURN_SECONDS = 0.04
"""How long other questions, such as the trace of a drawing, wait for a turn of this one at most, and one piece more."""


@dataclass(frozen=True, eq=False)
class Work:
    """A question under way: its pieces, and how long it has run."""

    trace: Trace
    question: Question
    pieces: Iterator[Event]


class AttributionWorker(QObject):
    """`answered(trace, question, attribution)`, `progressed(Progress)` and `failed(sentence)` are about the latest."""

    answered = Signal(object, object, object)
    progressed = Signal(object)
    failed = Signal(str)

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._work: Work | None = None

    @property
    def busy(self) -> bool:
        """Say whether an answer is on its way."""
        return self._work is not None

    def ask(self, trace: Trace, question: Question) -> None:
        """Ask; what was asked before is not waited for any more."""
        self._go_on(Work(trace, question, self._session.services.attribute(trace, question)))

    def give_up(self) -> None:
        """Wait for no answer any more."""
        self._work = None

    def _go_on(self, work: Work) -> None:
        self._work = work
        self._session.asker.ask(
            "attribution", lambda: (work, take_turn(work.pieces)), self._take, self._break
        )

    def _take(self, reply: tuple[Work, Event]) -> None:
        work, event = reply
        if work is not self._work:
            return
        if isinstance(event, Progress):
            self.progressed.emit(event)
            self._go_on(work)
            return
        self._work = None
        if isinstance(event, Answer):
            self.answered.emit(work.trace, work.question, event.value)
        elif isinstance(event, Failed):
            self.failed.emit(event.message)

    def _break(self, failure: Failed) -> None:
        self._work = None
        self.failed.emit(failure.message)


def take_turn(pieces: Iterator[Event]) -> Event:
    """Work for a while; return the answer, or how far it is, or a sentence that says why there is no answer."""
    end = time.perf_counter() + TURN_SECONDS
    try:
        for event in pieces:
            if not isinstance(event, Progress) or time.perf_counter() > end:
                return event
    except CnnvizError as error:
        return Failed(str(error), "")
    return Failed("The question has no answer.", "")
