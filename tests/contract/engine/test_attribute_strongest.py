"""The strongest samples of each channel are those a plain sort over all traces finds."""

from __future__ import annotations

import numpy as np
import pytest

from cnnviz.engine.attribute import strongest
from cnnviz.engine.build import build
from cnnviz.engine.trace import trace
from cnnviz.errors import ExplainError
from cnnviz.events import Answer, Progress
from cnnviz.explain.strongest import KEPT, Strongest
from cnnviz.layers import Add, Conv2d, Dense, Flatten, Input, ReLU
from cnnviz.model.graph import Graph, chain

GRAPH = chain([Input((1, 8, 8)), Conv2d(3, 3), ReLU(), Flatten(), Dense(4)], "small")
IMAGES = np.random.default_rng(2).random((150, 1, 8, 8)).astype(np.float32)


def found_in(count: int) -> Strongest:
    *steps, last = strongest(build(GRAPH), IMAGES.__getitem__, count)
    assert all(isinstance(step, Progress) and step.total == count for step in steps)
    assert isinstance(last, Answer)
    return last.value


def test_a_plain_sort_finds_the_same() -> None:
    module, found = build(GRAPH), found_in(150)
    traces = [trace(module, image) for image in IMAGES]
    for node in ("conv1", "dense1"):
        array = np.stack([each.activation(node) for each in traces])
        peaks = array.reshape(150, array.shape[1], -1).max(axis=2)
        for channel in range(array.shape[1]):
            findings = found.nodes[node].of(channel)
            assert [each.sample for each in findings] == np.argsort(-peaks[:, channel])[:KEPT].tolist()
            for each in findings:
                assert each.index[0] == channel
                assert traces[each.sample].activation(node)[each.index] == pytest.approx(
                    each.value, rel=1e-4, abs=1e-6
                )
    assert found.looked_at == 150


def test_fewer_samples_give_fewer_findings() -> None:
    assert [len(found_in(count).nodes["conv1"].of(0)) for count in (1, 5, 9)] == [1, 5, 9]


def test_of_equal_ones_the_first_are_kept() -> None:
    flat = np.zeros((1, 8, 8), np.float32)
    *_, last = strongest(build(GRAPH), lambda _number: flat, 100)
    assert isinstance(last, Answer)
    assert [each.sample for each in last.value.nodes["conv1"].of(1)] == list(range(KEPT))


def test_several_inputs_are_refused() -> None:
    graph = Graph().add(Input((4,)), "a").add(Input((4,)), "b").add(Add(), "sum")
    graph = graph.connect("a", "sum", 0).connect("b", "sum", 1)
    with pytest.raises(ExplainError, match="one input"):
        list(strongest(build(graph), IMAGES.__getitem__, 3))
