"""The arithmetic of a measurement: speeds of turns, medians, ratios, percentiles."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median, quantiles

WARM_SECONDS = 0.2
"""Every turn begins with this long unmeasured: caches and thread pools have served somebody else meanwhile."""

Work = Iterator[int | None]
"""Yields the samples learned in each pull, or None where the time of a pull is not training (evaluation)."""


def speed(work: Work, seconds: float, warm: float = WARM_SECONDS) -> float:
    """Return samples per second of some work over about `seconds`."""
    if warm:
        speed(work, warm, 0.0)
    samples, spent, before = 0, 0.0, time.perf_counter()
    while spent < seconds:
        found = next(work)
        now = time.perf_counter()
        if found is not None:
            samples, spent = samples + found, spent + now - before
        before = now
    return samples / spent


@dataclass(frozen=True)
class Ratio:
    """Speeds of two sides in the same rounds: the median of the ratios within rounds, and their quartiles."""

    mine: tuple[float, ...]
    theirs: tuple[float, ...]

    @property
    def ratios(self) -> tuple[float, ...]:
        """Return mine / theirs, round by round."""
        return tuple(mine / other for mine, other in zip(self.mine, self.theirs, strict=True))

    @property
    def median(self) -> float:
        """Return the ratio that half of the rounds reach."""
        return median(self.ratios)

    def told(self) -> str:
        """Say the speeds behind the ratio, and how much the rounds differ."""
        low, _, high = quantiles(self.ratios, n=4) if len(self.ratios) > 1 else (self.median,) * 3
        speeds = f"{median(self.mine):,.0f} beside {median(self.theirs):,.0f} samples/s"
        return f"{speeds}; {len(self.ratios)} rounds, middle half {low:.2f}–{high:.2f}"


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value that `share` (0 to 1) of the values do not exceed; NaN where there are none."""
    if not values:
        return float("nan")
    return sorted(values)[min(int(share * len(values)), len(values) - 1)]
