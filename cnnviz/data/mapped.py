"""Arrays in .npy and .h5 files that are read piece by piece, so that a file may be larger than the memory."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.data.stored import Places, Stored
from cnnviz.errors import DataError

_AGAIN = "Check that it was copied or fetched whole."


class InFile(Stored):
    """An array in a file, seen with its axes in the order of `axes` (the sample axis first) and as uint8 or float32.

    `rows` are the samples of it that belong here (start, stop). The file is opened when it is first read, in whatever
    process that happens; only path and choices travel.
    """

    def __init__(
        self, path: Path, key: str = "", axes: Sequence[int] = (), rows: tuple[int, int] | None = None
    ) -> None:
        self.path, self.key = Path(path).absolute(), key
        self._open: Any = None
        found = self._opened()
        self._axes = tuple(axes) or tuple(range(len(found.shape)))
        if sorted(self._axes) != list(range(len(found.shape))):
            raise DataError(
                f"It has {len(found.shape)} axes, {found.shape}.",
                where=self._where,
                hint="Choose other axes.",
            )
        shape = tuple(int(found.shape[axis]) for axis in self._axes)
        self._rows = rows or (0, shape[0])
        if not 0 <= self._rows[0] < self._rows[1] <= shape[0]:
            raise DataError(
                f"It has {shape[0]:,} samples, no {self._rows[1]:,}.", where=self._where, hint=_AGAIN
            )
        if found.dtype.kind not in "uifb":
            raise DataError(
                f"It holds {found.dtype}, no numbers.", where=self._where, hint="Choose another array."
            )
        self.shape = (self._rows[1] - self._rows[0], *shape[1:])
        self.dtype = np.dtype(np.uint8 if found.dtype == np.uint8 else np.float32)

    @property
    def identity(self) -> str:
        """Return path, size, time of the last change, and what is taken of the file."""
        status = self.path.stat()
        return f"{self._where} {status.st_size} {status.st_mtime_ns} {self._axes} {self._rows}"

    def read(self, places: Places) -> NDArray[Any]:
        """Read these samples; DataError where the file can't be read any more."""
        try:
            values = self._take(self._opened(), places + self._rows[0])
        except (OSError, ValueError, KeyError, RuntimeError) as error:
            raise DataError(f"It can't be read ({error}).", where=self._where, hint=_AGAIN) from error
        return np.ascontiguousarray(values.transpose(self._axes), self.dtype)

    def whole(self) -> NDArray[Any]:
        """Return all samples, in memory."""
        return self.read(np.arange(len(self)))

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_open": None}

    def _take(self, found: Any, places: Places) -> NDArray[Any]:
        """Read rows along the sample axis, in the file's order of axes."""
        axis = self._axes[0]
        index: list[Any] = [slice(None)] * len(found.shape)
        parts = []
        for first, last in _runs(places):
            index[axis] = slice(first, last)
            parts.append(np.asarray(found[tuple(index)]))
        return np.concatenate(parts, axis=axis) if len(parts) > 1 else parts[0]

    def _opened(self) -> Any:
        if self._open is None:
            self._open = self._find()
        return self._open

    @abstractmethod
    def _find(self) -> Any:
        """Open the file and return its array, without reading the values."""

    @property
    def _where(self) -> str:
        return f"{self.path}/{self.key}" if self.key else str(self.path)


class NpyArray(InFile):
    """The array of an .npy file, memory-mapped."""

    def _find(self) -> Any:
        try:
            return np.load(self.path, mmap_mode="r", allow_pickle=False)
        except FileNotFoundError as error:
            raise DataError("There is no such file.", where=self._where, hint="Check the path.") from error
        except (OSError, ValueError, EOFError, SyntaxError) as error:
            what = "This is no whole .npy file of numbers."
            raise DataError(what, where=self._where, hint=_AGAIN) from error


class Hdf5Array(InFile):
    """An array in an HDF5 file."""

    def _find(self) -> Any:
        try:
            found = open_hdf5(self.path).get(self.key)
        except (OSError, RuntimeError, KeyError) as error:
            raise DataError("The HDF5 file is damaged.", where=self._where, hint=_AGAIN) from error
        if not hasattr(found, "dtype") or not getattr(found, "shape", ()):
            raise DataError(
                f"It has no array {self.key!r}.", where=str(self.path), hint="Choose another array."
            )
        return found


def open_hdf5(path: Path) -> Any:
    """Return an opened HDF5 file; DataError where it is none, or broken."""
    import h5py  # imported here because it takes 0.2 s

    try:
        return h5py.File(path, "r")
    except FileNotFoundError as error:
        raise DataError("There is no such file.", where=str(path), hint="Check the path.") from error
    except OSError as error:
        what = "This is no whole HDF5 file."
        raise DataError(what, where=str(path), hint=_AGAIN) from error


def _runs(places: Places) -> list[tuple[int, int]]:
    """Return neighbours in rising order as (first, last + 1), so that they are read at once."""
    if not len(places):
        return [(0, 0)]
    breaks = np.flatnonzero(np.diff(places) != 1) + 1
    return [(int(part[0]), int(part[-1]) + 1) for part in np.split(places, breaks)]
