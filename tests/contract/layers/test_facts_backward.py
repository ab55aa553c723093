"""The lectures' worked numbers of the way back come out digit for digit: from the engine, and added up."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from cnnviz.engine import weights as engine_weights
from cnnviz.engine.build import build
from cnnviz.engine.gradients import gradients
from cnnviz.explain import Explanation, Trace
from cnnviz.explain.backward import Slopes, explain_gradient, explain_weight
from cnnviz.explain.backward.derivatives import DERIVATIVES
from cnnviz.explain.functions import FUNCTIONS
from cnnviz.layers import AvgPool2d, Conv2d, Input, Layer, Maximum, MaxPool2d, Output, ReLU
from cnnviz.model.graph import Graph, chain

SIXTEEN = [[[1, 5, 3, 7], [7, 3, 9, 2], [3, 5, 8, 4], [8, 7, 3, 5]]]
NINE = [[[1, 1, 2], [1, 2, 1], [2, 1, 1]]]
KERNEL = [[[[0.6779961, -0.3282364], [0.61954254, -0.02001727]]]]


def to_ones(image: Any, *layers: Layer, **weights: Any) -> tuple[Trace, Slopes]:
    """Return one way forward and back; the loss is the mean squared distance from ones."""
    sample = np.array(image, np.float32)
    named = [(layer.kind, layer) for layer in layers]
    end = Output("mean squared error")
    module = build(chain([("x", Input(sample.shape)), *named, ("answer", end)]))
    engine_weights.apply(module, {name: np.array(each, np.float32) for name, each in weights.items()})
    return gradients(module, sample, target=np.ones(module.main_head.shape, np.float32))


def added_up(trace: Trace, slopes: Slopes, node: str, parameter: str = "") -> Any:
    """Return a whole gradient as the accounts of its values say it; all of them close."""
    array = slopes.parameter(node, parameter) if parameter else slopes.gradient(node)
    accounts = [
        explain_weight(trace, slopes, node, parameter, at)
        if parameter
        else explain_gradient(trace, slopes, node, at)
        for at in np.ndindex(*array.shape)
    ]
    assert all(account.closes for account in accounts)
    return np.array([account.result for account in accounts]).reshape(array.shape)


def check(found: Any, wanted: Any, tolerance: float = 0.0) -> None:
    np.testing.assert_allclose(np.squeeze(found), np.array(wanted, float), rtol=tolerance, atol=0)


def test_max_pooling() -> None:
    trace, slopes = to_ones(SIXTEEN, MaxPool2d())
    assert slopes.loss == 49.5
    check(added_up(trace, slopes, "maxpool2d"), [[3, 4], [3.5, 3.5]])
    routed = [[0, 0, 0, 0], [3, 0, 4, 0], [0, 0, 3.5, 0], [3.5, 0, 0, 0]]
    check(added_up(trace, slopes, "x"), routed)
    check(slopes.gradient("x"), routed)


def test_average_pooling() -> None:
    trace, slopes = to_ones(SIXTEEN, AvgPool2d())
    assert slopes.loss == 16.40625
    out = np.array([[1.5, 2.125], [2.375, 2]])
    check(added_up(trace, slopes, "avgpool2d"), out)
    check(added_up(trace, slopes, "x"), np.kron(out, np.ones((2, 2))) / 4)


def test_convolution_with_relu() -> None:
    weights: dict[str, Any] = {"conv2d.weight": KERNEL, "conv2d.bias": [0]}
    trace, slopes = to_ones(NINE, Conv2d(1, (2, 2)), ReLU(), **weights)
    check(trace.activation("relu"), [[0.9292677, 1.2405912], [1.2405912, 1.6272811]], 1e-7)
    assert slopes.loss == pytest.approx(0.12856321, abs=5e-9)
    for found in (added_up(trace, slopes, "conv2d", "weight"), slopes.parameter("conv2d", "weight")):
        check(found, [[0.83250606, 0.75945675], [0.75945675, 0.4834994]], 2e-7)
    for found in (added_up(trace, slopes, "conv2d", "bias"), slopes.parameter("conv2d", "bias")):
        check(found, 0.5188656, 2e-7)


def test_a_kernel_cell_is_a_sum_over_positions() -> None:
    weights: dict[str, Any] = {"conv2d.weight": KERNEL, "conv2d.bias": [0]}
    trace, slopes = to_ones(NINE, Conv2d(1, (2, 2)), ReLU(), **weights)
    found = explain_weight(trace, slopes, "conv2d", "weight", (0, 0, 0, 1))
    assert [term.factors[1] for term in found.terms] == [("input", x) for x in (1, 2, 2, 1)]
    assert [term.partners for term in found.terms] == [
        (("x", (0, row, column)),) for row in (0, 1) for column in (1, 2)
    ]
    assert [term.index for term in found.terms] == [(0, 0, 0), (0, 0, 1), (0, 1, 0), (0, 1, 1)]


@pytest.mark.parametrize("true", [0, 1, 2])
def test_softmax_with_cross_entropy(true: int) -> None:
    module = build(chain([("x", Input((3,))), ("answer", Output())]))
    trace, slopes = gradients(module, np.array([1, 2, 3], np.float32), target=true)
    shares = np.array([0.09003057, 0.24472847, 0.66524096])
    check(added_up(trace, slopes, "x"), shares - np.eye(3)[true], 1e-7)
    found = explain_gradient(trace, slopes, "x", (true,))
    assert [term.label for term in found.terms] == ["ŷ", "−y"]
    assert found.rule == "ŷ − y, from the loss"
    assert "taken from x" in explain_gradient(trace, slopes, "answer", (0,)).note


def test_logistic_cross_entropy() -> None:
    module = build(chain([("x", Input((1,))), ("answer", Output("binary cross entropy"))]))
    trace, slopes = gradients(module, np.array([0.5], np.float32), target=np.ones(1, np.float32))
    check(added_up(trace, slopes, "x"), FUNCTIONS["sigmoid"](0.5, 1.0) - 1, 1e-12)


def test_derivatives() -> None:
    assert DERIVATIVES["sigmoid"](0.0, 1.0) == 0.25
    assert DERIVATIVES["tanh"](0.0, 1.0) == 1.0
    assert [DERIVATIVES["relu"](x, 1.0) for x in (-1.0, 0.0, 1.0)] == [0.0, 0.0, 1.0]
    for name, function in FUNCTIONS.items():
        for x in (-3.1, -0.7, 0.4, 2.3):
            slope = (function(x + 1e-6, 0.7) - function(x - 1e-6, 0.7)) / 2e-6
            assert DERIVATIVES[name](x, 0.7) == pytest.approx(slope, rel=1e-6, abs=1e-8)


def test_the_first_of_equal_cells_gets_it_all() -> None:
    trace, slopes = to_ones([[[2, 7], [7, 7]]], MaxPool2d())
    check(added_up(trace, slopes, "x"), [[0, 12], [0, 0]])
    found = explain_gradient(trace, slopes, "x", (0, 1, 0))
    assert "the first one gets it all" in found.note
    assert found.terms[0].factors == (("∂L/∂output", 12.0), ("gate", 0.0))


def test_equal_inputs_share() -> None:
    graph = (
        Graph().add(Maximum(), "most").add(Output("mean squared error"), "answer").connect("most", "answer")
    )
    for at in range(3):
        graph = graph.add(Input((2,)), f"x{at}").connect(f"x{at}", "most", at)
    values = [np.array(each, np.float32) for each in ([3, 1], [3, 5], [3, 5])]
    trace, slopes = gradients(build(graph), *values, target=np.zeros(2, np.float32))
    check([added_up(trace, slopes, f"x{at}") for at in range(3)], [[0.75, 0], [0.75, 2.5], [1.5, 2.5]])
    assert (
        explain_gradient(trace, slopes, "x0", (0,)).note == "Equal inputs share the gradient, pair by pair."
    )


def test_a_dead_relu_lets_nothing_through() -> None:
    trace, slopes = to_ones([[[-1, 0], [2, 3]]], ReLU())
    check(added_up(trace, slopes, "x"), [[0, 0], [0.5, 1]])


def test_walking_back_reaches_the_loss() -> None:
    """From a pixel, the heaviest term leads on, layer by layer, until the loss itself is the source."""
    weights: dict[str, Any] = {"conv2d.weight": KERNEL, "conv2d.bias": [0]}
    trace, slopes = to_ones(NINE, Conv2d(1, (2, 2)), ReLU(), MaxPool2d(), **weights)
    place: tuple[str, tuple[int, ...]] | None = ("x", (0, 2, 2))
    seen: list[str] = []
    found: Explanation | None = None
    while place is not None:
        found = explain_gradient(trace, slopes, *place)
        seen.append(place[0])
        best = max(found.terms, key=lambda term: abs(term.product))
        place = (best.source, best.index) if best.source is not None and best.index is not None else None
    assert seen == ["x", "conv2d", "relu", "maxpool2d"]
    assert found is not None
    assert "from the loss" in found.rule
