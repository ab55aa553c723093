"""One long piece of work in a thread of its own: any generator of events."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from PySide6.QtCore import QObject, QThread, Signal

from cnnviz.control import Control
from cnnviz.events import Event, Gradients, StepDone, Watched
from cnnviz.jobs.failures import failed
from cnnviz.jobs.mailbox import Mailbox
from cnnviz.jobs.priority import step_back, switch_often


class Job(QThread):
    """Steps and pictures go into the mailbox; every other event is emitted as `happened(event)`.

    Receivers are called in their own thread. The generator ends itself when `control` is cancelled; a thread is never
    terminated.
    """

    happened = Signal(object)

    def __init__(self, make: Callable[[Control], Iterator[Event]], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._make = make
        self.control = Control()
        self.mailbox = Mailbox()

    def run(self) -> None:
        """Run the generator; an exception becomes a `Failed` event."""
        step_back()
        switch_often()
        try:
            for event in self._make(self.control):
                self._deliver(event)
        except BaseException as error:  # noqa: BLE001 (unreported, the window would wait for ever)
            self.happened.emit(failed(error))

    def stop(self) -> None:
        """Cancel and wait until the generator has ended."""
        self.control.cancel()
        self.wait()

    def _deliver(self, event: Event) -> None:
        if isinstance(event, StepDone):
            self.mailbox.put(event)
        elif isinstance(event, (Watched, Gradients)):
            self.mailbox.replace(event)
        else:
            self.happened.emit(event)
