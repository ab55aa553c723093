"""The account of a number closes against torch for every kind, and does not once a term is corrupted.

Arrays inside of layers (the gates of an LSTM) are numbers like any other.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from random import Random
from typing import Any

import numpy as np
import pytest

from cnnviz.explain import Explanation, Trace, explain
from cnnviz.layers import LAYERS
from tests.contract.layers.draws import answered, draw_fitting, draw_inputs, draw_trace, some_indices

KINDS = list(LAYERS)
COMPUTED = [kind for kind, cls in LAYERS.items() if cls.most_inputs != 0]
"""An input's value comes from outside: nothing could be corrupted."""
LAYERS_PER_KIND, VALUES_PER_LAYER = 25, 10
ENOUGH, PATIENCE = 25, 1000


@pytest.mark.parametrize("kind", KINDS)
def test_sums_close(kind: str) -> None:
    random, numbers = Random(kind), np.random.default_rng(1)
    for number in range(LAYERS_PER_KIND):
        layer, shapes = draw_fitting(kind, random)
        trace = draw_trace(layer, shapes, numbers)
        assert {n: a.shape for n, a in _insides(trace)} == layer.internals(*shapes)
        for name, index in _places(trace, random):
            found = explain(trace, name, index)
            assert found.closes, (layer, shapes, name, index, found.result, found.engine, found.tolerance)
            assert sum(term.product for term in found.terms) == pytest.approx(found.sum, rel=1e-9, abs=1e-9)
            assert len(found.terms) == found.count
        if number == 0:
            assert json.loads(json.dumps(found.to_dict(), allow_nan=False))["closes"] is True


@pytest.mark.parametrize("kind", KINDS)
def test_terms_name_cells_with_their_values(kind: str) -> None:
    random, numbers = Random(kind), np.random.default_rng(2)
    for _ in range(3):
        layer, shapes = draw_fitting(kind, random)
        trace = draw_trace(layer, shapes, numbers)
        for name, index in _places(trace, random):
            for term in explain(trace, name, index).terms:
                if term.source is None:
                    assert term.label
                    continue
                assert term.factors[0][1] == trace.activations[term.source][term.index]
                for (source, place), (_, value) in zip(
                    reversed(term.partners), reversed(term.factors), strict=False
                ):
                    assert value == trace.activations[source][place]


@pytest.mark.parametrize("kind", COMPUTED)
def test_a_corrupted_input_is_caught(kind: str) -> None:
    """Wherever torch's answer moves with an input, the account of the moved input does not close on the old answer."""
    random, numbers = Random(kind), np.random.default_rng(3)
    caught = 0
    for _ in range(PATIENCE):
        layer, shapes = draw_fitting(kind, random)
        trace = draw_trace(layer, shapes, numbers)
        fresh = draw_inputs(layer, shapes, numbers)
        name, index = random.choice(_places(trace, random))
        found = explain(trace, name, index)
        for node, place in _heaviest(found):
            if node not in fresh:
                continue
            moved = replace(trace, activations=_changed(trace.activations, node, place, fresh[node][place]))
            other = answered(moved).activations
            if abs(float(other[name][index]) - found.engine) > 4 * found.tolerance:
                old_answer = {**other, name: trace.activations[name]}
                bad = explain(replace(trace, activations=old_answer), name, index)
                assert not bad.closes, (found.title, node, place, bad.difference, bad.tolerance)
                caught += 1
        if caught >= ENOUGH:
            return
    pytest.fail(f"only {caught} corrupted inputs made a difference")


@pytest.mark.parametrize("kind", COMPUTED)
def test_a_corrupted_array_inside_is_caught(kind: str) -> None:
    """A gate, a state or a routing weight that is wrong breaks the account of what is made from it."""
    random, numbers = Random(kind), np.random.default_rng(5)
    tried, caught = Counter[str](), Counter[str]()
    for _ in range(30):
        layer, shapes = draw_fitting(kind, random)
        if not layer.internals(*shapes):
            continue
        trace = draw_trace(layer, shapes, numbers)
        for name, index in _places(trace, random):
            found = explain(trace, name, index)
            for node, place in _heaviest(found):
                bad_values = _changed(trace.activations, node, place, 1.5 - trace.activations[node][place])
                bad = explain(replace(trace, activations=bad_values), name, index)
                tried[node] += 1
                caught[node] += not bad.closes
    assert all(caught[node] > tried[node] / 2 for node in tried if "." in node), (tried, caught)


@pytest.mark.parametrize("kind", KINDS)
def test_a_corrupted_parameter_is_caught(kind: str) -> None:
    """Every parameter that a layer declares has its say in some value."""
    random, numbers = Random(kind), np.random.default_rng(4)
    caught = Counter[str]()
    for _ in range(40):
        layer, shapes = draw_fitting(kind, random)
        if not layer.parameters(*shapes):
            continue
        trace = draw_trace(layer, shapes, numbers)
        places = _places(trace, random)
        for parameter in layer.parameters(*shapes):
            arrays = dict(trace.parameters["layer"])
            arrays[parameter.name] = 2 * arrays[parameter.name] + 0.5
            bad = replace(trace, parameters={"layer": arrays})
            caught[parameter.name] += sum(not explain(bad, *place).closes for place in places)
    assert all(count > 5 for count in caught.values()), caught


def _insides(trace: Trace) -> Iterator[tuple[str, Any]]:
    """Yield the name and the values of every array inside the layer."""
    for name in trace.internals("layer"):
        yield name.removeprefix("layer."), trace.activations[name]


def _places(trace: Trace, random: Random) -> list[tuple[str, tuple[int, ...]]]:
    """Return random values of the layer's output and of the arrays inside of it, about as many of each."""
    names = ["layer", *trace.internals("layer")]
    share = -(-VALUES_PER_LAYER // len(names))
    return [(name, at) for name in names for at in some_indices(trace.activations[name].shape, share, random)]


def _heaviest(found: Explanation) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Yield the place of the cell that counts most, part by part."""
    for part in found.parts:
        cell = np.unravel_index(np.abs(part.products).argmax(), part.products.shape)
        if part.inside[cell]:
            yield part.node, tuple(cells[int(at)] for cells, at in zip(part.ranges, cell, strict=True))


def _changed(arrays: Mapping[str, Any], name: str, place: tuple[int, ...], value: float) -> dict[str, Any]:
    bad = arrays[name].copy()
    bad[place] = value
    return {**arrays, name: bad}
