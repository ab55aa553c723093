"""One question at a time, worked on in turns with everything else that the worker is asked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from PySide6.QtCore import QObject, Signal

from cnnviz.events import Answer, Event, Failed, Progress
from cnnviz.explain.asking.questions import AskAny
from cnnviz.ui.inspect.asking.attributionworker import take_turn
from cnnviz.ui.inspect.asking.desk import Desk


class Inquiry(QObject):
    """`answered(question, answer)`, `progressed(Progress)` and `failed(sentence)` are about the latest question.

    What is known is answered at once. `slot` tells inquiries apart that wait for the worker at the same time.
    """

    answered = Signal(object, object)
    progressed = Signal(object)
    failed = Signal(str)

    def __init__(self, desk: Desk, slot: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk, self._slot = desk, slot
        self._work: tuple[Any, Iterator[Event]] | None = None
        desk.changed.connect(self.give_up)

    @property
    def busy(self) -> bool:
        """Say whether an answer is on its way."""
        return self._work is not None

    def ask(self, question: AskAny) -> None:
        """Ask; what was asked before is not waited for any more, unless it is the same."""
        known = self._desk.known(question)
        if known is not None:
            self._work = None
            self.answered.emit(question, known)
        elif self._work is None or self._work[0] != question:
            self._go_on((question, self._desk.pieces(question)))

    def work(self, question: Any, pieces: Iterator[Event]) -> None:
        """Wait for an answer that is not kept, such as the next step of what is known."""
        self._go_on((question, pieces))

    def give_up(self) -> None:
        """Wait for no answer any more."""
        self._work = None

    def _go_on(self, work: tuple[Any, Iterator[Event]]) -> None:
        self._work = work
        self._desk.session.asker.ask(self._slot, lambda: (work, take_turn(work[1])), self._take, self._break)

    def _take(self, reply: tuple[tuple[Any, Iterator[Event]], Event]) -> None:
        work, event = reply
        if work is not self._work:
            return
        if isinstance(event, Progress):
            self.progressed.emit(event)
            self._go_on(work)
            return
        self._work = None
        if isinstance(event, Answer):
            if isinstance(work[0], AskAny):
                self._desk.keep(work[0], event.value)
            self.answered.emit(work[0], event.value)
        elif isinstance(event, Failed):
            self.failed.emit(event.message)

    def _break(self, failure: Failed) -> None:
        self._work = None
        self.failed.emit(failure.message)
