"""A network that gives back what it was given is taken for an autoencoder."""

from __future__ import annotations

from cnnviz.layers import Conv2d, Input, Output, ReLU, Sigmoid
from cnnviz.model.checking.suitability import Samples, judge
from cnnviz.model.graph import Graph, chain

DIGITS = Samples("Digits", (1, 28, 28), 10)


def decoder(*end: Output) -> Graph:
    layers = (Input(), Conv2d(8, padding="same"), ReLU(), Conv2d(1, padding="same"), Sigmoid(), *end)
    return chain(layers)


def test_an_output_of_the_samples_shape_may_rebuild_it() -> None:
    for graph in (decoder(), decoder(Output())):
        (problem,) = judge(graph, DIGITS).errors
        first = problem.fixes[0]
        assert first.label.startswith("Learn to rebuild the sample")
        assert not judge(first.edit(graph), DIGITS).errors


def test_maps_are_not_called_classes() -> None:
    graph = chain([Input(), Conv2d(16), ReLU()])
    (problem,) = judge(graph, DIGITS).errors
    assert [fix.label for fix in problem.fixes] == ["Add a Dense layer of 10 units"]
    assert not judge(problem.fixes[0].edit(graph), DIGITS).errors
