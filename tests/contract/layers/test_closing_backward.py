"""The account of a gradient closes against torch's autograd for every kind, and does not once a term is corrupted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from random import Random

import numpy as np
import pytest

from cnnviz.explain import Explanation, Trace
from cnnviz.explain.backward import Slopes, explain_gradient, explain_weight
from cnnviz.layers import LAYERS, Layer, Output, Shape
from tests.contract.layers.draws import draw_fitting, some_indices
from tests.contract.layers.ways import draw_slopes

KINDS = list(LAYERS)
LAYERS_PER_KIND, VALUES_PER_LAYER, ENTRIES_PER_PARAMETER = 20, 10, 3


def draw_learning(kind: str, random: Random) -> tuple[Layer, tuple[Shape, ...]]:
    """Return a layer and inputs that it takes; an answer has a loss."""
    while True:
        layer, shapes = draw_fitting(kind, random)
        if not isinstance(layer, Output) or layer.loss != "none":
            return layer, shapes


Asked = tuple[str, str, tuple[int, ...]]
"""An array of the trace, or a node and the name of its parameter, and a place in it."""


def answered(trace: Trace, slopes: Slopes, asked: Asked) -> Explanation:
    name, parameter, index = asked
    if parameter:
        return explain_weight(trace, slopes, name, parameter, index)
    return explain_gradient(trace, slopes, name, index)


def places(slopes: Slopes, random: Random) -> list[Asked]:
    """Return random values of the inputs, the output and the arrays inside, and random entries of all parameters."""
    share = -(-VALUES_PER_LAYER // len(slopes.gradients))
    asked: list[Asked] = [
        (name, "", at)
        for name, array in slopes.gradients.items()
        for at in some_indices(array.shape, share, random)
    ]
    for node, arrays in slopes.parameters.items():
        for name, array in arrays.items():
            asked += [(node, name, at) for at in some_indices(array.shape, ENTRIES_PER_PARAMETER, random)]
    return asked


@pytest.mark.parametrize("kind", KINDS)
def test_gradients_close(kind: str) -> None:
    random, numbers = Random(kind), np.random.default_rng(1)
    for _ in range(LAYERS_PER_KIND):
        layer, shapes = draw_learning(kind, random)
        trace, slopes = draw_slopes(layer, shapes, numbers)
        for asked in places(slopes, random):
            found = answered(trace, slopes, asked)
            assert found.closes, (layer, shapes, asked, found.result, found.engine, found.tolerance)
            assert sum(term.product for term in found.terms) == pytest.approx(found.sum, rel=1e-9, abs=1e-9)
            check_sources(slopes, found)


def check_sources(slopes: Slopes, found: Explanation) -> None:
    """Every term names a place of ∂L/∂output, with its value."""
    for term in found.terms:
        if term.source is None:
            assert term.label
        else:
            assert term.factors[0][1] == slopes.gradients[term.source][term.index]


@pytest.mark.parametrize("kind", KINDS)
def test_a_corrupted_gradient_is_caught(kind: str) -> None:
    """A wrong ∂L/∂output breaks the account of everything that it flows into."""
    random, numbers = Random(kind), np.random.default_rng(2)
    tried = caught = 0
    for _ in range(6):
        layer, shapes = draw_learning(kind, random)
        trace, slopes = draw_slopes(layer, shapes, numbers)
        for asked in places(slopes, random):
            found = answered(trace, slopes, asked)
            for name, place in heaviest(found):
                array = slopes.gradients[name].copy()
                array[place] = 2 * array[place] + 0.1
                bad = answered(trace, replace(slopes, gradients={**slopes.gradients, name: array}), asked)
                tried, caught = tried + 1, caught + (not bad.closes)
    assert caught == tried, (tried, caught)


@pytest.mark.parametrize("kind", [kind for kind, cls in LAYERS.items() if cls.most_inputs])
def test_a_corrupted_engine_value_is_caught(kind: str) -> None:
    """An engine whose gradient is off by a hundredth of what arrives is not agreed with."""
    random, numbers = Random(kind), np.random.default_rng(3)
    for _ in range(6):
        layer, shapes = draw_learning(kind, random)
        trace, slopes = draw_slopes(layer, shapes, numbers)
        for asked in places(slopes, random):
            found = answered(trace, slopes, asked)
            largest = max((float(np.abs(part.values).max()) for part in found.parts), default=0.0)
            if largest > 1e-6:
                assert not replace(found, engine=found.engine + 0.01 * largest).closes


def heaviest(found: Explanation) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Yield the place of the term that counts most, part by part."""
    for part in found.parts:
        cell = np.unravel_index(np.abs(part.products).argmax(), part.products.shape)
        if abs(part.weights[cell]) > 1e-3:
            yield part.node, tuple(cells[int(at)] for cells, at in zip(part.ranges, cell, strict=True))
