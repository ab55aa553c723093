"""What a search for a learning rate has found: the loss at every rate that was tried, and the rate to take."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

LOWEST, HIGHEST, TRIES = 1e-7, 10.0, 100
SMOOTHING = 0.9
"""The share of the losses before in the smoothed one."""
REACH = 4
"""Tries on both sides that a slope is taken over: two thirds of a decade together."""
TOO_HIGH = 4.0
"""Times the lowest smoothed loss: the search has seen enough."""


@dataclass(frozen=True)
class RateSearch:
    """Runs in parallel: the smoothed loss i is that of the rates up to `rates[i]`."""

    rates: tuple[float, ...]
    losses: tuple[float, ...]
    smoothed: tuple[float, ...]

    @property
    def suggestion(self) -> float | None:
        """Return the rate at which the loss falls most steeply per decade; None where it nowhere falls.

        Smith, "Cyclical learning rates for training neural networks" (2017), section 3.3, as it is usually read.
        """
        level = _centred(self.losses)  # the smoothed loss would be late, by most of a decade
        last = min(range(len(level)), key=level.__getitem__, default=0)
        slopes = {at: level[at + REACH] - level[at - REACH] for at in range(REACH, last - REACH + 1)}
        best = min(slopes, key=slopes.__getitem__, default=None)
        return None if best is None or slopes[best] >= 0 else rounded(self.rates[best])


def _centred(losses: Sequence[float]) -> list[float]:
    """Return the mean of every loss and its neighbours on both sides."""
    near = [losses[max(at - REACH, 0) : at + REACH + 1] for at in range(len(losses))]
    return [sum(each) / len(each) for each in near]


def tried_rate(number: int) -> float:
    """Return the rate of a try, from 0: every one higher than the one before by the same factor."""
    return LOWEST * (HIGHEST / LOWEST) ** (number / (TRIES - 1))


def smooth(losses: Sequence[float]) -> float:
    """Return the weighted mean of all losses so far, in which a loss counts 0.9 times as much as the next."""
    weights = [SMOOTHING**age for age in range(len(losses) - 1, -1, -1)]
    return sum(weight * loss for weight, loss in zip(weights, losses, strict=True)) / sum(weights)


def rounded(rate: float) -> float:
    """Return a rate with one digit: what is found differs by more from search to search."""
    return float(f"{rate:.0e}")
