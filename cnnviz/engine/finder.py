"""The search for a learning rate: a short training whose rate grows from step to step until the loss breaks away."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from cnnviz.control import Control
from cnnviz.data import Dataset, hold_out
from cnnviz.engine.learner import Learner
from cnnviz.engine.weights import Weights
from cnnviz.errors import TrainError
from cnnviz.events import Answer, Event, RateTried
from cnnviz.model.graph import Graph
from cnnviz.model.ratesearch import TOO_HIGH, TRIES, RateSearch, smooth, tried_rate
from cnnviz.model.recipe import DataChoice, Recipe

_SURE = 10
"""Tries before the loss may be said to have broken away."""


def find_rate(
    graph: Graph,
    dataset: Dataset,
    recipe: Recipe,
    choice: DataChoice,
    *,
    control: Control | None = None,
    weights: Weights | None = None,
) -> Iterator[Event]:
    """Try up to 100 learning rates, one batch each, and yield `RateTried`; the last event is `Answer(RateSearch)`.

    The weights of a network of its own learn; nothing else changes. Raise TrainError, GraphError or WeightsError before
    the first step where the parts don't fit.
    """
    places, _ = hold_out(len(dataset.train), choice.validation, choice.seed)
    learner = Learner(graph, dataset, places, recipe, weights)
    return _search(learner, control or Control())


def _search(learner: Learner, control: Control) -> Iterator[Event]:
    rates: list[float] = []
    losses: list[float] = []
    smoothed: list[float] = []
    with contextlib.closing(learner.batches()) as batches:
        for number, batch in zip(range(TRIES), batches, strict=False):
            if control.cancelled:
                break
            try:
                loss, _ = learner.learn(batch, tried_rate(number))
            except TrainError:
                if number < _SURE:
                    raise
                break  # no number any more: far beyond every useful rate
            rates.append(tried_rate(number))
            losses.append(loss)
            smoothed.append(smooth(losses))
            yield RateTried(number + 1, TRIES, rates[-1], loss, smoothed[-1])
            if number >= _SURE and smoothed[-1] > TOO_HIGH * min(smoothed):
                break
    yield Answer(RateSearch(tuple(rates), tuple(losses), tuple(smoothed)))
