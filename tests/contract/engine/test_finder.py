"""The search for a learning rate finds one that learns."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cnnviz.control import Control
from cnnviz.data import Dataset
from cnnviz.engine.finder import find_rate
from cnnviz.engine.train import train
from cnnviz.errors import TrainError
from cnnviz.events import Answer, Finished, RateTried
from cnnviz.layers import Conv2d, Dense, Flatten, Input
from cnnviz.model.graph import chain
from cnnviz.model.recipe import DataChoice, Recipe
from tests.contract.engine.networks import small

CHOICE = DataChoice("strokes", validation=200)


@pytest.mark.parametrize(("optimiser", "lowest", "highest"), [("adam", 1e-4, 0.1), ("momentum", 1e-3, 1.0)])
def test_what_is_suggested_learns(strokes: Dataset, optimiser: str, lowest: float, highest: float) -> None:
    recipe = Recipe(optimiser, batch_size=50, epochs=3)
    *tries, answer = find_rate(small(), strokes, recipe, CHOICE)
    assert all(isinstance(each, RateTried) for each in tries)
    assert isinstance(answer, Answer)
    found = answer.value.suggestion
    assert lowest <= found <= highest
    *_, end = train(small(), strokes, replace(recipe, learning_rate=found), CHOICE, live=0)
    assert isinstance(end, Finished)
    assert end.summary["test_accuracy"] > 0.6


def test_it_ends_where_the_loss_breaks_away(strokes: Dataset) -> None:
    recipe = Recipe("sgd", batch_size=50, initialiser="normal")
    layers = [Input((1, 28, 28)), Conv2d(16, 3), Conv2d(16, 3), Conv2d(16, 3), Flatten(), Dense(10)]
    *tries, answer = find_rate(chain(layers), strokes, recipe, CHOICE)
    assert 10 < len(tries) < 100
    assert isinstance(answer, Answer)
    assert len(answer.value.rates) == len(tries)


def test_it_can_be_cancelled(strokes: Dataset) -> None:
    control, seen = Control(), []
    for event in find_rate(small(), strokes, Recipe(), CHOICE, control=control):
        seen.append(event)
        if len(seen) == 3:
            control.cancel()
    assert [type(each) for each in seen] == [RateTried] * 3 + [Answer]


def test_what_does_not_fit_is_said_before_the_first_step(strokes: Dataset) -> None:
    with pytest.raises(TrainError, match="there is no layer 'x'"):
        find_rate(small(), strokes, Recipe(freeze=("x",)), CHOICE)
