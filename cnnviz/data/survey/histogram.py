"""A histogram of values whose range is not known before all of them are seen; every count is exact."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

MOST_BINS = 256


class Histogram:
    """Counts values in bins [k·width, (k + 1)·width); `width` is a power of two and doubles when bins become too many.

    As floor(floor(v / width) / 2) is floor(v / (2·width)), what was counted before a doubling is counted as if the
    final width had been known from the beginning. Bytes have a bin each. Values that are not finite are counted apart.
    """

    def __init__(self, dtype: np.dtype[Any], bins: int = MOST_BINS) -> None:
        self._most = bins
        self._exponent: int | None = 0 if dtype == np.uint8 else None
        self._first, self._counts = 0, np.zeros(0, np.int64)
        self.low, self.high = math.inf, -math.inf
        self.total, self.not_finite = 0, 0
        self._sum, self._squares = 0.0, 0.0

    def add(self, values: NDArray[Any]) -> None:
        """Count values, uint8 or float32, of any shape."""
        flat = values.reshape(-1)
        if flat.dtype == np.uint8:
            self._add_bytes(flat)
            return
        finite = np.isfinite(flat)
        if not finite.all():
            self.not_finite += int(flat.size - np.count_nonzero(finite))
            flat = flat[finite]
        if flat.size:
            self._add_floats(flat)

    @property
    def width(self) -> float:
        """How wide a bin is; 1 while nothing was counted."""
        return 2.0 ** (self._exponent or 0)

    @property
    def edges(self) -> NDArray[np.float64]:
        """Where the bins begin, and at last where the last one ends: one more than there are counts."""
        return np.asarray((self._first + np.arange(len(self._counts) + 1)) * self.width)

    @property
    def counts(self) -> NDArray[np.int64]:
        """How many values lie in each bin."""
        return self._counts

    @property
    def mean(self) -> float:
        """The mean of the finite values; nan where there are none."""
        return self._sum / self.total if self.total else math.nan

    @property
    def deviation(self) -> float:
        """Their standard deviation (division by their number); nan where there are none."""
        if not self.total:
            return math.nan
        return math.sqrt(max(self._squares / self.total - self.mean**2, 0.0))

    def _add_bytes(self, flat: NDArray[Any]) -> None:
        counts = np.bincount(flat, minlength=256)
        places = np.arange(256)
        self._remember(flat.size, float(counts @ places), float(counts @ places**2))
        present = np.flatnonzero(counts)
        self._spread(float(present[0]), float(present[-1]))
        self._count(0, counts)

    def _add_floats(self, flat: NDArray[Any]) -> None:
        values = flat.astype(np.float64)
        self._remember(flat.size, float(values.sum()), float(values @ values))
        self._spread(float(values.min()), float(values.max()))
        if self._exponent is None:
            self._exponent = self._fitting()
        while self._bins_needed() > self._most:
            self._double()
        places = np.floor(np.ldexp(values, -self._exponent)).astype(np.int64)
        first = int(places.min())
        self._count(first, np.bincount(places - first))

    def _remember(self, count: int, total: float, squares: float) -> None:
        self.total += count
        self._sum += total
        self._squares += squares

    def _spread(self, low: float, high: float) -> None:
        self.low, self.high = min(self.low, low), max(self.high, high)

    def _fitting(self) -> int:
        """Return an exponent so small that the first values fill the bins well."""
        reach = max(self.high - self.low, abs(self.high) * 2.0**-40, 2.0**-60)
        return math.floor(math.log2(reach / self._most))

    def _bins_needed(self) -> int:
        return math.floor(self.high / self.width) - math.floor(self.low / self.width) + 1

    def _double(self) -> None:
        """Make bins twice as wide."""
        self._exponent = (self._exponent or 0) + 1
        if not len(self._counts):
            return
        before = self._first + np.arange(len(self._counts))
        first = int(before[0]) >> 1
        self._counts = np.bincount((before >> 1) - first, self._counts).astype(np.int64)
        self._first = first

    def _count(self, first: int, counts: NDArray[np.int64]) -> None:
        """Add counts of bins from `first` on."""
        if not len(self._counts):
            self._first, self._counts = first, counts.astype(np.int64)
            return
        begin = min(first, self._first)
        end = max(first + len(counts), self._first + len(self._counts))
        found = np.zeros(end - begin, np.int64)
        found[self._first - begin : self._first - begin + len(self._counts)] = self._counts
        found[first - begin : first - begin + len(counts)] += counts
        self._first, self._counts = begin, found
