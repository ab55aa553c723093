"""The numbers behind one curve: appended cheaply, smoothed as they come, thinned for drawing as they come."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

SMALLEST_LOG = 1e-8  # what a logarithmic axis shows for zero and below
CHUNK = 32_768
"""Values that are taken at once: memory that is used again is much cheaper than new memory."""
BLOCK = 64
"""Values that are smoothed by one matrix product."""

FloatArray = NDArray[np.float64]
Style = Literal["train", "validation", "other", "plan"]


class Series:
    """Growing x and y arrays, and y smoothed by an exponential mean (weight `smoothing` on the past).

    The mean is divided by the weight it has gathered, so the first values are not pulled towards zero.
    """

    def __init__(self, smoothing: float = 0.95) -> None:
        self._data = np.empty((3, 256), dtype=np.float64)
        self._count = 0
        self._smoothing = smoothing
        self._mean = 0.0
        self._restart()

    def _restart(self) -> None:
        self._mean, self._smoothed = 0.0, 0
        self._raw_places, self._smooth_places = Envelope(), Envelope()
        self.low, self.high = np.inf, -np.inf

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
        """All smoothed y, a view; `low` and `high` are the smallest and the largest of them."""
        return self._data[2, : self._count]

    def append(self, xs: Iterable[float], ys: Iterable[float]) -> None:
        """Add points; x must not decrease. Values that are not finite are left out."""
        x, y = _array(xs), _array(ys)
        count = self._count + len(y)
        if count > self._data.shape[1]:
            room = np.empty((3, max(count, 2 * self._data.shape[1])))
            room[:, : self._count] = self._data[:, : self._count]
            self._data = room
        for start in range(0, len(y), CHUNK):
            self._take(x[start : start + CHUNK], y[start : start + CHUNK])

    def _take(self, x: FloatArray, y: FloatArray) -> None:
        """Add points for which there is room."""
        finite = np.isfinite(y)
        if not finite.all():
            x, y = x[finite], y[finite]
        if not len(y):
            return
        count = self._count + len(y)
        self._data[0, self._count : count], self._data[1, self._count : count] = x, y
        self._count = count
        self._smooth_on()

    def set_smoothing(self, smoothing: float) -> None:
        """Smooth all values anew."""
        self._smoothing = smoothing
        count = self._count
        self._restart()
        for end in range(CHUNK, count + CHUNK, CHUNK):
            self._count = min(end, count)
            self._smooth_on()

    def raw_outline(self, bins: int) -> tuple[FloatArray, FloatArray]:
        """Return at most 2·`bins` + 2 of the points, with all peaks: what drawing needs, found as they come."""
        places = self._raw_places.places(self.y, bins)
        return self.x[places], self.y[places]

    def smooth_outline(self, bins: int) -> tuple[FloatArray, FloatArray]:
        """Return the same of the smoothed values."""
        places = self._smooth_places.places(self.smooth, bins)
        return self.x[places], self.smooth[places]

    def at(self, x: float) -> float | None:
        """The smoothed value of the point nearest to `x`; None while empty."""
        if not self._count:
            return None
        after = min(int(np.searchsorted(self.x, x)), self._count - 1)
        before = max(after - 1, 0)
        nearest = before if abs(self.x[before] - x) <= abs(self.x[after] - x) else after
        return float(self.smooth[nearest])

    def _smooth_on(self) -> None:
        """Smooth what has come since the last time."""
        start, kept = self._smoothed, self._smoothing
        y = self._data[1, start : self._count]
        means = running_mean(y, kept, self._mean)
        self._mean = float(means[-1])
        fresh = means.copy()
        light = min(_filling(kept), self._count)  # after so many values the mean has gathered all its weight
        if start < light:
            fresh[: light - start] /= 1.0 - kept ** np.arange(start + 1, light + 1)
        self._data[2, start : self._count] = fresh
        self._smoothed = self._count
        self.low, self.high = min(self.low, float(fresh.min())), max(self.high, float(fresh.max()))


def _filling(kept: float) -> int:
    """Return after how many values a running mean has its whole weight, to the last bit of a float64."""
    return math.ceil(-37.0 / math.log(kept)) if kept else 0


def running_mean(y: FloatArray, kept: float, before: float) -> FloatArray:
    """Return the means m = `kept`·m + (1 − `kept`)·y, beginning with `before`, in blocks: a million take 0.1 s."""
    if not kept:
        return y
    size = min(BLOCK, len(y))
    lags = np.arange(size)[:, None] - np.arange(size)
    kernel = np.where(lags >= 0, (1 - kept) * kept ** np.maximum(lags, 0), 0.0)
    fading = kept ** np.arange(1, size + 1)
    whole = len(y) // size * size
    own = y[:whole].reshape(-1, size) @ kernel.T
    starts = np.empty(len(own))
    for place, last in enumerate(own[:, -1].tolist()):
        starts[place] = before
        before = before * fading[-1] + last
    found = (own + starts[:, None] * fading).ravel()
    rest = y[whole:]
    if not len(rest):
        return found
    left = kernel[: len(rest), : len(rest)] @ rest + before * fading[: len(rest)]
    return np.concatenate([found, left])


class Envelope:
    """Where the smallest and the largest value of each bin lie.

    Bins double their width when there are too many of them, so that the work of a look depends on what has come since
    the last one, and not on everything before.
    """

    def __init__(self) -> None:
        self._width = 1
        self._low = self._high = np.zeros(0, np.int64)

    def places(self, y: FloatArray, bins: int) -> NDArray[np.int64]:
        """Return at most 2·`bins` + 2 places in order; the last point is always among them."""
        if len(y) <= 2 * bins:
            return np.arange(len(y))
        if not len(self._low):
            self._width = 1 << max((len(y) // (2 * bins)).bit_length() - 1, 0)
        self._take(y)
        while len(self._low) > bins:
            self._halve(y)
            self._take(y)
        done = len(self._low) * self._width
        pairs = np.sort(np.stack([self._low, self._high], axis=1), axis=1).ravel()
        last, rest = len(y) - 1, y[done:]
        tail = [done + int(rest.argmin()), done + int(rest.argmax())] if len(rest) else []
        return np.concatenate([pairs, np.unique([*tail, last])]) if pairs[-1] != last else pairs

    def _take(self, y: FloatArray) -> None:
        """Find the extremes of the bins that are full now."""
        done, width = len(self._low) * self._width, self._width
        whole = (len(y) - done) // width
        parts = y[done : done + whole * width].reshape(whole, width)
        base = done + np.arange(whole) * width
        if whole:
            self._low = np.concatenate([self._low, base + parts.argmin(axis=1)])
            self._high = np.concatenate([self._high, base + parts.argmax(axis=1)])

    def _halve(self, y: FloatArray) -> None:
        even = len(self._low) // 2 * 2
        low, high = self._low[:even].reshape(-1, 2), self._high[:even].reshape(-1, 2)
        rows = np.arange(len(low))
        self._low, self._high = low[rows, y[low].argmin(axis=1)], high[rows, y[high].argmax(axis=1)]
        self._width *= 2


def _array(values: Iterable[float]) -> FloatArray:
    """Return numbers as float64, also those of a range or a list."""
    if (
        isinstance(values, np.ndarray)
        or hasattr(values, "__array_interface__")
        or hasattr(values, "typecode")
    ):
        return np.asarray(values, dtype=np.float64)
    return np.fromiter(values, dtype=np.float64)


@dataclass
class Curve:
    """A series, how it is drawn (see `Curves`), and its plot items.

    `drawn` is what was drawn last, so that a series that stands still is not drawn again.
    """

    text: str
    color: str
    style: Style
    data: Series
    raw: Any = None
    line: Any = None
    drawn: tuple[object, ...] = ()


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
