"""The arithmetic behind the measured claims; how fast something is, no test asks."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator

import pytest

from benchmarks import rounds
from benchmarks.claim import at_least, at_most, table
from benchmarks.rounds import Ratio, percentile, speed


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Return the time as a list of one number, which a test moves on."""
    now = [0.0]
    monkeypatch.setattr(rounds.time, "perf_counter", lambda: now[0])
    return now


def test_speed_counts_training_and_looking_but_not_evaluation(clock: list[float]) -> None:
    def work() -> Iterator[int | None]:
        while True:
            for samples, seconds in ((50, 0.5), (0, 0.5), (None, 9.0)):
                clock[0] += seconds
                yield samples

    assert speed(work(), seconds=4.0, warm=0.0) == pytest.approx(50.0)


def test_speed_leaves_the_beginning_of_a_turn_out(clock: list[float]) -> None:
    def work() -> Iterator[int | None]:
        for seconds in itertools.chain((3.0,), itertools.repeat(0.5)):
            clock[0] += seconds
            yield 10

    assert speed(work(), seconds=2.0, warm=1.0) == pytest.approx(20.0)


def test_ratios_are_taken_within_rounds_so_that_a_slow_minute_weighs_on_both_sides() -> None:
    ratio = Ratio(mine=(100.0, 20.0, 90.0), theirs=(100.0, 10.0, 100.0))
    assert ratio.ratios == (1.0, 2.0, 0.9)
    assert ratio.median == 1.0
    assert "90 beside 100 samples/s; 3 rounds" in ratio.told()


def test_percentile_is_a_value_that_was_measured() -> None:
    late = [float(number) for number in range(100)]
    assert percentile(late, 0.99) == 99.0
    assert percentile(late, 0.5) == 50.0
    assert math.isnan(percentile([], 0.99))


@pytest.mark.parametrize(
    ("claim", "met"),
    [
        (at_least("fast", 0.97, 0.97, "× bare"), True),
        (at_least("fast", 0.96, 0.97, "× bare"), False),
        (at_most("late", 10.0, 10.0, "ms"), True),
        (at_most("late", 10.1, 10.0, "ms"), False),
        (at_most("late", math.nan, 10.0, "ms"), False),
        (at_least("fast", math.nan, 0.9, "× bare"), False),
    ],
)
def test_a_claim_is_met_at_its_limit_and_never_by_what_is_no_number(claim, met: bool) -> None:
    assert claim.met is met
    assert ("NOT MET" in table([claim])) is not met
    assert claim.to_dict()["met"] is met
