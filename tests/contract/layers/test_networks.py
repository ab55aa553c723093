"""Whole networks: every value of a trace is accounted for, from the probabilities back to the pixels."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest
import torch

from cnnviz.engine.build import build
from cnnviz.engine.trace import trace
from cnnviz.explain import Trace, explain, receptive_field
from cnnviz.layers import (
    Add,
    AvgPool2d,
    BatchNorm,
    Concat,
    Conv2d,
    Dense,
    Dropout,
    Flatten,
    Input,
    LeakyReLU,
    MaxPool2d,
    ReLU,
    Softmax,
    Tanh,
)
from cnnviz.model.graph import Graph


def branched() -> Graph:
    """Return a small net with a shortcut, a concatenation and every kind of padding."""
    graph = Graph().add(Input((3, 9, 8)), "x").add(Conv2d(4, 3, padding="same"), "c", after="x")
    graph = graph.add(BatchNorm(), "bn", after="c").add(ReLU(), "r", after="bn")
    graph = graph.add(Conv2d(4, 3, 2, 1), "a", after="r").add(
        Conv2d(4, 2, 2, "same", groups=2), "b", after="r"
    )
    graph = graph.add(Add(), "sum").connect("a", "sum").connect("b", "sum").add(Tanh(), "t", after="sum")
    graph = graph.add(Concat(), "cat").connect("t", "cat").connect("b", "cat")
    graph = graph.add(MaxPool2d(3, 1, 1), "m", after="cat").add(AvgPool2d(2, 2, "same"), "p", after="m")
    graph = (
        graph.add(Flatten(), "f", after="p")
        .add(Dropout(), "drop", after="f")
        .add(Dense(5), "d", after="drop")
    )
    return graph.add(LeakyReLU(), "l", after="d").add(Softmax(), "s", after="l")


def traced(image: np.ndarray) -> Trace:
    module = build(branched(), seed=3)
    with torch.no_grad():
        module.get_buffer("bn.running_mean").uniform_(-1, 1, generator=torch.Generator().manual_seed(1))
        module.get_buffer("bn.running_var").uniform_(0.5, 2, generator=torch.Generator().manual_seed(2))
    return trace(module, image)


def test_every_value_of_a_network_closes() -> None:
    image = np.random.default_rng(0).random((3, 9, 8)).astype(np.float32)
    found = traced(image)
    for name, array in found.activations.items():
        for index in np.ndindex(*array.shape):
            account = explain(found, name, index)
            assert account.closes, (account.title, account.difference)


def test_what_lies_outside_the_receptive_field_has_no_say() -> None:
    """Change all pixels outside of a value's box: it stays; change those inside: it moves."""
    numbers, random = np.random.default_rng(1), Random(1)
    image = numbers.random((3, 9, 8)).astype(np.float32)
    before = traced(image)
    for name in ("c", "a", "b", "sum", "m", "p"):
        index = tuple(random.randrange(entry) for entry in before.activations[name].shape)
        box = tuple(slice(*axis) for axis in receptive_field(before.graph, name, index)["x"])
        other = numbers.random((3, 9, 8)).astype(np.float32)
        other[box] = image[box]
        assert traced(other).activations[name][index] == pytest.approx(
            before.activations[name][index], abs=1e-5
        )
    inside = image.copy()
    inside[tuple(slice(*axis) for axis in receptive_field(before.graph, "c", (0, 4, 4))["x"])] += 0.5
    assert abs(traced(inside).activations["c"][0, 4, 4] - before.activations["c"][0, 4, 4]) > 1e-2
