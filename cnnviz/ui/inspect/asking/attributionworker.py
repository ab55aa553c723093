"""Asks in the worker which part of a sample a value rests on."""

from __future__ import annotations

from PySide6.QtCore import QObject

from cnnviz.explain import Trace
from cnnviz.explain.attribution import Question
from cnnviz.ui.state import Session
from cnnviz.ui.state.turns import Turns


class AttributionWorker(Turns):
    """`answered((trace, question), attribution)` is about the latest question."""

    def __init__(self, session: Session, slot: str, parent: QObject | None = None) -> None:
        super().__init__(session.asker, slot, parent)
        self._services = session.services

    def ask(self, trace: Trace, question: Question) -> None:
        """Ask; what was asked before is not waited for any more."""
        self.work((trace, question), self._services.attribute(trace, question))
