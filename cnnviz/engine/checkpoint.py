"""A training kept in one file, from which it goes on as if nothing had happened: .safetensors, with JSON in its head.

Nothing is pickled. The file is replaced as a whole, so that whoever is killed while writing leaves the one before.
"""

from __future__ import annotations

import json
import struct
import time
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load as parse
from safetensors.numpy import save as serialise

from cnnviz.errors import TrainError
from cnnviz.paths import write_atomically
from cnnviz.runs.moments import keep_moment
from cnnviz.runs.names import CHECKPOINT_NAME

FILE_NAME, FORMAT = CHECKPOINT_NAME, 1
SECONDS, LARGEST_SHARE = 60.0, 0.02
"""How long a training goes on at most before it is kept again, and the part of its time that keeping may take."""


@dataclass(frozen=True)
class Checkpoint:
    """All arrays and all other values of a training at the end of a step; `values` is JSON-ready."""

    arrays: Mapping[str, NDArray[Any]]
    values: Mapping[str, Any]

    def part(self, name: str) -> dict[str, NDArray[Any]]:
        """Return the arrays whose names begin with `name` and a slash, without that."""
        start = f"{name}/"
        return {key[len(start) :]: array for key, array in self.arrays.items() if key.startswith(start)}


def save(path: Path, checkpoint: Checkpoint) -> None:
    """Write a checkpoint, a file or the one in an existing folder, atomically; raise OSError where that fails."""
    arrays = {name: np.ascontiguousarray(array) for name, array in checkpoint.arrays.items()}
    values = json.dumps(checkpoint.values)
    head = {"format": str(FORMAT), "values": values, "sum": _sum(arrays, values)}
    write_atomically(_file(path), serialise(arrays, metadata=head))


def load(path: Path) -> Checkpoint:
    """Read a checkpoint, a file or the one in a folder; raise TrainError where there is none or it is damaged."""
    file = _file(path)
    try:
        content = file.read_bytes()
    except OSError as error:
        raise TrainError(
            f"the training can't go on: {error.strerror or error}.", where=str(file), hint="Start it anew."
        ) from None
    try:
        arrays, head = parse(content), _head(content)
        if head.get("format") != str(FORMAT):
            raise TrainError(
                "it was kept by a newer cnnviz.", where=str(file), hint="Install the newest one."
            )
        values = json.loads(head["values"])
        if head["sum"] != _sum(arrays, head["values"]):
            raise ValueError("its content has changed since it was written")
    except (SafetensorError, ValueError, KeyError, TypeError, struct.error, RecursionError) as error:
        raise TrainError(
            f"is no readable checkpoint ({error}).", where=str(file), hint="Start it anew."
        ) from None
    return Checkpoint(arrays, values)


def _file(path: Path) -> Path:
    return path / FILE_NAME if path.is_dir() else path


def _sum(arrays: Mapping[str, NDArray[Any]], values: str) -> str:
    """Return a number that changes with any bit: a disk that lies must not change what a training learns."""
    found = zlib.crc32(values.encode())
    for name in sorted(arrays):
        found = zlib.crc32(
            np.ascontiguousarray(arrays[name]).data.cast("B") if arrays[name].size else b"", found
        )
        found = zlib.crc32(name.encode(), found)
    return f"{found:08x}"


def _head(content: bytes) -> dict[str, str]:
    """Return the texts in the head of a .safetensors file: 8 bytes with its length, then JSON."""
    (length,) = struct.unpack("<Q", content[:8])
    found = json.loads(content[8 : 8 + length]).get("__metadata__", {})
    return found if isinstance(found, dict) else {}


class Keeper:
    """Keeps a training every epoch and every minute, but never for more than 2 % of its time."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._since = time.perf_counter()
        self._cost = 0.0
        self._refused = False

    def due(self, epoch_ended: bool) -> bool:
        """Say whether it is time."""
        passed = time.perf_counter() - self._since
        affordable = passed * LARGEST_SHARE >= self._cost
        return affordable and (epoch_ended or passed >= SECONDS)

    def keep(self, take: Callable[[], Checkpoint], moment: int | None = None) -> str:
        """Write what `take` returns; return a notice where that fails for the first time, and leave the older file.

        A checkpoint of a `moment`, a step worth going back to, stays when a later one is written.
        """
        start, notice = time.perf_counter(), ""
        try:
            save(self._path, take())
            if moment is not None:
                keep_moment(_file(self._path), moment)
            self._refused = False
        except OSError as error:
            if not self._refused:
                notice = (
                    f"The training can't be kept in {self._path} ({error.strerror or error}). It goes on, but would "
                    "begin again from an older moment after an interruption. Free some space."
                )
            self._refused = True
        self._since = time.perf_counter()
        self._cost = self._since - start
        return notice
