"""Fetching a data set in the background, with progress and a way to cancel."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from cnnviz import data
from cnnviz.control import Control
from cnnviz.events import Event, Failed, Finished, Progress
from cnnviz.jobs import Job


class Downloads(QObject):
    """At most one download at a time. `progress(text, done, total)` with an empty text means that nothing runs."""

    progress = Signal(str, object, object)
    arrived = Signal(str)
    failed = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._job: Job | None = None
        self._name = ""

    def start(self, name: str, into: Path) -> None:
        """Fetch a data set into a data folder; a second call while one runs does nothing."""
        if self._job is not None:
            return
        self._name = name
        self._job = Job(lambda control: _download(name, into, control), parent=self)
        self._job.happened.connect(self._take)
        self._job.start()
        self.progress.emit(f"Downloading {data.SOURCES[name].title}", 0, 0)

    def cancel(self) -> None:
        """End the download as soon as the network answers; what has arrived stays for the next start."""
        if self._job is not None:
            self._job.control.cancel()
            self.progress.emit("Cancelling the download", 0, 0)

    def stop(self) -> None:
        """Cancel the download and wait; what has arrived stays, and the next start goes on from there."""
        if self._job is not None:
            self._job.stop()
            self._end()

    def _take(self, event: Event) -> None:
        match event:
            case Progress(label=label, done=done, total=total):
                self.progress.emit(label, done, total or 0)
            case Finished(cancelled=cancelled):
                self._end()
                if not cancelled:
                    self.arrived.emit(self._name)
            case Failed(message=message):
                self._end()
                self.failed.emit(message)

    def _end(self) -> None:
        job, self._job = self._job, None
        if job is not None:
            job.wait()
            job.deleteLater()
        self.progress.emit("", 0, 0)


def _download(name: str, into: Path, control: Control) -> Iterator[Event]:
    """Yield the download's progress until it is done or cancelled, then say that it ended."""
    for progress in data.download(name, into):
        yield progress
        if control.cancelled:
            yield Finished(cancelled=True)
            return
    yield Finished()
