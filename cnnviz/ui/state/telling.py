"""Doing what may fail: the mistake is told in the status bar, and everything stays as it was."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import SignalInstance

from cnnviz.errors import CnnvizError


def done_or_told(notice: SignalInstance, action: Callable[[], object]) -> bool:
    """Do it, or emit `notice("error", sentence)`; return whether it was done."""
    try:
        action()
    except CnnvizError as error:
        notice.emit("error", str(error))
        return False
    return True
