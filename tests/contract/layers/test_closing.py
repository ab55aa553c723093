"""The account of a number closes against torch for every kind, and does not once a term is corrupted."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from random import Random
from typing import Any

import numpy as np
import pytest

from cnnviz.explain import Explanation, Trace, explain
from cnnviz.layers import LAYERS
from tests.contract.layers.draws import draw_fitting, draw_trace, some_indices

KINDS = list(LAYERS)
COMPUTED = [kind for kind in KINDS if kind != "input"]
"""An input's value comes from outside: nothing could be corrupted."""


@pytest.mark.parametrize("kind", KINDS)
def test_sums_close(kind: str) -> None:
    random, numbers = Random(kind), np.random.default_rng(1)
    for number in range(25):
        layer, shapes = draw_fitting(kind, random)
        trace = draw_trace(layer, shapes, numbers)
        for index in some_indices(trace.activations["layer"].shape, 10, random):
            found = explain(trace, "layer", index)
            assert found.closes, (layer, shapes, index, found.sum, found.engine)
            assert sum(term.product for term in found.terms) == pytest.approx(found.sum, abs=1e-9)
            assert len(found.terms) == found.count
        if number == 0:
            assert json.loads(json.dumps(found.to_dict(), allow_nan=False))["closes"] is True


@pytest.mark.parametrize("kind", KINDS)
def test_terms_name_cells_with_their_values(kind: str) -> None:
    random, numbers = Random(kind), np.random.default_rng(2)
    layer, shapes = draw_fitting(kind, random)
    trace = draw_trace(layer, shapes, numbers)
    for index in some_indices(trace.activations["layer"].shape, 5, random):
        for term in explain(trace, "layer", index).terms:
            if term.source is not None:
                assert term.factors[0][1] == trace.activations[term.source][term.index]
            else:
                assert term.label


@pytest.mark.parametrize("kind", COMPUTED)
def test_a_corrupted_input_is_caught(kind: str) -> None:
    random, numbers = Random(kind), np.random.default_rng(3)
    caught = 0
    while caught < 40:
        trace, found = _draw(kind, random, numbers)
        for part in found.parts:
            cell = _heavy_cell(part.products * part.values)
            if cell is None or (found.function == "softmax" and part.values.size == 1):  # always exactly 1
                continue
            place = tuple(cells[at] for cells, at in zip(part.ranges, cell, strict=True))
            changed = _changed(trace.activations, part.node, place, lambda value: -value)
            bad = explain(replace(trace, activations=changed), "layer", found.index)
            assert not bad.closes, (found.title, place, bad.difference, bad.tolerance)
            caught += 1


@pytest.mark.parametrize("kind", ["conv1d", "conv2d", "conv3d", "dense", "batchnorm"])
def test_a_corrupted_parameter_is_caught(kind: str) -> None:
    random, numbers = Random(kind), np.random.default_rng(4)
    caught: dict[str, int] = {}
    for _ in range(60):
        trace, found = _draw(kind, random, numbers)
        cell = _heavy_cell(found.parts[0].products * found.parts[0].values)
        if cell is None:
            continue
        for name, array in trace.parameters["layer"].items():
            if name == "num_batches_tracked":
                continue
            place = (found.index[0], *cell)[: array.ndim]
            arrays = _changed(trace.parameters["layer"], name, place, lambda value: 2 * value + 0.5)
            bad = explain(replace(trace, parameters={"layer": arrays}), "layer", found.index)
            assert not bad.closes, (found.title, name, bad.difference, bad.tolerance)
            caught[name] = caught.get(name, 0) + 1
    assert min(caught.values()) > 10


def _draw(kind: str, random: Random, numbers: np.random.Generator) -> tuple[Trace, Explanation]:
    layer, shapes = draw_fitting(kind, random)
    trace = draw_trace(layer, shapes, numbers)
    found = explain(trace, "layer", some_indices(trace.activations["layer"].shape, 1, random)[0])
    assert found.closes
    return trace, found


def _heavy_cell(weights: Any) -> tuple[int, ...] | None:
    """Return the cell that counts most, or None where none counts beyond float32's own errors."""
    cell = np.unravel_index(np.abs(weights).argmax(), weights.shape)
    return tuple(int(i) for i in cell) if abs(weights[cell]) > 1e-2 else None


def _changed(arrays: Mapping[str, Any], name: str, place: tuple[int, ...], change: Any) -> dict[str, Any]:
    bad = arrays[name].copy()
    bad[place] = change(bad[place])
    return {**arrays, name: bad}
