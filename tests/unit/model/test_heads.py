"""Where the loss of an answer is taken from, and what it is compared with."""

from __future__ import annotations

import pytest

from cnnviz.layers import Conv2d, Dense, Dropout, Flatten, Input, Layer, Output, ReLU, Sigmoid, Softmax
from cnnviz.model.graph import Graph, chain
from cnnviz.model.heads import Head, heads, learned_from, main_head


def head_of(*end: Layer) -> Head:
    graph = chain([("x", Input((1, 4, 4))), ("f", Flatten()), ("d", Dense(3)), *end])
    (head,) = heads(graph)
    return head


@pytest.mark.parametrize(
    ("end", "source", "ready"),
    [
        ((), "d", False),
        ((Softmax(),), "d", False),
        ((ReLU(),), "relu1", False),
        ((Softmax(), Output()), "d", False),
        ((Softmax(), Flatten(), Output()), "flatten", True),
        ((Softmax(), Dropout(), Output()), "dropout1", False),
        ((Sigmoid(), Output("binary cross entropy")), "d", False),
        ((Sigmoid(), Flatten(), Output("binary cross entropy")), "flatten", True),
        ((Softmax(), Output("binary cross entropy")), "softmax", True),
        ((Softmax(), Output("mean squared error")), "softmax", False),
        ((Sigmoid(), Output("margin")), "sigmoid1", False),
    ],
)
def test_scores_are_preferred_to_probabilities(end: tuple[Layer, ...], source: str, ready: bool) -> None:
    head = head_of(*end)
    assert (head.source, head.ready) == (source, ready)


def test_a_network_without_output_node_learns_classes() -> None:
    assert head_of().layer == Output()


@pytest.mark.parametrize(
    ("output", "classifies"),
    [
        (Output(), True),
        (Output("binary cross entropy"), True),
        (Output("margin"), True),
        (Output("mean squared error"), False),
        (Output("none"), False),
        (Output("cross entropy", "sample"), False),
    ],
)
def test_only_a_choice_among_classes_can_be_right(output: Output, classifies: bool) -> None:
    assert head_of(output).classifies is classifies


def test_a_picture_is_no_choice_among_classes() -> None:
    graph = chain([Input((1, 4, 4)), Conv2d(1, 3), Sigmoid(), Output("binary cross entropy")])
    assert not main_head(graph).classifies


def test_the_sample_is_the_input_behind_the_answer() -> None:
    graph = Graph().add(Input((3,)), "a").add(Input((4,)), "b").add(Dense(4), "d", after="b")
    graph = graph.add(Output("mean squared error", "sample"), "o", after="d")
    graph = graph.add(Output("none"), "p", after="a")
    assert [(head.node, head.sample) for head in heads(graph)] == [("o", "b"), ("p", "")]
    assert [head.node for head in learned_from(graph)] == ["o"]


def test_nothing_is_learned_from_a_graph_that_can_not_run() -> None:
    assert learned_from(chain([Input((1, 4, 4)), Dense(3)])) == ()
    assert learned_from(Graph()) == ()
