"""Which rate a curve of losses suggests."""

from __future__ import annotations

import math

import pytest

from cnnviz.model.ratesearch import HIGHEST, LOWEST, TRIES, RateSearch, smooth, tried_rate


def search(loss) -> RateSearch:  # type: ignore[no-untyped-def]
    rates = tuple(tried_rate(number) for number in range(TRIES))
    losses = tuple(loss(math.log10(rate)) for rate in rates)
    return RateSearch(rates, losses, losses)


def test_rates_grow_by_the_same_factor() -> None:
    rates = [tried_rate(number) for number in range(TRIES)]
    assert rates[0] == LOWEST
    assert rates[-1] == pytest.approx(HIGHEST)
    assert rates[2] / rates[1] == pytest.approx(rates[60] / rates[59])


def test_the_steepest_place_before_the_lowest_is_suggested() -> None:
    def loss(decade: float) -> float:  # falls around 10^-3, lowest near 10^-1, breaks away
        return 2.3 - 1.5 / (1 + math.exp(-4 * (decade + 3))) + math.exp(4 * (decade - 0))

    assert search(loss).suggestion == pytest.approx(1e-3, rel=0.5)


def test_nothing_is_suggested_where_the_loss_does_not_fall() -> None:
    assert search(lambda decade: 1.0 + decade + 7).suggestion is None
    assert RateSearch((), (), ()).suggestion is None
    assert RateSearch((1.0,), (1.0,), (1.0,)).suggestion is None


def test_smoothing_is_a_weighted_mean() -> None:
    assert smooth([3.0]) == 3.0
    assert smooth([3.0, 3.0, 3.0]) == pytest.approx(3.0)
    assert smooth([0.0, 1.0]) == pytest.approx(1 / 1.9)
