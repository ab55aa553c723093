"""What the command line says: results on stdout, everything about the way there on stderr."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterable, Sequence
from typing import Any, TextIO

BAR = 24
REFRESH_SECONDS = 0.1
SPARSE_SECONDS = 10.0
"""How often a long task speaks where stderr is no terminal, such as in a log file."""


def result(text: str) -> None:
    """Print a line of the result."""
    print(text, flush=True)


def result_json(value: object) -> None:
    """Print a result as one line of JSON."""
    print(json.dumps(value, ensure_ascii=False, allow_nan=False), flush=True)


def tell(text: str) -> None:
    """Print a line about the way to the result."""
    print(text, file=sys.stderr, flush=True)


def table(rows: Iterable[Sequence[str]], right: Iterable[int] = ()) -> str:
    """Return rows as aligned columns; `right` are the columns whose entries end at the right."""
    found = [tuple(row) for row in rows]
    widths = [max(len(entry) for entry in column) for column in zip(*found, strict=True)]
    ends = set(right)
    lines = (
        "  ".join(
            entry.rjust(width) if place in ends else entry.ljust(width)
            for place, (entry, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in found
    )
    return "\n".join(line.rstrip() for line in lines)


class Progress:
    """A bar on stderr with the speed and the time left; in a log file a line now and then.

    As a context it clears the bar at the end, so that an error message gets a line of its own.
    """

    def __init__(self, unit: str, scale: float = 1.0, stream: TextIO | None = None) -> None:
        self._unit, self._scale = unit, scale
        self._stream = stream or sys.stderr
        self._live = self._stream.isatty()
        self._began = time.monotonic()
        self._before, self._done = 0, -1
        """What was done already when it began (a training that goes on, a broken download), and what is done now."""
        self._last = 0.0 if self._live else self._began
        self._width = 0

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_error: object) -> None:
        self.clear()

    def show(self, label: str, done: int, total: int | None, rate: float | None = None) -> None:
        """Show how far a task is, if the last time is long enough ago; `rate` is in units per second."""
        now = time.monotonic()
        if self._done < 0 or done < self._done:
            self._began, self._before = now, done
        self._done = done
        if now - self._last < (REFRESH_SECONDS if self._live else SPARSE_SECONDS):
            return
        self._last = now
        self._write(self._line(label, done, total, now, rate))

    def clear(self) -> None:
        """Remove the bar, so that other lines can follow."""
        if self._live and self._width:
            self._stream.write("\r" + " " * self._width + "\r")
            self._stream.flush()
            self._width = 0

    def _line(self, label: str, done: int, total: int | None, now: float, rate: float | None) -> str:
        pace = (done - self._before) / max(now - self._began, 1e-9)
        parts = [label, _bar(done / total) if total else ""]
        shown = pace * self._scale if rate is None else rate
        parts.append(f"{shown:,.0f} {self._unit}/s" if shown >= 10 else f"{shown:.1f} {self._unit}/s")
        if total and pace > 0:
            parts.append(f"{_clock((total - done) / pace)} left")
        return "  ".join(part for part in parts if part)

    def _write(self, line: str) -> None:
        if self._live:
            self._stream.write("\r" + line.ljust(self._width))
            self._width = len(line)
        else:
            self._stream.write(line + "\n")
        self._stream.flush()


def _bar(share: float) -> str:
    full = round(min(max(share, 0.0), 1.0) * BAR)
    return f"[{'#' * full}{'.' * (BAR - full)}] {share:4.0%}"


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def plain(value: Any) -> str:
    """Write a number with the digits that matter."""
    return f"{value:.6g}" if isinstance(value, float) else str(value)
