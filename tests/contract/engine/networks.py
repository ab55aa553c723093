"""Graphs that the tests of the engine share."""

from __future__ import annotations

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
    ReLU,
    Softmax,
)
from cnnviz.model.graph import Graph, chain


def small() -> Graph:
    """Return a network that learns drawn digits in seconds."""
    return chain(
        [
            Input((1, 28, 28)),
            Conv2d(8, 5, stride=2, padding="same"), ReLU(), MaxPool2d(),
            Flatten(), Dense(32), ReLU(), Dense(10), Softmax(),
        ],
        "small",
    )  # fmt: skip


def noisy() -> Graph:
    """Return a network with everything that behaves differently while training."""
    return chain(
        [
            Input((1, 28, 28)),
            Conv2d(4, 5, stride=3), BatchNorm(), ReLU(), MaxPool2d(padding="same"),
            Flatten(), Dropout(rate=0.5), Dense(10),
        ],
        "noisy",
    )  # fmt: skip


def residual() -> Graph:
    """Return a network with a shortcut and a branch, whose ReLUs may not all change places with pooling."""
    graph = chain([("i", Input((2, 9, 8))), ("a", Conv2d(4, 3, padding="same")), ("r", ReLU())], "residual")
    graph = graph.add(Conv2d(4, 3, padding="same"), "b", after="r").add(ReLU(), "s", after="b")
    graph = graph.add(Add(), "sum", after="r").connect("s", "sum")
    graph = graph.add(MaxPool2d(padding="same"), "p", after="sum").add(
        MaxPool2d(padding="same"), "q", after="r"
    )
    graph = graph.add(Concat(), "cat", after="p").connect("q", "cat")
    graph = graph.add(Conv2d(3, 3, padding="same"), "c", after="cat").add(ReLU(), "t", after="c")
    graph = graph.add(MaxPool2d((3, 3), (2, 2), "same"), "u", after="t").add(Flatten(), "f", after="u")
    return graph.add(Dense(5), "d", after="f")
