"""The numbers behind one curve: appended cheaply, smoothed as they come."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

SMALLEST_LOG = 1e-8  # what a logarithmic axis shows for zero and below

FloatArray = NDArray[np.float64]
Style = Literal["train", "validation", "other"]


class Series:
    """Growing x and y arrays, and y smoothed by an exponential mean (weight `smoothing` on the past).

    The mean is divided by the weight it has gathered, so the first values are not pulled towards zero.
    """

    def __init__(self, smoothing: float = 0.95) -> None:
        self._data = np.empty((3, 256), dtype=np.float64)
        self._count = 0
        self._smoothing = smoothing
        self._mean = self._weight = 0.0

    def __len__(self) -> int:
        return self._count

    @property
    def x(self) -> FloatArray:
        """All x, a view."""
        return self._data[0, : self._count]

    @property
    def y(self) -> FloatArray:
        """All y, a view."""
        return self._data[1, : self._count]

    @property
    def smooth(self) -> FloatArray:
        """All smoothed y, a view."""
        return self._data[2, : self._count]

    def append(self, xs: Iterable[float], ys: Iterable[float]) -> None:
        """Add points; x must not decrease. Values that are not finite are left out."""
        for x, y in zip(xs, ys, strict=True):
            if not np.isfinite(y):
                continue
            if self._count == self._data.shape[1]:
                self._data = np.concatenate([self._data, np.empty_like(self._data)], axis=1)
            self._data[:, self._count] = x, y, self._smoothed(float(y))
            self._count += 1

    def set_smoothing(self, smoothing: float) -> None:
        """Smooth all values anew."""
        self._smoothing, self._mean, self._weight = smoothing, 0.0, 0.0
        self._data[2, : self._count] = [self._smoothed(float(y)) for y in self.y]

    def at(self, x: float) -> float | None:
        """The smoothed value of the point nearest to `x`; None while empty."""
        if not self._count:
            return None
        after = min(int(np.searchsorted(self.x, x)), self._count - 1)
        before = max(after - 1, 0)
        nearest = before if abs(self.x[before] - x) <= abs(self.x[after] - x) else after
        return float(self.smooth[nearest])

    def _smoothed(self, y: float) -> float:
        self._mean = self._smoothing * self._mean + (1 - self._smoothing) * y
        self._weight = self._smoothing * self._weight + (1 - self._smoothing)
        return self._mean / self._weight


@dataclass
class Curve:
    """A series, how it is drawn ("train" raw and smoothed, "validation" dashed, "other" thin), and its plot items.

    `drawn` is what was drawn last, so that a series that stands still is not drawn again.
    """

    text: str
    color: str
    style: Style
    data: Series
    raw: Any = None
    line: Any = None
    drawn: tuple[object, ...] = ()


def envelope(x: FloatArray, y: FloatArray, bins: int) -> tuple[FloatArray, FloatArray]:
    """At most 2·`bins` points with the smallest and largest y of each bin: looks the same, draws in no time."""
    size = len(x) // bins
    if size < 3:
        return x, y
    whole = size * bins
    parts = y[:whole].reshape(bins, size)
    place = np.sort(np.stack([parts.argmin(axis=1), parts.argmax(axis=1)], axis=1), axis=1)
    index = (place + np.arange(bins)[:, None] * size).ravel()
    index = np.concatenate([index, np.arange(whole, len(x))])
    return x[index], y[index]


def nice_above(value: float) -> float:
    """The smallest of 1, 2, 5, 10, 20 ... (and their tenths) that is at least `value` (> 0)."""
    power = 10.0 ** np.floor(np.log10(value))
    return float(next(digit * power for digit in (1, 2, 5, 10) if digit * power >= value * (1 - 1e-9)))


def nice_below(value: float) -> float:
    """The largest of that series that is at most `value` (> 0)."""
    power = 10.0 ** np.floor(np.log10(value))
    return float(next(digit * power for digit in (5, 2, 1) if digit * power <= value * (1 + 1e-9)))


def grown_limits(now: tuple[float, float] | None, low: float, high: float, log: bool) -> tuple[float, float]:
    """Axis limits for values from `low` to `high`: `now` as long as they fit, else wider ones at round numbers."""
    floor = max(low, SMALLEST_LOG) if log else low
    high = max(high, floor + 1e-12, SMALLEST_LOG)
    if now and now[0] <= floor and high <= now[1]:
        return now
    top = nice_above(high * 1.05)
    bottom = nice_below(floor * 0.8) if log else 0.0 if low >= 0 else -nice_above(-low * 1.05)
    return (min(bottom, now[0]), max(top, now[1])) if now else (bottom, top)
