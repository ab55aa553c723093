"""What a forecast begins with, and what it is held against: the truth as far as it is known, and two rules of thumb."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from cnnviz.data.timeline import Floats, Timeline

LAST, PERIOD = "repeat the last value", "repeat the last period"
_MOST_LOOKED_AT = 4096
_LEAST_LIKENESS = 0.3
_LEAST_PERIOD = 2
_AS_HIGH = 0.9
"""All multiples of a period have peaks of about one height: the first of them is it."""


@dataclass(frozen=True, eq=False)
class Outlook:
    """A forecast of `steps` steps, of which `now` is the first: a network sees `length` steps before it, then its own.

    Columns that are not predicted are taken as they are known; from where nothing is, their last values stay.
    """

    timeline: Timeline
    now: int
    length: int
    steps: int

    @cached_property
    def seen(self) -> Floats:
        """The window before the first step, (length, columns)."""
        return self.timeline.values[self.now - self.length : self.now]

    @cached_property
    def given(self) -> Floats:
        """All columns of the steps to come, (steps, columns), as far as they are known; then their last values."""
        values = self.timeline.values
        return values[np.minimum(np.arange(self.now, self.now + self.steps), len(values) - 1)]

    @cached_property
    def truth(self) -> Floats:
        """What came true: (known steps, predicted columns)."""
        return self.timeline.values[self.now : self.now + self.steps][:, list(self.timeline.predicted)]

    @cached_property
    def period(self) -> int:
        """The period of the past, in steps, after which it is like itself; 1 where it is like nothing before."""
        past = self.timeline.values[max(self.now - _MOST_LOOKED_AT, 0) : self.now]
        return period_of(past[:, list(self.timeline.predicted)])

    @cached_property
    def rules(self) -> dict[str, Floats]:
        """What two rules without a network foresee, by their names: (steps, predicted columns) each."""
        past = self.timeline.values[: self.now][:, list(self.timeline.predicted)]
        steps = np.arange(self.steps)
        found = {LAST: np.repeat(past[-1:], self.steps, axis=0)}
        if self.period > 1:
            found[PERIOD] = past[self.now - self.period + steps % self.period]
        return found


@dataclass(frozen=True, eq=False)
class Foreseen:
    """Some steps of a forecast, from `first` on: `line` (steps, predicted columns), and beside it
    `paths` (steps, paths, predicted columns).
    """

    first: int
    line: Floats
    paths: Floats


def period_of(values: Floats) -> int:
    """Return the lag of the first high peak in the mean autocorrelation of columns (steps, columns), or 1."""
    steps = len(values)
    centred = np.asarray(values, np.float64) - values.mean(axis=0)
    power = (centred**2).sum(axis=0)
    if steps < 3 * _LEAST_PERIOD or not (power > 0).any():
        return 1
    spectrum = np.fft.rfft(centred[:, power > 0], 2 * steps, axis=0)
    likeness = np.fft.irfft(np.abs(spectrum) ** 2, axis=0)[: steps // 3] / power[power > 0]
    mean: NDArray[np.float64] = likeness.mean(axis=1) * steps / (steps - np.arange(len(likeness)))
    peaks = [
        at
        for at in range(_LEAST_PERIOD, len(mean) - 1)
        if mean[at] >= mean[at - 1] and mean[at] > mean[at + 1] and mean[at] > _LEAST_LIKENESS
    ]
    highest = max((float(mean[at]) for at in peaks), default=0.0)
    return next((at for at in peaks if mean[at] >= _AS_HIGH * highest), 1)


def root_mean_squares(errors: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the root of the mean square of errors (steps, columns) over all steps so far, per column."""
    counts = np.arange(1, len(errors) + 1)[:, None]
    return np.asarray(np.sqrt(np.cumsum(errors**2, axis=0) / counts), np.float64)
