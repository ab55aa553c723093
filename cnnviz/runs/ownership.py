"""Who writes into a run's folder: one process at a time, known by a lock that ends with it, even in a crash."""

from __future__ import annotations

import contextlib
import os
import platform
import time
from pathlib import Path

from cnnviz.errors import RunError
from cnnviz.paths import try_lock

LOCK_NAME = ".writing"
FRESH_SECONDS = 30.0
"""Locks don't reach other machines: there a folder that was written to so lately counts as being written."""
_TRIES, _PAUSE = 5, 0.02


class Ownership:
    """The right to write into a folder; raise RunError where another process has it, OSError where nobody may write."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / LOCK_NAME
        self._lock = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o666)
        for attempt in range(_TRIES):  # whoever looks whether it is locked holds it for a moment
            if try_lock(self._lock):
                break
            if attempt == _TRIES - 1:
                os.close(self._lock)
                hint = "Wait for its end, or choose another folder."
                raise RunError("another process writes this run.", where=str(folder), hint=hint)
            time.sleep(_PAUSE)
        os.truncate(self._lock, 0)
        os.write(self._lock, platform.node().encode())

    def release(self) -> None:
        """Let others write."""
        with contextlib.suppress(OSError):  # a network drive may be gone by now
            self._path.unlink(missing_ok=True)
        os.close(self._lock)


def is_written(folder: Path) -> bool:
    """Say whether a living process writes into a folder."""
    try:
        lock = os.open(folder / LOCK_NAME, os.O_RDWR)
    except PermissionError:  # somebody else's: all that can be seen is whether anything changes
        return _fresh(folder)
    except OSError:
        return False
    try:
        if not try_lock(lock):
            return True
        here = os.read(lock, 256).decode(errors="replace") == platform.node()
        return not here and _fresh(folder)
    finally:
        os.close(lock)


def _fresh(folder: Path) -> bool:
    """Say whether a file of the run was written a moment ago."""
    newest = 0.0
    for name in ("steps.npy", "journal.jsonl"):
        with contextlib.suppress(OSError):
            newest = max(newest, (folder / name).stat().st_mtime)
    return time.time() - newest < FRESH_SECONDS
