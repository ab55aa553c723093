"""What is noticed in the GUI thread while it trains: how late timers come, and how often what is painted."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtWidgets import QWidget

BEAT_MS = 5


class Heartbeat(QTimer):
    """A timer that should come every 5 ms; `late` has by how many milliseconds each beat came after that."""

    def __init__(self) -> None:
        super().__init__(interval=BEAT_MS, timerType=Qt.TimerType.PreciseTimer)
        self.late: list[float] = []
        self._last = 0.0
        self.timeout.connect(self._beat)

    @contextmanager
    def beating(self) -> Iterator[None]:
        """Beat inside `with`."""
        self._last = time.perf_counter()
        self.start()
        yield
        self.stop()

    def _beat(self) -> None:
        now = time.perf_counter()
        self.late.append(max(1000 * (now - self._last) - BEAT_MS, 0.0))
        self._last = now


class Paints(QObject):
    """Counts paint events of widgets by a name of their own."""

    def __init__(self) -> None:
        super().__init__()
        self.counts = Counter[str]()
        self.seconds = 0.0
        self._names: dict[QWidget, str] = {}
        self._counting = False

    def watch(self, name: str, widget: QWidget) -> None:
        """Count a widget from now on."""
        if widget not in self._names:
            self._names[widget] = name
            widget.installEventFilter(self)

    @contextmanager
    def counting(self) -> Iterator[None]:
        """Count inside `with`."""
        start, self._counting = time.perf_counter(), True
        yield
        self._counting = False
        self.seconds += time.perf_counter() - start

    def rate(self, name: str) -> float:
        """Return paints per second."""
        return self.counts[name] / self.seconds if self.seconds else 0.0

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Count, and let the event pass."""
        if self._counting and event.type() == QEvent.Type.Paint and isinstance(watched, QWidget):
            self.counts[self._names[watched]] += 1
        return False
