"""Fetching a data set in the background, with progress and a way to cancel."""

from __future__ import annotations

import contextlib
import queue
import threading
from collections.abc import Iterator
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from cnnviz import data
from cnnviz.control import Control
from cnnviz.events import Event, Failed, Finished, Progress
from cnnviz.jobs import OneJob
from cnnviz.jobs.failures import failed

LOOK_SECONDS, GRACE_SECONDS = 0.1, 1.0


class Downloads(QObject):
    """At most one download at a time. `progress(text, done, total)` with an empty text means that nothing runs."""

    progress = Signal(str, object, object)
    arrived = Signal(str)
    failed = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._job = OneJob(self)
        self._job.happened.connect(self._take)
        self._name = ""

    def start(self, name: str, into: Path) -> None:
        """Fetch a data set into a data folder; a second call while one runs does nothing."""
        if not self._job.start(lambda control: _download(name, into, control)):
            return
        self._name = name
        self.progress.emit(f"Downloading {data.SOURCES[name].title}", 0, 0)

    def cancel(self) -> None:
        """End the download within a second or so; what has arrived stays for the next start."""
        if self._job.cancel():
            self.progress.emit("Cancelling the download", 0, 0)

    def stop(self) -> None:
        """Cancel the download and wait; what has arrived stays, and the next start goes on from there."""
        if self._job.stop():
            self.progress.emit("", 0, 0)

    def _take(self, event: Event) -> None:
        match event:
            case Progress(label=label, done=done, total=total):
                self.progress.emit(label, done, total or 0)
            case Finished(cancelled=cancelled):
                self.progress.emit("", 0, 0)
                if not cancelled:
                    self.arrived.emit(self._name)
            case Failed(message=message):
                self.progress.emit("", 0, 0)
                self.failed.emit(message)


class _Fetching(threading.Thread):
    """Fetches beside the job: a network may take half a minute to say that it is not there, and none waits for it.

    Cancelled, it ends at the network's next word, before it writes anything, or with the process.
    """

    _one_at_a_time = threading.Lock()

    def __init__(self, name: str, into: Path, control: Control) -> None:
        super().__init__(name=f"download {name}", daemon=True)
        self._source, self._into, self._control = name, into, control
        self.events = queue.SimpleQueue[Event]()

    def run(self) -> None:
        try:
            with self._one_at_a_time, contextlib.closing(data.download(self._source, self._into)) as steps:
                for progress in steps:
                    if self._control.cancelled:
                        return
                    self.events.put(progress)
            self.events.put(Finished())
        except Exception as error:  # noqa: BLE001 (handed on, to be told in the window)
            self.events.put(failed(error))


def _download(name: str, into: Path, control: Control) -> Iterator[Event]:
    """Yield the download's progress until it is done, has failed or is cancelled."""
    fetching = _Fetching(name, into, control)
    fetching.start()
    while not control.cancelled:
        with contextlib.suppress(queue.Empty):
            event = fetching.events.get(timeout=LOOK_SECONDS)
            yield event
            if not isinstance(event, Progress):
                return
    fetching.join(GRACE_SECONDS)
    yield Finished(cancelled=True)
