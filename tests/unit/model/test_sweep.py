"""Sweeps: every combination, or random ones that a seed repeats."""

from __future__ import annotations

import pytest

from cnnviz.errors import TrainError, UsageError
from cnnviz.model.recipe import DataChoice, Recipe
from cnnviz.model.sweep import Axis, make_jobs

RATE = Axis("learning_rate", (1e-4, 1e-1), between=True)


def test_a_grid_has_every_combination() -> None:
    jobs = make_jobs(
        Recipe(), DataChoice(), [Axis("optimiser", ("sgd", "adam")), Axis("batch_size", (8, 16, 32))]
    )
    assert [(job.recipe.optimiser, job.recipe.batch_size) for job in jobs] == [
        (optimiser, size) for optimiser in ("sgd", "adam") for size in (8, 16, 32)
    ]


def test_random_draws_are_seeded_and_even_over_decades() -> None:
    axes = [RATE, Axis("batch_size", (8, 64), between=True), Axis("optimiser", ("sgd", "adam"))]
    jobs = make_jobs(Recipe(), DataChoice(), axes, draws=300, seed=4)
    assert [job.changes for job in jobs] == [
        job.changes for job in make_jobs(Recipe(), DataChoice(), axes, draws=300, seed=4)
    ]
    assert [job.changes for job in jobs] != [
        job.changes for job in make_jobs(Recipe(), DataChoice(), axes, draws=300, seed=5)
    ]
    rates = [job.recipe.learning_rate for job in jobs]
    assert all(1e-4 <= rate <= 1e-1 for rate in rates)
    assert 70 < sum(rate < 1e-3 for rate in rates) < 130  # a third: one of three decades
    assert {job.recipe.batch_size for job in jobs} <= set(range(8, 65))


def test_every_job_once_per_fold() -> None:
    jobs = make_jobs(Recipe(), DataChoice(), [Axis("batch_size", (8, 16))], folds=3)
    assert [(job.recipe.batch_size, job.choice.fold, job.choice.folds) for job in jobs] == [
        (size, fold, 3) for size in (8, 16) for fold in range(3)
    ]
    assert len(make_jobs(Recipe(), DataChoice(), [], folds=5)) == 5


def test_what_can_not_be_is_said_before_any_training() -> None:
    with pytest.raises(UsageError, match="learning_rate has a range"):
        make_jobs(Recipe(), DataChoice(), [RATE])
    with pytest.raises(TrainError, match="batch size can't be 0"):
        make_jobs(Recipe(), DataChoice(), [Axis("batch_size", (8, 0))])
