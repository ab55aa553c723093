"""The plan of the learning rate, held against its definition; torch holds it in the contract tests."""

from __future__ import annotations

import pytest

from cnnviz.model.recipe import SCHEDULES, Recipe
from cnnviz.model.schedule import rate


def plan(recipe: Recipe, steps: int) -> list[float]:
    return [rate(recipe, step, steps) for step in range(steps)]


def test_constant_and_plateau_stay() -> None:
    assert plan(Recipe(learning_rate=0.3), 4) == [0.3] * 4
    assert plan(Recipe(learning_rate=0.3, schedule="plateau"), 4) == [0.3] * 4


def test_steps_down() -> None:
    found = plan(Recipe(learning_rate=0.1, schedule="step", drop_steps=(3, 5)), 7)
    assert found == pytest.approx([0.1] * 3 + [0.01] * 2 + [0.001] * 2)


def test_cosine_goes_to_zero() -> None:
    found = plan(Recipe(learning_rate=1.0, schedule="cosine"), 100)
    assert found[0] == 1
    assert found[50] == pytest.approx(0.5)
    assert found == sorted(found, reverse=True)
    assert 0 < found[-1] < 1e-3


def test_warm_up_rises_in_a_line_and_the_rest_has_fewer_steps() -> None:
    found = plan(Recipe(learning_rate=1.0, schedule="cosine", warm_up=4), 104)
    assert found[:4] == [0.25, 0.5, 0.75, 1.0]
    assert found[4:] == plan(Recipe(learning_rate=1.0, schedule="cosine"), 100)


@pytest.mark.parametrize("schedule", SCHEDULES)
@pytest.mark.parametrize("steps", [1, 2, 3, 10])
@pytest.mark.parametrize("warm_up", [0, 5])
def test_every_schedule_plans_short_runs(schedule: str, steps: int, warm_up: int) -> None:
    found = plan(Recipe(learning_rate=2.0, schedule=schedule, warm_up=warm_up, drop_steps=(2,)), steps)
    assert all(0 <= each <= 2.0 for each in found)
