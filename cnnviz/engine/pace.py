"""How fast learning goes: pauses and evaluations are left out."""

from __future__ import annotations

import math
import time

SMOOTHING_SECONDS = 1.0


class Pace:
    """A stopwatch that is told of every batch, and told to go on after every interruption."""

    def __init__(self) -> None:
        self.samples = 0
        self.seconds = 0.0
        self.recent = 0.0
        """Samples per second, smoothed over about a second."""
        self._since = time.perf_counter()

    @property
    def mean(self) -> float:
        """Return samples per second over all batches."""
        return self.samples / self.seconds if self.seconds else 0.0

    def resume(self) -> None:
        """Forget the time since the last batch."""
        self._since = time.perf_counter()

    def count(self, samples: int) -> None:
        """Add a batch that has just been learned."""
        now = time.perf_counter()
        took, self._since = max(now - self._since, 1e-9), now
        self.samples += samples
        self.seconds += took
        share = 1.0 if not self.recent else 1 - math.exp(-took / SMOOTHING_SECONDS)
        self.recent += share * (samples / took - self.recent)
