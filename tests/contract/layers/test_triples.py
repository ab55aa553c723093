"""Random (layer, array, value) triples of every kind, forward and back, with another seed each time.

A run takes a few per kind; `make triples` takes a thousand. What fails names its seed: CNNVIZ_SEED=… runs it again.
"""

from __future__ import annotations

import os
from dataclasses import replace
from random import Random, SystemRandom

import numpy as np
import pytest

from cnnviz.explain import Trace, explain
from cnnviz.explain.backward import Slopes
from cnnviz.layers import LAYERS, Layer, Shape
from tests.contract.layers.draws import draw_fitting, draw_trace, some_indices
from tests.contract.layers.test_closing_backward import answered, draw_learning, places
from tests.contract.layers.ways import draw_slopes

SEED = int(os.environ.get("CNNVIZ_SEED") or SystemRandom().randrange(2**31))
TRIPLES = int(os.environ.get("CNNVIZ_TRIPLES") or 8)
"""Values per kind and direction."""
PER_LAYER = 5
ADDED_UP = 1e-9
"""How far the terms, added up one by one, may be from the sum that is told: float64's own rounding."""


def drawn(kind: str, salt: str) -> tuple[Random, np.random.Generator]:
    return Random(f"{SEED} {kind} {salt}"), np.random.default_rng([SEED, len(kind), len(salt)])


def arrays(trace: Trace) -> list[str]:
    return ["layer", *trace.internals("layer")]


@pytest.mark.parametrize("kind", list(LAYERS))
def test_forward(kind: str) -> None:
    random, numbers = drawn(kind, "forward")
    done = 0
    while done < TRIPLES:
        layer, shapes = draw_fitting(kind, random)
        trace = draw_trace(layer, shapes, numbers)
        for _ in range(PER_LAYER):
            name = random.choice(arrays(trace))
            (index,) = some_indices(trace.activations[name].shape, 1, random)
            found = explain(trace, name, index)
            where = (f"CNNVIZ_SEED={SEED}", layer, shapes, name, index)
            assert found.closes, (*where, found.difference, found.tolerance)
            scale = sum(abs(term.product) for term in found.terms)
            assert abs(sum(term.product for term in found.terms) - found.sum) <= ADDED_UP * max(1, scale), (
                where
            )
            done += 1


@pytest.mark.parametrize("kind", list(LAYERS))
def test_backward(kind: str) -> None:
    random, numbers = drawn(kind, "back")
    done = 0
    while done < TRIPLES:
        layer, shapes, trace, slopes = way(kind, random, numbers)
        asked = places(slopes, random)
        for each in random.sample(asked, min(PER_LAYER, len(asked))):
            found = answered(trace, slopes, each)
            where = (f"CNNVIZ_SEED={SEED}", layer, shapes, each)
            assert found.closes, (*where, found.difference, found.tolerance)
            done += 1


@pytest.mark.parametrize("kind", list(LAYERS))
def test_a_wrong_engine_never_closes(kind: str) -> None:
    """A value that is off by three times what float32 explains is not agreed with, whatever it is made of."""
    random, numbers = drawn(kind, "wrong")
    for _ in range(max(TRIPLES // PER_LAYER, 1)):
        _, _, trace, slopes = way(kind, random, numbers)
        for each in random.sample(places(slopes, random), PER_LAYER):
            found = answered(trace, slopes, each)
            assert not replace(found, engine=found.engine + 3 * found.tolerance).closes, f"CNNVIZ_SEED={SEED}"


def way(
    kind: str, random: Random, numbers: np.random.Generator
) -> tuple[Layer, tuple[Shape, ...], Trace, Slopes]:
    layer, shapes = draw_learning(kind, random)
    return layer, shapes, *draw_slopes(layer, shapes, numbers)
