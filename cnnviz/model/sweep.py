"""Many trainings that differ in a few settings: on a grid, or at random, the same for the same seed."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

from cnnviz.errors import UsageError
from cnnviz.model.recipe import DataChoice, Recipe, recipe_setting

_DIGITS = 3
"""Of numbers that are drawn: a recipe should be readable."""


@dataclass(frozen=True)
class Axis:
    """A setting, and the values it takes; or, of a number, the lowest and the highest to draw between."""

    name: str
    values: tuple[Any, ...]
    between: bool = False

    def draw(self, chance: random.Random) -> Any:
        """Return one value; numbers that span decades are drawn evenly over them."""
        if not self.between:
            return chance.choice(self.values)
        low, high = self.values
        if recipe_setting(self.name).option.form == "integer":
            return chance.randint(low, high)
        if recipe_setting(self.name).logarithmic and low > 0:
            return float(f"{math.exp(chance.uniform(math.log(low), math.log(high))):.{_DIGITS}g}")
        return float(f"{chance.uniform(low, high):.{_DIGITS}g}")


def read_axis(text: str) -> Axis:
    """Return what `learning_rate=1e-4..1e-1` or `optimiser=sgd,adam` says; raise UsageError or TrainError."""
    name, _, values = text.partition("=")
    setting = recipe_setting(name.strip().replace("-", "_"))
    if not values.strip():
        raise UsageError(
            f"{text!r} names no values.", hint="Write it as learning_rate=1e-3,1e-2 or 1e-4..1e-1."
        )
    low, dots, high = values.partition("..")
    if dots:
        return Axis(setting.name, (setting.read(low), setting.read(high)), between=True)
    return Axis(setting.name, tuple(setting.read(each) for each in values.split(",")))


@dataclass(frozen=True)
class Job:
    """One training of a sweep, and in which settings it differs."""

    recipe: Recipe
    choice: DataChoice
    changes: Mapping[str, Any]


def make_jobs(
    recipe: Recipe, choice: DataChoice, axes: Sequence[Axis], *, draws: int = 0, seed: int = 0, folds: int = 0
) -> list[Job]:
    """Return a job for every combination, or for so many random `draws`; each once per fold of a cross-validation.

    Raise UsageError for a range without draws, TrainError for a value that can't be.
    """
    if draws:
        chance = random.Random(seed)
        changes = [{axis.name: axis.draw(chance) for axis in axes} for _ in range(draws)]
    else:
        for axis in axes:
            if axis.between:
                raise UsageError(
                    f"{axis.name} has a range, which has no end of values.",
                    hint="Name its values with commas, or say how many to draw.",
                )
        changes = [
            dict(zip((axis.name for axis in axes), values, strict=True))
            for values in product(*(axis.values for axis in axes))
        ]
    plain = [Job(replace(recipe, **each), choice, each) for each in changes]
    if not folds:
        return plain
    return [
        Job(job.recipe, replace(choice, folds=folds, fold=fold), {**job.changes, "fold": fold})
        for job in plain
        for fold in range(folds)
    ]
