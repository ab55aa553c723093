"""What lies outside of the boxes that a value sees has no say in it, for every kind and every array inside."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import numpy as np
import pytest

from cnnviz.explain import Trace, explain, sources
from cnnviz.layers import LAYERS
from tests.contract.layers.draws import answered, draw_fitting, draw_inputs, draw_trace, some_indices

COMPUTED = [kind for kind, cls in LAYERS.items() if cls.most_inputs != 0]


@pytest.mark.parametrize("kind", COMPUTED)
def test_what_is_not_seen_has_no_say(kind: str) -> None:
    random, numbers = Random(kind), np.random.default_rng(6)
    for _ in range(12):
        layer, shapes = draw_fitting(kind, random)
        trace = draw_trace(layer, shapes, numbers)
        for name in ("layer", *trace.internals("layer")):
            (index,) = some_indices(trace.activations[name].shape, 1, random)
            other = answered(_changed_outside(trace, name, index, draw_inputs(layer, shapes, numbers)))
            found = explain(trace, name, index)
            moved = abs(float(other.activations[name][index]) - found.engine)
            assert moved <= 10 * found.tolerance, (layer, shapes, name, index)


def _changed_outside(trace: Trace, name: str, index: tuple[int, ...], fresh: dict[str, np.ndarray]) -> Trace:
    """Return the trace with new inputs wherever the value is said not to look."""
    boxes = sources(trace.graph, name, index)
    inputs = {}
    for port, values in fresh.items():
        kept = tuple(slice(*axis) for axis in boxes[port]) if port in boxes else (slice(0, 0),)
        inputs[port] = values.copy()
        inputs[port][kept] = trace.activations[port][kept]
    return replace(trace, activations={**trace.activations, **inputs})
