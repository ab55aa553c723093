"""Where a worker leaves what comes often: a bounded list of steps, and the latest picture of each kind.

One Qt signal per training step would pile up tens of thousands of queued events and freeze the window; the window
empties this box ten times a second instead.
"""

from __future__ import annotations

import threading
from collections import deque

from cnnviz.events import Event, StepDone

CAPACITY = 100_000


class Mailbox:
    """Safe to fill from one thread and to drain from another. When full, the oldest steps give way and are counted."""

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._lock = threading.Lock()
        self._steps: deque[StepDone] = deque(maxlen=capacity)
        self._latest: dict[type, Event] = {}
        self.dropped = 0

    def put(self, step: StepDone) -> None:
        """Add a step."""
        with self._lock:
            self.dropped += len(self._steps) == self._steps.maxlen
            self._steps.append(step)

    def replace(self, event: Event) -> None:
        """Leave a picture; an older one of the same kind that nobody took is forgotten."""
        with self._lock:
            self._latest[type(event)] = event

    def drain(self) -> tuple[list[StepDone], list[Event]]:
        """Take everything: steps in order, and the latest event of each kind."""
        with self._lock:
            steps, latest = list(self._steps), list(self._latest.values())
            self._steps.clear()
            self._latest.clear()
        return steps, latest
