"""A thread that answers questions, newest first per slot: what nobody waits for any more is not computed."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import shiboken6
from PySide6.QtCore import QObject, QThread, Signal, Slot

from cnnviz.events import Failed
from cnnviz.jobs.failures import failed
from cnnviz.jobs.priority import switch_often


@dataclass(frozen=True)
class _Question:
    ask: Callable[[], Any]
    reply: Callable[[Any], None]
    failed: Callable[[Failed], None] | None


class Asker(QThread):
    """Questions run one after the other in this thread; replies are called in the thread that made the asker."""

    _answered = Signal(object, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._changed = threading.Condition()
        self._waiting: dict[str, _Question] = {}
        self._stopping = False
        self._answered.connect(self._reply)

    def ask(
        self,
        slot: str,
        question: Callable[[], Any],
        reply: Callable[[Any], None],
        failed: Callable[[Failed], None] | None = None,
    ) -> None:
        """Put a question; one that still waits in the same slot is dropped for it."""
        with self._changed:
            self._waiting[slot] = _Question(question, reply, failed)
            self._changed.notify_all()

    def run(self) -> None:
        """Answer until told to stop."""
        switch_often()
        while True:
            with self._changed:
                while not self._waiting and not self._stopping:
                    self._changed.wait()
                if self._stopping:
                    return
                question = self._waiting.pop(next(iter(self._waiting)))
            self._answered.emit(question, _answer(question))

    def stop(self) -> None:
        """Drop what waits, let the current question finish, and wait for the thread."""
        with self._changed:
            self._stopping = True
            self._waiting.clear()
            self._changed.notify_all()
        self.wait()

    @Slot(object, object)
    def _reply(self, question: _Question, value: Any) -> None:
        """Deliver in the asking thread; after a stop, or when its owner is gone, nobody is there to listen."""
        reply = question.failed if isinstance(value, Failed) else question.reply
        if reply is not None and not self._stopping and _is_alive(reply):
            reply(value)


def _is_alive(reply: Callable[[Any], None]) -> bool:
    """Say whether the object that a method, given some arguments or none, belongs to still exists in Qt."""
    owner = getattr(reply.func if isinstance(reply, partial) else reply, "__self__", None)
    return not isinstance(owner, QObject) or shiboken6.isValid(owner)


def _answer(question: _Question) -> Any:
    try:
        return question.ask()
    except BaseException as error:  # noqa: BLE001 (who asked must be told, whatever it was)
        return failed(error)
