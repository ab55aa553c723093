"""Gradients of whole networks: all losses, batch norm in both modes, values used twice; nothing is left changed."""

from __future__ import annotations

from random import Random
from typing import Any

import numpy as np
import pytest
import torch

from cnnviz.engine.build import build
from cnnviz.engine.gradients import batch_gradients, gradients
from cnnviz.engine.losses import step_loss
from cnnviz.errors import CnnvizError
from cnnviz.explain import explain
from cnnviz.explain.backward import explain_gradient, explain_weight
from cnnviz.layers import (
    Add,
    BatchNorm,
    Concat,
    Conv2d,
    Dense,
    Dropout,
    Flatten,
    Input,
    MaxPool2d,
    Multiply,
    Output,
    ReLU,
    Reshape,
    Sigmoid,
    Softmax,
)
from cnnviz.model.graph import Graph, chain
from tests.contract.layers.draws import some_indices
from tests.contract.layers.ways import draw_module, draw_target

NETWORK = chain(
    [
        ("input", Input((2, 8, 8))),
        ("conv1", Conv2d(4, (3, 3), padding="same")),
        ("norm1", BatchNorm()),
        ("relu1", ReLU()),
        ("pool1", MaxPool2d()),
        ("drop", Dropout(0.5)),
        ("flatten", Flatten()),
        ("dense1", Dense(5)),
        ("softmax", Softmax()),
    ]
)


def close_everywhere(trace: Any, slopes: Any, seed: int, per_array: int = 4) -> None:
    random = Random(seed)
    for name, array in slopes.gradients.items():
        for at in some_indices(array.shape, per_array, random):
            found = explain_gradient(trace, slopes, name, at)
            assert found.closes, (found.title, found.result, found.engine, found.tolerance)
    for node, arrays in slopes.parameters.items():
        for name, array in arrays.items():
            for at in some_indices(array.shape, per_array, random):
                found = explain_weight(trace, slopes, node, name, at)
                assert found.closes, (found.title, found.result, found.engine, found.tolerance)


def test_evaluation_mode() -> None:
    numbers = np.random.default_rng(0)
    module = draw_module(NETWORK, numbers).train()
    before = {name: value.clone() for name, value in module.state_dict().items()}
    trace, slopes = gradients(module, numbers.normal(size=(2, 8, 8)).astype(np.float32), target=3)
    assert module.training
    assert all(torch.equal(before[n], v) for n, v in module.state_dict().items())
    assert all(parameter.grad is None for parameter in module.parameters())
    close_everywhere(trace, slopes, 0)
    assert explain(trace, "dense1", (2,)).closes
    assert slopes.loss == pytest.approx(-np.log(trace.activations["softmax"][3]), rel=1e-5)


def test_training_mode_with_a_batch() -> None:
    numbers = np.random.default_rng(1)
    module = draw_module(NETWORK, numbers)
    before = {name: value.clone() for name, value in module.state_dict().items()}
    samples = numbers.normal(size=(3, 2, 8, 8)).astype(np.float32)
    labels = np.array([0, 4, 2])
    moments = batch_gradients(module, samples, targets=labels)
    assert len(moments) == 3
    assert all(torch.equal(before[n], v) for n, v in module.state_dict().items())
    for seed, (trace, slopes) in enumerate(moments):
        close_everywhere(trace, slopes, seed)
    found = explain_gradient(*moments[1], "conv1", (1, 2, 3))
    assert [term.label for term in found.offsets] == ["through the mean", "through the variance"]


def test_parameter_gradients_are_those_of_a_training_step() -> None:
    """Without dropout, the batch's gradients are what `backward()` leaves in `.grad`."""
    numbers = np.random.default_rng(2)
    module = draw_module(NETWORK.with_layer("drop", ReLU()), numbers)
    samples = numbers.normal(size=(4, 2, 8, 8)).astype(np.float32)
    labels = np.array([0, 4, 2, 2])
    ((_, slopes), *_) = batch_gradients(module, samples, targets=labels)
    step_loss(module.train(), [torch.from_numpy(samples)], torch.from_numpy(labels)).backward()
    for name, parameter in module.named_parameters():
        node, _, array = name.partition(".")
        wanted = parameter.grad.numpy()  # type: ignore[union-attr]
        np.testing.assert_allclose(slopes.parameters[node][array], wanted, rtol=1e-6, atol=1e-9)


LOSSES = [
    ("cross entropy", []),
    ("cross entropy", [Softmax()]),
    ("binary cross entropy", []),
    ("binary cross entropy", [Sigmoid()]),
    ("mean squared error", []),
    ("mean absolute error", [Sigmoid()]),
    ("margin", []),
    ("margin", [Reshape((3, 2))]),
]


@pytest.mark.parametrize(("loss", "more"), LOSSES)
@pytest.mark.parametrize("batch", [False, True], ids=["one", "batch"])
def test_every_loss(loss: str, more: list[Any], batch: bool) -> None:
    numbers = np.random.default_rng(3)
    layers = [Input((5,)), Dense(6), *more, Output(loss, weight=0.7)]
    module = draw_module(chain([(f"n{at}", layer) for at, layer in enumerate(layers)]), numbers)
    for seed in range(5):
        if batch:
            targets = np.array([draw_target(module, numbers) for _ in range(3)])
            moments = batch_gradients(module, numbers.normal(size=(3, 5)).astype(np.float32), targets=targets)
        else:
            sample = numbers.normal(size=5).astype(np.float32)
            moments = [gradients(module, sample, target=draw_target(module, numbers))]
        for trace, slopes in moments:
            close_everywhere(trace, slopes, seed, 6)


def test_scores_of_every_place() -> None:
    """In a map of scores every place answers for the whole sample."""
    numbers = np.random.default_rng(4)
    module = draw_module(chain([("x", Input((1, 4, 4))), ("c", Conv2d(3, (2, 2)))]), numbers)
    trace, slopes = gradients(module, numbers.normal(size=(1, 4, 4)).astype(np.float32), target=1)
    close_everywhere(trace, slopes, 0, 8)


def test_a_value_that_is_used_often() -> None:
    """Twice by one layer, by two layers, and by the answer itself."""
    graph = Graph().add(Input((3, 4, 4)), "x").add(ReLU(), "r").connect("x", "r")
    graph = graph.add(Multiply(), "square").connect("r", "square", 0).connect("r", "square", 1)
    graph = graph.add(Add(), "add").connect("r", "add", 0).connect("square", "add", 1)
    graph = graph.add(Concat(), "both").connect("add", "both", 0).connect("r", "both", 1)
    graph = graph.add(Output("mean squared error", "sample", 0.3), "copy").connect("r", "copy")
    graph = graph.add(Flatten(), "flat").connect("both", "flat").add(Dense(4), "d").connect("flat", "d")
    graph = graph.add(Output(), "answer").connect("d", "answer")
    numbers = np.random.default_rng(5)
    module = draw_module(graph, numbers)
    trace, slopes = gradients(module, numbers.normal(size=(3, 4, 4)).astype(np.float32), target=2)
    close_everywhere(trace, slopes, 0, 10)
    assert len(slopes.ends) == 2


def test_a_running_statistic_does_not_learn() -> None:
    trace, slopes = gradients(build(NETWORK), np.zeros((2, 8, 8), np.float32), target=0)
    with pytest.raises(CnnvizError, match="running_mean"):
        explain_weight(trace, slopes, "norm1", "running_mean", (0,))
    with pytest.raises(CnnvizError, match="no value"):
        explain_gradient(trace, slopes, "conv1", (0, 0, 99))
    with pytest.raises(CnnvizError, match="slope"):
        explain_gradient(trace, slopes, "conv9", (0,))
