"""What still runs of a broken network."""

from __future__ import annotations

from cnnviz.layers import Add, Conv2d, Dense, Flatten, Input, Output, ReLU, Softmax
from cnnviz.model.checking.runnable import runnable
from cnnviz.model.graph import Graph, chain


def test_a_sound_network_runs_as_it_is() -> None:
    graph = chain([Input(), Flatten(), Dense(10), Softmax()])
    assert runnable(graph) is graph


def test_everything_in_front_of_a_mistake_runs() -> None:
    graph = chain([Input(), Conv2d(8), ReLU(), Dense(10), Softmax()])
    part = runnable(graph)
    assert part is not None
    assert [node.name for node in part] == ["input", "conv1", "relu1", "end_1"]
    assert not part.summary().errors


def test_every_loose_end_gets_an_output() -> None:
    graph = chain([Input(), Conv2d(8), ReLU()]).add(Conv2d(4), "end_1", after="input").add(Add(), "sum")
    part = runnable(graph)
    assert part is not None
    assert {node.name for node in part} == {"input", "conv1", "relu1", "end_1", "end_2", "end_3"}
    assert {node.name for node in part if isinstance(node.layer, Output)} == {"end_2", "end_3"}


def test_nothing_runs_without_an_input_or_behind_it() -> None:
    assert runnable(chain([Conv2d(8), ReLU()])) is None
    assert runnable(Graph().add(Input(), "input").add(Conv2d(3), "conv1")) is None
