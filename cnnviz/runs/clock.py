"""How long a training has been learning."""

from __future__ import annotations

import time


class Clock:
    """Seconds of training, pauses left out."""

    def __init__(self, before: float = 0.0) -> None:
        self._before, self._since, self._running = before, time.monotonic(), True

    @property
    def seconds(self) -> float:
        """Return the time so far."""
        return self._before + (time.monotonic() - self._since if self._running else 0.0)

    def run(self, running: bool) -> None:
        """Go on, or stand still."""
        self._before, self._since, self._running = self.seconds, time.monotonic(), running
