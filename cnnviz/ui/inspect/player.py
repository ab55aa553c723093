"""Play: walks the cursor over a map, value by value, at a chosen speed."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal

SPEEDS = ("1 / s", "4 / s", "16 / s", "sweep")
PER_SECOND = {"1 / s": 1.0, "4 / s": 4.0, "16 / s": 16.0}
SWEEP_TICKS, SWEEP_MS, FIRST_ROW_MS = 90, 33, 220


class Player(QObject):
    """Counts from one value of a map to the last; `at` is the place in reading order.

    With `reduced` motion nothing moves by itself: each press of Play is one step.
    """

    moved = Signal(int)
    playing_changed = Signal(bool)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.count, self.across, self.at = 1, 1, 0
        self.speed = SPEEDS[1]
        self.reduced = False
        self.direction = 1
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._tick)

    @property
    def playing(self) -> bool:
        """Say whether it moves."""
        return self._timer.isActive()

    def set_map(self, count: int, across: int, at: int) -> None:
        """Play over `count` values in rows of `across`, going on from `at`."""
        self.count, self.across, self.at = max(count, 1), max(across, 1), at

    def set_speed(self, speed: str) -> None:
        """Play faster or slower."""
        self.speed = speed
        if self.playing:
            self._timer.start(self._interval())

    def toggle(self, direction: int = 1) -> None:
        """Start, or stop; at the end it starts over."""
        if self.playing:
            self.stop()
            return
        self.direction = direction
        if self.reduced:
            self.step(direction)
            return
        if self._at_end():
            self._go(0 if direction > 0 else self.count - 1)
        self._timer.start(self._interval())
        self.playing_changed.emit(True)

    def stop(self) -> None:
        """Stay where it is."""
        if self.playing:
            self._timer.stop()
            self.playing_changed.emit(False)

    def step(self, by: int) -> None:
        """Move by some values; both ends are walls."""
        self._go(min(max(self.at + by, 0), self.count - 1))

    def _tick(self) -> None:
        self.step(self.direction * self._stride())
        if self._at_end():
            self.stop()
        elif self._timer.interval() != self._interval():
            self._timer.start(self._interval())

    def _at_end(self) -> bool:
        return self.at >= self.count - 1 if self.direction > 0 else self.at <= 0

    def _stride(self) -> int:
        """Return how many values one tick takes: a sweep shows its first row one by one, then hurries."""
        return max(self.count // SWEEP_TICKS, 1) if self._hurries() else 1

    def _hurries(self) -> bool:
        done = self.at if self.direction > 0 else self.count - 1 - self.at
        return self.speed == "sweep" and done >= self.across

    def _interval(self) -> int:
        if self.speed == "sweep":
            return SWEEP_MS if self._hurries() else FIRST_ROW_MS
        return round(1000 / PER_SECOND[self.speed])

    def _go(self, at: int) -> None:
        if at != self.at:
            self.at = at
            self.moved.emit(at)
