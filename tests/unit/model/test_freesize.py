"""Inputs that welcome larger samples: what admits them, what stands in the way, and what repairs it."""

from __future__ import annotations

import pytest

from cnnviz.layers import (
    Add,
    BatchNorm,
    Conv2d,
    Dense,
    Flatten,
    GlobalAvgPool,
    Input,
    Layer,
    LayerNorm,
    MaxPool2d,
    ReLU,
    Reshape,
    Softmax,
)  # fmt: skip
from cnnviz.model.check import Problem
from cnnviz.model.checking.freesize import admits, resized
from cnnviz.model.graph import Graph, chain


def behind(*layers: Layer, shape: tuple[int, ...] = (1, 12, 12)) -> Graph:
    return chain([("x", Input(shape, free_size=True)), *layers])


def only(graph: Graph) -> Problem:
    (problem,) = graph.summary().errors
    return problem


@pytest.mark.parametrize(
    "graph",
    [
        behind(Conv2d(4, 3, 2, "same"), BatchNorm(), ReLU(), Conv2d(10, 6), Softmax()),
        behind(Conv2d(4, 3), GlobalAvgPool(), Dense(10)),
        behind(Conv2d(4, 3), LayerNorm("channels"), MaxPool2d(padding="same")),
        behind(Dense(3), shape=(12,)),
        behind(Conv2d(1, 3), shape=(1, 4096, 4096)),
    ],
)
def test_fully_convolutional_networks_take_larger_samples(graph: Graph) -> None:
    assert graph.summary().require().errors == ()


def test_shapes_are_those_of_the_given_size() -> None:
    assert behind(Conv2d(4, 3)).summary().shapes["conv1"] == (4, 10, 10)


def test_dense_behind_a_free_size_needs_a_global_average_or_one_size() -> None:
    graph = behind(("c", Conv2d(4, 3)), ("r", ReLU()), ("f", Flatten()), ("d", Dense(7)), Dense(5))
    problem = only(graph)
    assert problem.node == "d"
    assert problem.text == (
        "it is made for 400, but x lets larger samples in: 1936 would arrive from one of twice the size."
    )
    average, fixed = problem.fixes
    assert average.label == "Insert global average before f"
    report = average.edit(graph).summary().require()
    assert report.shapes["f"] == (4,)
    assert fixed.label == "Take samples of one size at x"
    assert fixed.edit(graph).node("x").layer == Input((1, 12, 12))
    fixed.edit(graph).summary().require()


@pytest.mark.parametrize("layer", [LayerNorm(), Reshape((2, 72)), Reshape((4, 6, 6))])
def test_whatever_has_a_fixed_size_is_named(layer: Layer) -> None:
    graph = behind(("n", layer), ReLU())
    problem = only(graph)
    assert problem.node == "n"
    (fixed,) = problem.fixes
    fixed.edit(graph).summary().require()


def test_what_only_fits_at_one_size_is_named_once() -> None:
    """A shortcut around a convolution without padding and one of the right stride only meet by chance."""
    graph = behind(("a", Conv2d(2, 5, 2)), shape=(2, 7, 7)).add(Conv2d(2, 3, 3, 1), "b", after="x")
    graph = graph.add(MaxPool2d(2, 1), "p", after="b").add(Add(), "s", after="a").connect("p", "s")
    graph = graph.add(ReLU(), "r", after="s")
    assert graph.with_layer("x", Input((2, 7, 7))).summary().require().shapes["s"] == (2, 2, 2)
    assert only(graph).node == "s"


@pytest.mark.parametrize(
    ("shape", "welcome"),
    [
        ((1, 12, 12), True), ((1, 24, 12), True), ((1, 13, 100), True),
        ((1, 11, 12), False), ((3, 12, 12), False), ((1, 12), False),
    ],
)  # fmt: skip
def test_samples_may_be_larger_but_not_smaller(shape: tuple[int, ...], welcome: bool) -> None:
    graph = behind(Conv2d(4, 3))
    assert admits(graph, "x", shape) is welcome
    assert admits(graph.with_layer("x", Input((1, 12, 12))), "x", shape) is (shape == (1, 12, 12))


def test_a_resized_graph_shares_all_other_nodes() -> None:
    graph = behind(Conv2d(4, 3))
    larger = resized(graph, {"x": (1, 20, 16)})
    assert larger.summary().shapes == {"x": (1, 20, 16), "conv1": (4, 18, 14)}
    assert larger.node("conv1") is graph.node("conv1")
    assert resized(graph, {"x": (1, 12, 12)}) is graph
