"""One question at a time, worked on in turns with everything else that the worker is asked; the latest one wins."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QObject, Signal

from cnnviz.errors import CnnvizError
from cnnviz.events import Answer, Event, Failed, Progress
from cnnviz.jobs import Asker

TURN_SECONDS = 0.04
"""How long other questions, such as the trace of a drawing, wait for a turn of this one at most, and one piece more."""


@dataclass(frozen=True, eq=False)
class _Work:
    question: Any
    pieces: Iterator[Event]


class Turns(QObject):
    """`answered(question, answer)`, `progressed(Progress)` and `failed(sentence)` are about the latest question.

    `slot` tells those apart that wait for the worker at the same time.
    """

    answered = Signal(object, object)
    progressed = Signal(object)
    failed = Signal(str)

    def __init__(self, asker: Asker, slot: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._asker, self._slot = asker, slot
        self._work: _Work | None = None

    @property
    def busy(self) -> bool:
        """Say whether an answer is on its way."""
        return self._work is not None

    @property
    def question(self) -> Any:
        """Return what is being worked on; None where no answer is waited for."""
        return self._work.question if self._work is not None else None

    def work(self, question: Any, pieces: Iterator[Event]) -> None:
        """Wait for the answer among some pieces, and no more for that of the question before."""
        self._go_on(_Work(question, pieces))

    def give_up(self) -> None:
        """Wait for no answer any more."""
        self._work = None

    def _go_on(self, work: _Work) -> None:
        self._work = work
        self._asker.ask(
            self._slot,
            lambda: (work, _take_turn(work.pieces)),
            self._take,
            lambda failure: self._take((work, failure)),
        )

    def _take(self, reply: tuple[_Work, Event]) -> None:
        work, event = reply
        if work is not self._work:
            return
        if isinstance(event, Progress):
            self.progressed.emit(event)
            if work is self._work:  # whoever was told may have given up
                self._go_on(work)
            return
        self._work = None
        if isinstance(event, Answer):
            self._finish(work.question, event.value)
        elif isinstance(event, Failed):
            self.failed.emit(event.message)

    def _finish(self, question: Any, answer: Any) -> None:
        """Hand over the answer."""
        self.answered.emit(question, answer)


def _take_turn(pieces: Iterator[Event]) -> Event:
    """Work for a while; return the answer, or how far it is, or a sentence that says why there is no answer."""
    end = time.perf_counter() + TURN_SECONDS
    try:
        for event in pieces:
            if not isinstance(event, Progress) or time.perf_counter() > end:
                return event
    except CnnvizError as error:
        return Failed(str(error), "")
    return Failed("The question has no answer.", "")
