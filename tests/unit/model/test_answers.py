"""Losses that don't fit the answer or the sample are told, and every fix makes the network learn."""

from __future__ import annotations

import pytest

from cnnviz.layers import Conv2d, Dense, Flatten, Input, Layer, Output, ReLU, Sigmoid
from cnnviz.model.check import Problem
from cnnviz.model.graph import Graph, chain

SQUARES = Output("mean squared error", "sample")


def ending(*end: Layer) -> Graph:
    return chain([("x", Input((1, 4, 4))), ("f", Flatten()), *end])


def only(graph: Graph) -> Problem:
    (problem,) = graph.summary().errors
    return problem


@pytest.mark.parametrize(
    "graph",
    [
        ending(Dense(16), SQUARES),
        ending(Dense(5), Output()),
        ending(Dense(5), Output("mean squared error")),
        ending(Dense(5), Output("none", "sample")),
        chain(
            [
                Input((1, 4, 4)),
                Conv2d(1, 3, padding="same"),
                Sigmoid(),
                Output("binary cross entropy", "sample"),
            ]
        ),
        chain([Input((3, 5)), Output("margin")]),
    ],
)
def test_losses_that_fit_are_no_problem(graph: Graph) -> None:
    assert graph.summary().require().errors == ()


def test_an_answer_needs_as_many_values_as_the_sample() -> None:
    graph = ending(("d", Dense(10)), ("s", Sigmoid()), ("o", SQUARES))
    problem = only(graph)
    assert (problem.node, problem.text) == (
        "o", "10 (10 values) can't be compared with a sample of 1×4×4 (16 values).",
    )  # fmt: skip
    assert [fix.label for fix in problem.fixes] == ["Give d 16 units", "Compare with the labels"]
    for fix in problem.fixes:
        fix.edit(graph).summary().require()
    assert problem.fixes[0].edit(graph).node("d").layer == Dense(16)


def test_a_vector_that_no_dense_layer_gives_gets_one() -> None:
    graph = chain([("x", Input((1, 4, 4))), Conv2d(2, 3), ReLU(), Flatten(), ("o", SQUARES)])
    insert = only(graph).fixes[0]
    assert insert.label == "Insert Dense, 16 units"
    assert insert.edit(graph).summary().require().shapes["o"] == (16,)


def test_maps_of_another_size_can_only_be_compared_with_labels() -> None:
    graph = chain([("x", Input((1, 4, 4))), ("c", Conv2d(1, 3)), ("o", SQUARES)])
    (fix,) = only(graph).fixes
    assert fix.edit(graph).node("o").layer == Output("mean squared error")


def test_a_loss_for_classes_is_not_for_samples() -> None:
    graph = ending(Dense(16), ("o", Output("cross entropy", "sample")))
    problem = only(graph)
    assert problem.text == "cross entropy names a class; a sample is compared value by value."
    layers = [fix.edit(graph).node("o").layer for fix in problem.fixes]
    assert layers == [SQUARES, Output()]
    for fix in problem.fixes:
        fix.edit(graph).summary().require()


def test_the_margin_loss_takes_capsules() -> None:
    problem = only(chain([("x", Input((2, 4, 4))), ("o", Output("margin"))]))
    assert (problem.node, problem.fixes[0].label) == ("o", "Use cross entropy")
