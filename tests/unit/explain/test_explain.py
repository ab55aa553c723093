"""The account of a number: what it lists, how it is written, and what it refuses."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from cnnviz.errors import ExplainError
from cnnviz.explain import Explanation, Trace, explain
from cnnviz.layers import (
    Add,
    AvgPool2d,
    BatchNorm,
    Concat,
    Conv2d,
    Dense,
    Dropout,
    Flatten,
    GlobalAvgPool,
    Input,
    Layer,
    LeakyReLU,
    MaxPool2d,
    ReLU,
    Softmax,
    Tanh,
)
from cnnviz.model.graph import Graph, chain

NINE = np.arange(1, 10).reshape(1, 3, 3)


def account(
    layer: Layer, image: Any, index: tuple[int, ...], engine: float, **parameters: Any
) -> Explanation:
    """Explain one value of a layer behind an input; `engine` is what the engine is said to have found there."""
    sample = np.array(image, np.float32)
    output = np.full(layer.out_shape(sample.shape), engine, np.float32)
    arrays = {name: np.array(value, np.float32) for name, value in parameters.items()}
    graph = chain([("x", Input(sample.shape)), ("y", layer)])
    return explain(Trace(graph, {"x": sample, "y": output}, {"y": arrays}), "y", index)


def conv(index: tuple[int, ...] = (0, 2, 2), engine: float = 9.5) -> Explanation:
    layer = Conv2d(1, (2, 2), padding="same")
    return account(layer, NINE, index, engine, weight=np.ones((1, 1, 2, 2)), bias=[0.5])


def test_a_convolution_lists_window_padding_and_bias() -> None:
    found = conv()
    assert found.title == "Conv 2D · y[0,2,2]"
    assert found.rule == "Σ input × weight + bias"
    assert [term.origin for term in found.terms] == ["x[0,2,2]", "padding", "padding", "padding", "bias"]
    assert found.terms[0].factors == (("input", 9.0), ("weight", 1.0))
    assert found.terms[-1].product == 0.5
    assert (found.sum, found.result, found.engine, found.difference) == (9.5, 9.5, 9.5, 0.0)
    assert found.closes
    assert found.function == ""


def test_the_arrays_have_the_shape_of_the_window() -> None:
    part = conv((0, 0, 2), engine=9.5).parts[0]
    assert part.values.dtype == np.float64
    assert part.ranges == (range(1), range(2), range(2, 4))
    assert part.inside.tolist() == [[[True, False], [True, False]]]
    assert part.products.tolist() == [[[3, 0], [6, 0]]]
    assert part.channel_sums.tolist() == [9]


def test_groups_and_channels_are_told_apart() -> None:
    layer = Conv2d(4, (1, 1), groups=2, bias=False)
    weight = np.arange(8).reshape(4, 2, 1, 1)
    found = account(layer, np.arange(4).reshape(4, 1, 1), (3, 0, 0), 33, weight=weight)
    assert [term.origin for term in found.terms] == ["x[2,0,0]", "x[3,0,0]"]
    assert found.parts[0].channel_sums.tolist() == [12, 21]
    assert found.rule == "Σ input × weight"
    assert found.closes


def test_json_has_sources_factors_and_the_closing_line() -> None:
    found = json.loads(json.dumps(conv().to_dict()))
    assert found["terms"][0] == {
        "source": "x[0,2,2]",
        "factors": {"input": 9.0, "weight": 1.0},
        "product": 9.0,
    }
    assert found["terms"][-1] == {"source": "bias", "factors": {"bias": 0.5}, "product": 0.5}
    assert {key: found[key] for key in ("node", "index", "sum", "result", "engine", "difference", "closes")} == {
        "node": "y", "index": [0, 2, 2], "sum": 9.5, "result": 9.5, "engine": 9.5, "difference": 0, "closes": True,
    }  # fmt: skip


def test_a_wrong_engine_value_does_not_close() -> None:
    assert not conv(engine=9.51).closes
    assert conv(engine=9.51).difference == pytest.approx(-0.01, abs=1e-6)


def test_the_tolerance_follows_the_sizes_of_what_was_added_or_of_what_a_function_returned() -> None:
    layer = Conv2d(1, (1, 2), bias=False)
    cancelling = account(layer, [[[1000.0, 1000.0]]], (0, 0, 0), 0, weight=[[[[3.0, -3.0]]]])
    assert cancelling.tolerance == pytest.approx(6000e-5)
    assert account(Tanh(), [1000.0], (0,), 1).tolerance == pytest.approx(1e-5)
    assert account(ReLU(), [1000.0], (0,), 1000).tolerance == pytest.approx(1000e-5)


def test_max_pooling_names_ties_and_padding_never_wins() -> None:
    found = account(MaxPool2d((2, 2), (1, 1), "same"), [[[-3, -1], [-1, -2]]], (0, 0, 0), -1)
    assert [term.product for term in found.terms] == [0, -1, 0, 0]
    assert found.note == "2 cells are equally large; the first one wins."
    corner = account(MaxPool2d((2, 2), (1, 1), "same"), [[[-3, -1], [-1, -2]]], (0, 1, 1), -2)
    assert [term.origin for term in corner.terms] == ["x[0,1,1]", "padding", "padding", "padding"]
    assert corner.result == -2
    assert corner.note == ""
    assert corner.closes


def test_average_pooling_counts_real_cells_only() -> None:
    found = account(AvgPool2d((2, 2), (2, 2), "same"), NINE, (0, 0, 1), 4.5)
    assert found.rule == "mean of the window"
    assert [dict(term.factors).get("share") for term in found.terms] == [0.5, 0, 0.5, 0]
    assert found.closes
    assert account(GlobalAvgPool(), NINE, (0,), 5).closes


def test_batch_norm_splits_into_input_mean_and_shift() -> None:
    found = account(
        BatchNorm(epsilon=0.0625),
        [5.0],
        (0,),
        14,
        running_mean=[1],
        running_var=[3.9375],
        weight=[4],
        bias=[6],
    )
    assert [(term.origin, term.product) for term in found.terms] == [("x[0]", 10), ("mean", -2), ("β", 6)]
    assert {each.name: each.value for each in found.constants} == {
        "mean": 1, "variance": 3.9375, "ε": 0.0625, "γ": 4, "β": 6,
    }  # fmt: skip
    assert found.rule == "(x − μ) / √(σ² + ε) · γ + β"
    assert found.closes
    plain = account(
        BatchNorm(epsilon=0.0625, affine=False), [5.0], (0,), 2, running_mean=[1], running_var=[3.9375]
    )
    assert plain.closes
    assert plain.rule == "(x − μ) / √(σ² + ε)"


def test_softmax_subtracts_the_maximum() -> None:
    found = account(Softmax(), [1000, 1001, 1002], (2,), 0.66524096)
    assert found.closes
    assert found.terms[0].factors == (("logit", 1000), ("maximum", 1002))
    assert found.terms[0].product == pytest.approx(np.exp(-2))
    assert found.sum == pytest.approx(1 + np.exp(-1) + np.exp(-2))
    assert {each.name: each.value for each in found.constants} == {"maximum": 1002, "numerator": 1}
    assert found.function == "softmax"


def test_functions_of_one_value() -> None:
    relu = account(ReLU(), [-2.0], (0,), 0)
    assert (relu.sum, relu.result, relu.function, relu.rule) == (-2, 0, "relu", "max(0, x)")
    leaky = account(LeakyReLU(0.25), [-2.0], (0,), -0.5)
    assert (leaky.result, leaky.rule) == (-0.5, "x where x > 0, else 0.25 · x")
    assert leaky.constants[0].value == 0.25
    assert "outside of training" in account(Dropout(), [-2.0], (0,), -2).note


@pytest.mark.parametrize("x", [-800.0, -3.0, 0.0, 3.0, 800.0])
def test_sigmoid_never_overflows(x: float) -> None:
    from cnnviz.layers import Sigmoid

    found = account(Sigmoid(), [x], (0,), 0.5)
    assert found.result == pytest.approx(0.5 * (1 + np.tanh(x / 2)), abs=1e-12)


def test_merging_layers_name_the_right_input() -> None:
    graph = (
        Graph().add(Input((1, 2)), "a").add(ReLU(), "b", after="a").add(Add(), "sum").add(Concat(), "both")
    )
    for node in ("sum", "both"):
        graph = graph.connect("a", node).connect("b", node)
    a, b = np.array([[1.0, -2.0]], np.float32), np.array([[1.0, 0.0]], np.float32)
    trace = Trace(graph, {"a": a, "b": b, "sum": a + b, "both": np.concatenate([a, b])}, {})
    total = explain(trace, "sum", (0, 1))
    assert [term.origin for term in total.terms] == ["a[0,1]", "b[0,1]"]
    assert total.rule == "sum of the inputs"
    assert total.closes
    assert [term.origin for term in explain(trace, "both", (1, 0)).terms] == ["b[0,0]"]


def test_a_pixel_is_given_and_flatten_passes_it_on() -> None:
    graph = chain([("x", Input((1, 2, 2))), ("y", Flatten())])
    image = np.arange(4, dtype=np.float32).reshape(1, 2, 2)
    trace = Trace(graph, {"x": image, "y": image.ravel()}, {})
    assert [term.origin for term in explain(trace, "x", (0, 1, 1)).terms] == ["given"]
    assert [term.origin for term in explain(trace, "y", (2,)).terms] == ["x[0,1,0]"]
    assert explain(trace, "y", np.array([2])).index == (2,)


@pytest.mark.parametrize("spoilt", [np.nan, np.inf])
def test_a_network_that_broke_down_does_not_close_and_stays_json(spoilt: float) -> None:
    image = np.full((1, 3, 3), spoilt)
    for layer in (Conv2d(1, (2, 2)), MaxPool2d(), AvgPool2d(), GlobalAvgPool()):
        index = (0,) if isinstance(layer, GlobalAvgPool) else (0, 0, 0)
        found = account(layer, image, index, spoilt, weight=np.zeros((1, 1, 2, 2)), bias=[0])
        assert not found.closes
        assert json.loads(json.dumps(found.to_dict(), allow_nan=False))["difference"] is None


def test_functions_of_infinities() -> None:
    assert account(ReLU(), [-np.inf], (0,), 0).closes
    assert not account(ReLU(), [np.nan], (0,), np.nan).closes
    spoilt = {"running_mean": [0], "running_var": [-1], "weight": [1], "bias": [0]}
    assert not account(BatchNorm(), [1.0], (0,), np.nan, **spoilt).closes


@pytest.mark.parametrize(
    "index", [(0, 0), (0, 0, 3), (-1, 0, 0), (1, 0, 0), (0, 0, 0, 0), (0, 0, 0.5), ("a",)]
)
def test_an_index_outside_is_refused_with_the_shape(index: Any) -> None:
    with pytest.raises(ExplainError, match="1×3×3"):
        conv(index)


def test_an_unknown_node_or_parameter_is_refused() -> None:
    sample = np.zeros((1, 2), np.float32)
    graph = chain([("x", Input((2,))), ("y", Dense(1))])
    trace = Trace(graph, {"x": sample[0], "y": np.zeros(1, np.float32)}, {"y": {"weight": sample}})
    with pytest.raises(ExplainError, match="no node 'z'"):
        explain(trace, "z", (0,))
    with pytest.raises(ExplainError, match="y: the trace has no parameter 'bias'"):
        explain(trace, "y", (0,))
    full = replace(trace, parameters={"y": {"weight": sample, "bias": np.zeros(1, np.float32)}})
    assert explain(full, "y", (0,)).closes
