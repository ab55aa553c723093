"""Samples that are read from a file, or made, only when they are asked for: arrays without their values in memory."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

import numpy as np
from numpy.typing import NDArray

Places = NDArray[np.int64]


class Stored(ABC):
    """Looks like an array (N, …) of `dtype` that is indexed along its first axis only.

    Pickled, it travels as what it needs to read again (a path, a seed), never as its values. Reading may happen in
    several threads at the same time.
    """

    shape: tuple[int, ...]
    dtype: np.dtype[Any]

    @abstractmethod
    def read(self, places: Places) -> NDArray[Any]:
        """Return the samples at these places (in their order; places may repeat) as an array in memory."""

    @property
    @abstractmethod
    def identity(self) -> str:
        """Return a text that changes when the values do, found without reading them all."""

    @property
    def ndim(self) -> int:
        """How many axes there are, the first included."""
        return len(self.shape)

    @property
    def size(self) -> int:
        """How many values there are in all."""
        return int(np.prod(self.shape, dtype=np.int64))

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, places: int | slice | NDArray[Any]) -> NDArray[Any]:
        if isinstance(places, (int, np.integer)):
            return np.asarray(self.read(np.array([places]) % len(self))[0])
        found = np.arange(len(self))[places]
        return self.read(found)


class Part(Stored):
    """Some samples of another stored array, in the order of `places`."""

    def __init__(self, whole: Stored, places: Places) -> None:
        self._whole, self._places = whole, np.asarray(places, np.int64)
        self.shape, self.dtype = (len(places), *whole.shape[1:]), whole.dtype

    def read(self, places: Places) -> NDArray[Any]:
        """Read them from the whole."""
        return self._whole.read(self._places[places])

    @property
    def identity(self) -> str:
        """Return that of the whole, and which part it is."""
        return f"{self._whole.identity} at {self._places.tobytes().hex()}"
