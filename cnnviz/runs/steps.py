"""The numbers of every step in a .npy file that only grows: memory-mapped when read, so a million open in no time."""

from __future__ import annotations

import math
from collections.abc import Iterable
from io import RawIOBase
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.errors import RunError
from cnnviz.events import StepDone

STEPS_NAME = "steps.npy"
STEP = np.dtype(
    [
        ("step", "<u4"),
        ("samples_per_s", "<f4"),
        ("loss", "<f8"),
        ("accuracy", "<f8"),  # NaN where the network names no classes
        ("learning_rate", "<f8"),
        ("seconds", "<f8"),  # of training, pauses left out
    ]
)
HEADER = 256
"""Bytes in front of the first record."""

_MAGIC = b"\x93NUMPY\x01\x00"


class StepFile:
    """The writing side. The header's count is renewed after the records, so that any reader finds whole records."""

    def __init__(self, path: Path) -> None:
        """Open a file to append to; a record that was cut short by a crash is dropped."""
        # unbuffered: what a full disk refuses must not wait in a buffer and come later, in another place
        self._file: RawIOBase = path.open("r+b" if path.exists() else "x+b", buffering=0)
        size = self._file.seek(0, 2)
        self.count = max(size - HEADER, 0) // STEP.itemsize
        self._file.truncate(HEADER + self.count * STEP.itemsize if size >= HEADER else 0)
        self._write_header()

    def append(self, steps: Iterable[tuple[StepDone, float]]) -> None:
        """Add steps with their seconds of training; raise OSError where the disk is full."""
        rows = [
            (s.step, s.samples_per_s, s.loss, _number(s.accuracy), s.learning_rate, seconds)
            for s, seconds in steps
        ]
        if not rows:
            return
        self._put(HEADER + self.count * STEP.itemsize, np.array(rows, STEP).tobytes())
        self.count += len(rows)
        self._write_header()

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _write_header(self) -> None:
        self._put(0, _header(self.count))

    def _put(self, place: int, content: bytes) -> None:
        self._file.seek(place)
        left = memoryview(content)
        while left:
            left = left[self._file.write(left) or 0 :]


def read_steps(folder: Path) -> NDArray[Any]:
    """Return all whole records (N,) of dtype STEP, memory-mapped; none where there is no file yet.

    Where training was taken up again from an earlier step, the later records of a step count. Raise RunError where the
    file is of another kind.
    """
    path = folder / STEPS_NAME
    try:
        with path.open("rb") as file:
            head = file.read(HEADER)
        count = (path.stat().st_size - HEADER) // STEP.itemsize
    except FileNotFoundError:
        return np.zeros(0, STEP)
    except OSError as error:
        what = f"{STEPS_NAME} can't be read ({error.strerror or error})."
        raise RunError(what, where=str(folder), hint="Check its permissions.") from None
    if not head.startswith(_header(0).partition(b"'shape'")[0]) and count >= 0:
        hint = "The file is damaged; judgements and snapshots beside it may be whole."
        raise RunError(f"{STEPS_NAME} holds no steps of a run.", where=str(folder), hint=hint)
    if count <= 0:
        return np.zeros(0, STEP)
    return _latest(np.memmap(path, STEP, "r", HEADER, (count,)))


def _latest(records: NDArray[Any]) -> NDArray[Any]:
    """Leave out records whose step was done again later."""
    steps = np.ascontiguousarray(records["step"])
    if (steps[1:] > steps[:-1]).all():
        return records
    lowest_after = np.minimum.accumulate(steps[::-1])[::-1]
    kept = np.append(steps[:-1] < lowest_after[1:], True)
    return records[kept]


def _header(count: int) -> bytes:
    """Return the head of a .npy file of so many records, always of the same length."""
    text = f"{{'descr': {STEP.descr!r}, 'fortran_order': False, 'shape': ({count},), }}"
    length = HEADER - len(_MAGIC) - 2
    return _MAGIC + length.to_bytes(2, "little") + text.ljust(length - 1).encode() + b"\n"


def _number(accuracy: float | None) -> float:
    return math.nan if accuracy is None else accuracy
