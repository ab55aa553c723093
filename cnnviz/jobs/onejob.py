"""At most one job at a time: started, cancelled, waited for and forgotten in one place."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from PySide6.QtCore import QObject, Signal

from cnnviz.control import Control
from cnnviz.events import Event, Failed, Finished
from cnnviz.jobs.job import Job


class OneJob(QObject):
    """`happened(event)` passes on what the job says; at its `Finished` or `Failed` it has ended already."""

    happened = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._job: Job | None = None

    @property
    def busy(self) -> bool:
        """Say whether a job goes on."""
        return self._job is not None

    @property
    def cancelled(self) -> bool:
        """Say whether the job that goes on was asked to end."""
        return self._job is not None and self._job.control.cancelled

    def start(self, make: Callable[[Control], Iterator[Event]]) -> bool:
        """Start a job; return False, and do nothing, while another one goes on."""
        if self._job is not None:
            return False
        self._job = Job(make, parent=self)
        self._job.happened.connect(self._take)
        self._job.start()
        return True

    def cancel(self) -> bool:
        """Ask the job to end; return whether there is one."""
        if self._job is not None:
            self._job.control.cancel()
        return self._job is not None

    def stop(self) -> bool:
        """Cancel the job and wait for it; return whether there was one."""
        if self._job is None:
            return False
        self._job.stop()
        self._end()
        return True

    def _take(self, event: Event) -> None:
        if self._job is None:  # what was on its way when it was stopped
            return
        if isinstance(event, (Finished, Failed)):
            self._end()
        self.happened.emit(event)

    def _end(self) -> None:
        job, self._job = self._job, None
        if job is not None:
            job.wait()
            job.deleteLater()
