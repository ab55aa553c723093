"""Asks in the worker about the network and the data set; what is known is answered at once."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QObject

from cnnviz.explain.asking.questions import AskAny
from cnnviz.ui.inspect.asking.desk import Desk
from cnnviz.ui.state.turns import Turns


class Inquiry(Turns):
    """Keeps its answers at the desk, and gives up when the desk is about something else."""

    def __init__(self, desk: Desk, slot: str, parent: QObject | None = None) -> None:
        super().__init__(desk.session.asker, slot, parent)
        self._desk = desk
        desk.changed.connect(self.give_up)

    def ask(self, question: AskAny) -> None:
        """Ask; what was asked before is not waited for any more, unless it is the same."""
        known = self._desk.known(question)
        if known is not None:
            self.give_up()
            self.answered.emit(question, known)
        elif self.question != question:
            self.work(question, self._desk.pieces(question))

    def _finish(self, question: Any, answer: Any) -> None:
        if isinstance(question, AskAny):
            self._desk.keep(question, answer)
        super()._finish(question, answer)
