"""Lets the window go first: a worker thread lowers its own priority before it computes."""

from __future__ import annotations

import contextlib
import os
import sys
import threading

from cnnviz.process import NICENESS

SWITCH_SECONDS = 0.0005
"""How soon a waiting thread gets the interpreter; with Python's 5 ms, timers in the window come late."""


def step_back() -> None:
    """Lower the calling thread's priority (Linux: niceness is per thread, and threads it starts inherit it)."""
    if sys.platform.startswith("linux"):
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)


def switch_often() -> None:
    """Let threads take turns more often; for a process that has a window."""
    sys.setswitchinterval(SWITCH_SECONDS)
