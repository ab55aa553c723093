"""Keeps torch's threads from fighting over cores with the window and with other programs."""

from __future__ import annotations

import os

SPINS = "10000"
"""Some 0.5 ms: long enough to stay awake between the operations of one step, short enough to leave a busy core soon.

Training T1 in turns with 100, 1,000, 10,000, 100,000 and 300,000 spins on a mostly quiet machine, this was the fastest.
"""


def wait_politely() -> None:
    """Let a thread that waits for others sleep soon instead of spinning; call it before torch is imported.

    GNU's OpenMP, which torch uses on Linux, spins 300,000 times, some 15 ms on today's processors. Where all cores are
    busy it so takes the time from the very thread it waits for: training a small network beside two other busy
    programs was two to ten times slower than with this. What the user has set is kept.
    """
    if "OMP_WAIT_POLICY" not in os.environ:
        os.environ.setdefault("GOMP_SPINCOUNT", SPINS)
