"""How the values of each layer were spread over the training: one strip per layer, one column per census."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from cnnviz.events import Array, Census, Histogram
from cnnviz.ui import numbers

BINS = 48
QUANTITIES = {
    "weights": "Weights",
    "gradients": "Gradients",
    "activations": "Activations",
    "updates": "Update ÷ weight",
    "silent": "Silent ReLUs",
}
EXPLAINED = {
    "weights": "how many weights have each value",
    "gradients": "how many gradients have each size",
    "activations": "how many have each value, on a few fixed samples",
    "updates": "how far one step moves the weights: near 1e−3 is healthy",
    "silent": "units that answer 0 everywhere on a few fixed samples",
}
LOWEST_UPDATE, HIGHEST_UPDATE = 1e-7, 1.0
HEALTHY_UPDATE = (1e-4, 1e-2)
"""Around 1e−3 a network usually learns at a good pace, by rule of thumb."""


@dataclass(frozen=True, eq=False)
class Strip:
    """One layer through the training: `shares` (bins, moments) with the highest bin first, or `line` (moments,) 0 to 1.

    `words` say the range, or the value at the moment that is looked at; `healthy` is False where that is unusual.
    """

    node: str
    group: str
    shares: Array | None
    line: Array | None
    low: str
    high: str
    words: str
    healthy: bool = True


def strips(
    quantity: str, censuses: Sequence[Census], groups: Mapping[str, str], at: Census | None
) -> list[Strip]:
    """Return the strips of a quantity, in the order of the network; `at` is the moment looked at."""
    if not censuses:
        return []
    now = at or censuses[-1]
    names = [name for name in groups if name in getattr(censuses[-1], quantity)]
    if quantity in ("updates", "silent"):
        return [_line(quantity, name, censuses, groups[name], now) for name in names]
    return [_spread(quantity, name, censuses, groups[name]) for name in names]


def _line(quantity: str, name: str, censuses: Sequence[Census], group: str, now: Census) -> Strip:
    values = np.array([getattr(each, quantity).get(name, np.nan) for each in censuses], np.float64)
    value = float(getattr(now, quantity).get(name, np.nan))
    if quantity == "silent":
        return Strip(name, group, None, values, "0", "100 %", numbers.percent(value, 0), value < 0.5)
    low, high = np.log10(LOWEST_UPDATE), np.log10(HIGHEST_UPDATE)
    place = (np.log10(np.clip(values, LOWEST_UPDATE, HIGHEST_UPDATE)) - low) / (high - low)
    healthy = HEALTHY_UPDATE[0] <= value <= HEALTHY_UPDATE[1]
    return Strip(name, group, None, place, "1e−7", "1", numbers.compact(value, 2), healthy)


def _spread(quantity: str, name: str, censuses: Sequence[Census], group: str) -> Strip:
    found: list[Histogram | None] = [getattr(each, quantity).get(name) for each in censuses]
    known = [each for each in found if each is not None]
    low, high = min(each.low for each in known), max(each.high for each in known)
    if quantity == "gradients":
        low, high = _occupied(known, low, high)
    columns = [np.zeros(BINS) if each is None else rebinned(each, low, high) for each in found]
    shares = np.stack(columns, axis=1)[::-1]
    if quantity == "gradients":
        first, last = (numbers.minus(f"1e{round(end)}") for end in (low, high))
    else:
        first, last = (numbers.compact(end, 2) for end in (low, high))
    return Strip(name, group, shares, None, first, last, "")


def _occupied(known: Sequence[Histogram], low: float, high: float) -> tuple[float, float]:
    """Return the range that holds values at all, in whole powers of ten."""
    total = np.sum([each.shares for each in known], axis=0)
    places = np.flatnonzero(total > 1e-4 * max(float(total.sum()), 1e-12))
    if not len(places):
        return low, high
    wide = (high - low) / len(total)
    return float(np.floor(low + places[0] * wide)), float(np.ceil(low + (places[-1] + 1) * wide))


def rebinned(found: Histogram, low: float, high: float, bins: int = BINS) -> Array:
    """Return the shares (bins,) of a histogram in other bins, from `low` to `high`; a bin's share is spread evenly."""
    edges = np.linspace(found.low, found.high, len(found.shares) + 1)
    below = np.concatenate([[0.0], np.cumsum(found.shares, dtype=np.float64)])
    spread: Array = np.diff(np.interp(np.linspace(low, high, bins + 1), edges, below))
    return spread
