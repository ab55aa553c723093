"""The reliability diagram against the definition, written out."""

from __future__ import annotations

import numpy as np
import pytest

from cnnviz.explain.calibration import calibration


def by_definition(confidence: np.ndarray, right: np.ndarray, bins: int) -> float:
    """Return the expected calibration error of Guo et al. (2017), equations 2 and 3, one bin after the other."""
    total = 0.0
    for number in range(bins):
        inside = (confidence > number / bins) & (confidence <= (number + 1) / bins)
        if inside.any():
            total += inside.mean() * abs(right[inside].mean() - confidence[inside].mean())
    return float(total)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("bins", [5, 15])
def test_the_error_is_that_of_the_definition(seed: int, bins: int) -> None:
    dice = np.random.default_rng(seed)
    confidence = dice.beta(4, 1 + seed, 700)
    right = dice.random(700) < confidence**2
    found = calibration(confidence, right, bins)
    assert found.error == pytest.approx(by_definition(confidence, right, bins), abs=1e-12)
    assert found.counts.sum() == 700
    assert found.accuracy == pytest.approx(right.mean())
    assert found.mean_confidence == pytest.approx(confidence.mean())
    assert found.error <= found.worst


def test_a_network_that_keeps_its_word_has_no_error() -> None:
    found = calibration(np.full(100, 0.75), np.arange(100) < 75)
    assert found.error == pytest.approx(0.0)
    assert np.isnan(found.right[0])


def test_one_that_is_sure_and_wrong_has_the_largest() -> None:
    found = calibration(np.ones(10), np.zeros(10, bool))
    assert (found.error, found.worst, found.counts[-1]) == (1.0, 1.0, 10)


def test_no_answers_at_all() -> None:
    assert calibration(np.zeros(0), np.zeros(0, bool)).error == 0.0
