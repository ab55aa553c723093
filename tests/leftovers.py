"""Finds what a test left running: threads, timers and windows, each with the line that started it."""

from __future__ import annotations

import gc
import traceback
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import shiboken6
from PySide6.QtCore import QCoreApplication, QEvent, QObject, QThread, QTimer
from PySide6.QtWidgets import QApplication, QWidget


class Starts:
    """The QThreads and QTimers that were started while it watched."""

    def __init__(self) -> None:
        self._started: list[tuple[weakref.ref[QObject], str]] = []

    def running(self) -> list[str]:
        """Describe those that still run."""
        alive = ((reference(), where) for reference, where in self._started)
        found = {
            f"{_name(it)} {where}": it for it, where in alive if it is not None and shiboken6.isValid(it)
        }
        return [text for text, it in found.items() if _runs(it)]

    @contextmanager
    def watch(self) -> Iterator[None]:
        """Record every start until the end of the block."""
        original = {kind: kind.start for kind in (QThread, QTimer)}
        for kind, start in original.items():
            kind.start = self._recording(start)
        try:
            yield
        finally:
            for kind, start in original.items():
                kind.start = start

    def _recording(self, start: Callable[..., None]) -> Callable[..., None]:
        def record(it: QObject, *arguments: Any) -> None:
            caller = traceback.extract_stack(limit=2)[0]
            self._started.append((weakref.ref(it), f"started at {caller.filename}:{caller.lineno}"))
            start(it, *arguments)

        return record


def windows() -> list[QWidget]:
    """Return the windows that nobody owns; a dialog or a menu belongs to its parent."""
    return [
        it for it in QApplication.topLevelWidgets() if shiboken6.isValid(it) and it.parentWidget() is None
    ]


def leftovers(starts: Starts, before: list[QWidget]) -> list[str]:
    """Describe what runs or stands around now and did not before; empty when all is tidy."""
    found = _look(starts, before)
    if (
        found
    ):  # what only a reference cycle or a posted deletion keeps is on its way out: let it go, look again
        gc.collect()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
        QCoreApplication.processEvents()
        found = _look(starts, before)
    return found


@pytest.fixture(autouse=True)
def nothing_left_behind(qapp: QApplication) -> Iterator[None]:
    """Fail a test that leaves a thread, a timer or a window behind, and say which."""
    starts, before = Starts(), windows()
    with starts.watch():
        yield
    found = leftovers(starts, before)
    assert not found, "left behind: " + "; ".join(found)


def _look(starts: Starts, before: list[QWidget]) -> list[str]:
    new = [it for it in windows() if it not in before and it.objectName() != "qtooltip_label"]
    return starts.running() + [f"{_name(it)} {it.windowTitle()!r} (window)" for it in new]


def _runs(it: QObject) -> bool:
    return it.isRunning() if isinstance(it, QThread) else it.isActive()


def _name(it: QObject) -> str:
    return f"{type(it).__name__} {it.objectName()}".rstrip()
