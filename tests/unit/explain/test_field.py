"""What a value sees, against asking every cell one by one."""

from __future__ import annotations

import itertools
from random import Random

import pytest

from cnnviz.explain import Box, receptive_field, sources
from cnnviz.layers import (
    Add,
    AvgPool2d,
    BatchNorm,
    Concat,
    Conv2d,
    Dense,
    Flatten,
    GlobalAvgPool,
    Input,
    MaxPool2d,
    ReLU,
    Softmax,
)
from cnnviz.layers.formula import blocks
from cnnviz.model.graph import Graph, chain


def branched() -> Graph:
    """Return a small net with a shortcut, a concatenation, groups, dilation and every padding."""
    graph = chain([("x", Input((3, 9, 8))), ("c1", Conv2d(4, 3, padding="same")), ("r", ReLU())])
    graph = graph.add(Conv2d(4, 3, 2, 1), "a", after="r").add(
        Conv2d(4, 2, 2, "same", groups=2), "b", after="r"
    )
    graph = graph.add(Add(), "sum").connect("a", "sum").connect("b", "sum")
    graph = graph.add(Concat(), "cat").connect("a", "cat").connect("sum", "cat").connect("b", "cat")
    graph = graph.add(BatchNorm(), "bn", after="cat").add(MaxPool2d(3, 1, 1), "m", after="bn")
    graph = graph.add(Conv2d(2, 2, 1, "valid", 2), "d", after="m").add(
        AvgPool2d(2, 2, "same"), "p", after="d"
    )
    graph = (
        graph.add(Flatten(), "f", after="p").add(Dense(3), "out", after="f").add(Softmax(), "s", after="out")
    )
    return graph.add(GlobalAvgPool(), "g", after="d")


def slow(graph: Graph, node: str, index: tuple[int, ...]) -> dict[str, Box]:
    """Walk back over every single cell."""
    cells: dict[str, set[tuple[int, ...]]] = {node: {index}}
    for row in reversed(graph.summary().rows):
        wires, layer = graph.inputs(row.name), graph.node(row.name).layer
        for cell in cells.get(row.name, set()):
            formula = layer.formula(cell, *(row.inputs or ()))
            for block in blocks(formula):
                assert isinstance(block.input, int)
                shape = (row.inputs or ())[block.input]
                clipped = [
                    [i for i in places if 0 <= i < n] for places, n in zip(block.ranges, shape, strict=True)
                ]
                cells.setdefault(wires[block.input].source, set()).update(itertools.product(*clipped))
    del cells[node]
    return {
        name: tuple((min(axis), max(axis) + 1) for axis in zip(*found, strict=True))
        for name, found in cells.items()
        if found
    }


@pytest.mark.parametrize("node", ["c1", "a", "b", "sum", "cat", "bn", "m", "d", "p", "f", "out", "s", "g"])
def test_boxes_equal_asking_every_cell(node: str) -> None:
    graph, random = branched(), Random(node)
    shape = graph.summary().row(node).shape
    assert shape is not None
    for _ in range(4):
        index = tuple(random.randrange(entry) for entry in shape)
        assert receptive_field(graph, node, index) == slow(graph, node, index)


def test_two_convolutions_see_five_by_five() -> None:
    graph = chain([("x", Input((1, 28, 28))), ("c", Conv2d(8, 3)), ("d", Conv2d(8, 3))])
    assert receptive_field(graph, "d", (0, 10, 12)) == {
        "c": ((0, 8), (10, 13), (12, 15)),
        "x": ((0, 1), (10, 15), (12, 17)),
    }
    assert sources(graph, "d", (0, 10, 12)) == {"c": ((0, 8), (10, 13), (12, 15))}


def test_boxes_are_clipped_and_windows_of_padding_alone_see_nothing() -> None:
    graph = chain([("x", Input((1, 4, 4))), ("c", Conv2d(1, 1, 1, 2))])
    assert receptive_field(graph, "c", (0, 2, 3)) == {"x": ((0, 1), (0, 1), (1, 2))}
    assert receptive_field(graph, "c", (0, 0, 0)) == {}


def test_an_input_sees_nothing() -> None:
    assert receptive_field(chain([("x", Input((1, 4, 4)))]), "x", (0, 1, 1)) == {}
