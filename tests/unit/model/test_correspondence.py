"""Which layer of another network stands for which."""

from __future__ import annotations

from cnnviz.layers import BatchNorm, Conv2d, Dense, Dropout, Flatten, Input, MaxPool2d, ReLU
from cnnviz.model.correspondence import counterpart, without_normalisation
from cnnviz.model.graph import Graph, chain
from cnnviz.templates import template


def net(*names: str) -> Graph:
    layers = [Input((1, 16, 16)), *((name, Conv2d(4, 3)) for name in names), Flatten(), ("out", Dense(10))]
    return chain(layers)


def test_the_same_name_stands_for_itself() -> None:
    plain, residual = template("plain20").graph, template("resnet20").graph
    for node in (node for node in residual if node.name in plain):
        assert counterpart(residual, node.name, plain) == node.name
    assert (
        counterpart(residual, "relu1_1", plain) == "relu1_1b"
    )  # behind the addition, as deep among its kind


def test_other_names_are_matched_by_depth() -> None:
    first, second = net("a", "b", "c"), net("one", "two", "three", "four", "five")
    assert [counterpart(first, name, second) for name in "abc"] == ["one", "three", "five"]
    assert [counterpart(second, name, first) for name in ("one", "three", "five")] == ["a", "b", "c"]


def test_a_name_of_another_group_is_no_match() -> None:
    first = net("a", "out2")
    second = chain([Input((1, 16, 16)), ("x", Conv2d(4, 3)), ("a", ReLU()), Flatten(), ("out", Dense(10))])
    assert counterpart(first, "a", second) == "x"


def test_a_group_stands_in_for_a_missing_kind_and_depth_for_a_missing_group() -> None:
    pooled = chain([Input((1, 16, 16)), ("p", MaxPool2d()), Flatten(), ("out", Dense(10))])
    assert counterpart(pooled, "p", net("a", "b")) in ("a", "b")


def test_normalisation_is_taken_out_and_the_rest_stays() -> None:
    graph = chain([Input((1, 8, 8)), Conv2d(4, 3), BatchNorm(), ReLU(), Dropout(), Flatten(), Dense(10)])
    found = without_normalisation(graph)
    assert [node.layer.kind for node in found] == ["input", "conv2d", "relu", "dropout", "flatten", "dense"]
    assert not found.summary().errors
    assert found.inputs("relu1")[0].source == "conv1"
    real = without_normalisation(template("mnist-bn").graph)
    assert not real.summary().errors
    assert not [node for node in real if node.layer.kind == "batchnorm"]
