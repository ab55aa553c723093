"""How the learning rate goes on: the plan that a recipe makes, for every step and without training anything.

The functions that take numbers alone are copied into exported scripts.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cnnviz.model.recipe import Recipe

RISE, FIRST_SHARE, LAST_SHARE = 0.3, 1 / 25, 1 / 250_000
"""One cycle: the part in which the rate rises, and its shares of the highest rate at both ends.

Smith and Topin, "Super-convergence" (2018), with the numbers of torch's OneCycleLR.
"""


def rate(recipe: Recipe, step: int, steps: int) -> float:
    """Return the learning rate that is planned for a step (from 0) of a run of `steps`.

    What a plateau will do nobody can plan: its rate is the one before any drop.
    """
    return recipe.learning_rate * share(recipe, step, steps)


def share(recipe: Recipe, step: int, steps: int) -> float:
    """Return the planned learning rate of a step (from 0) as a share of the recipe's."""
    if step < recipe.warm_up:
        return warmed(step, recipe.warm_up) * _shape(recipe, 0, steps - recipe.warm_up)
    return _shape(recipe, step - recipe.warm_up, steps - recipe.warm_up)


def _shape(recipe: Recipe, step: int, steps: int) -> float:
    """Return the share of a step after the warm-up, of `steps` there."""
    if recipe.schedule == "cosine":
        return cosine(step, steps)
    if recipe.schedule == "one-cycle":
        return one_cycle(step, steps)
    if recipe.schedule == "step":
        return dropped(step + recipe.warm_up, recipe.drop_steps, recipe.drop_factor)
    return 1.0


def warmed(step: int, warm_up: int) -> float:
    """Rise in a straight line, to 1 at the last of `warm_up` steps."""
    return (step + 1) / warm_up


def cosine(step: int, steps: int) -> float:
    """Fall from 1 to 0 along half a cosine wave (Loshchilov and Hutter 2017, without restarts)."""
    return 0.5 * (1 + math.cos(math.pi * step / max(steps, 1)))


def one_cycle(step: int, steps: int) -> float:
    """Rise to 1 for the first 30 % of the steps, then fall nearly to 0, both along half a cosine wave."""
    top, end = RISE * steps - 1, steps - 1
    if step <= top:
        return between(FIRST_SHARE, 1.0, step / top if top > 0 else 1.0)
    return between(1.0, LAST_SHARE, (step - top) / (end - top) if end > top else 1.0)


def between(start: float, end: float, part: float) -> float:
    """Go from `start` to `end` along half a cosine wave, `part` going from 0 to 1."""
    return end + (start - end) * 0.5 * (1 + math.cos(math.pi * min(part, 1.0)))


def dropped(step: int, drops: Sequence[int], factor: float) -> float:
    """Multiply by the factor from each of these steps on."""
    return math.prod(factor for drop in drops if step >= drop)
