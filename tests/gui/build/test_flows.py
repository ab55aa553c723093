"""Networks that run to the right: ports at the sides of the cards, straight wires, and pulling from there."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
from PySide6.QtCore import QPointF
from PySide6.QtWidgets import QApplication

from cnnviz.layers import Conv2d, Dense, Flatten, Input, MaxPool2d
from cnnviz.model.check import check
from cnnviz.model.graph import Edge, Graph, chain
from cnnviz.model.placing.layout import tidy
from cnnviz.ui.build.canvas.places import CARD_HEIGHT, CARD_WIDTH
from cnnviz.ui.build.canvas.scene import CanvasScene
from cnnviz.ui.build.cards.faces import faces
from cnnviz.ui.build.cards.routing import is_clear, route
from cnnviz.ui.build.workspace import BuildWorkspace
from tests.gui.build.grouped import residual
from tests.gui.build.hand import Hand

Load = Callable[[Graph], BuildWorkspace]


def flat() -> Graph:
    return chain([Input(), Conv2d(8), MaxPool2d(), Flatten(), Dense(10)])


@pytest.fixture
def hand(workspace: BuildWorkspace) -> Hand:
    return Hand(workspace.canvas)


def test_in_a_row_wires_run_straight_from_side_to_side(qapp: QApplication) -> None:
    scene = CanvasScene(lambda: "keras")
    scene.sync(tidy(flat(), direction="right"))
    for wire in scene.wires.values():
        (x1, y1), (x2, y2) = wire.points
        assert y1 == y2
        assert x2 - x1 >= 64
    assert scene.cards["conv1"].in_places()[0] == QPointF(0, CARD_HEIGHT / 2)
    assert scene.cards["conv1"].out_place() == QPointF(CARD_WIDTH, CARD_HEIGHT / 2)
    scene.sync(tidy(flat()))
    assert scene.cards["conv1"].in_places()[0] == QPointF(CARD_WIDTH / 2, 0)
    assert scene.cards["conv1"].out_place() == QPointF(CARD_WIDTH / 2, CARD_HEIGHT)


def test_a_branch_runs_as_the_rest_of_the_drawing(qapp: QApplication) -> None:
    for direction, wanted in (("right", {"right"}), ("down", {"down"})):
        graph = tidy(residual(), 8000, direction, width=8000)  # type: ignore[arg-type]
        found = faces(graph, check(graph), "keras").flows
        assert {flow for each in found.values() for flow in (*each.ins, *each.outs)} == wanted


def test_one_card_moved_beside_its_source_is_reached_from_the_side(qapp: QApplication) -> None:
    graph = tidy(flat())
    x, y = graph.node("conv1").position
    graph = graph.move({"pool1": (x + CARD_WIDTH + 128, y)})
    found = faces(graph, check(graph), "keras").flows
    assert found["conv1"].outs == ("right",)
    assert found["conv1"].ins == ("down",)
    assert found["pool1"].ins == ("right",)


def test_every_way_is_straight_and_leaves_and_arrives_as_told() -> None:
    rng = np.random.default_rng(5)
    for number in range(300):
        a, b = (tuple(float(v) for v in rng.integers(-600, 600, 2)) for _ in range(2))
        corners = [tuple(float(v) for v in rng.integers(-500, 500, 2)) for _ in range(4)]
        cards = [(x, y, x + CARD_WIDTH, y + CARD_HEIGHT) for x, y in corners]
        leaves, arrives = ("down", "right")[number % 2], ("down", "right")[number // 2 % 2]
        path = route(a, b, cards, leaves, arrives)  # type: ignore[arg-type]
        assert (path[0], path[-1]) == (a, b)
        assert all(p[0] == q[0] or p[1] == q[1] for p, q in pairwise(path))
        if len(path) > 2:
            axis, across = (1, 0) if leaves == "down" else (0, 1)
            assert path[1][across] == a[across]
            assert path[1][axis] > a[axis]
            axis, across = (1, 0) if arrives == "down" else (0, 1)
            assert path[-2][across] == b[across]
            assert path[-2][axis] < b[axis]


def test_a_way_to_the_right_goes_around_a_card_between() -> None:
    between = (400.0, 0.0, 400.0 + CARD_WIDTH, CARD_HEIGHT)
    path = route((240.0, 54.0), (900.0, 54.0), [between], "right", "right")
    assert is_clear(path, [between])
    assert len(path) == 6


def test_wires_are_pulled_from_side_ports(load: Load, hand: Hand) -> None:
    document = load(tidy(flat(), direction="right")).session.document
    document.edit("cut", document.graph.disconnect(Edge("conv1", "pool1", 0)))
    hand.drag(hand.out("conv1"), hand.port("pool1"))
    assert document.graph.inputs("pool1") == (Edge("conv1", "pool1", 0),)
    hand.drag(hand.port("flatten"), hand.port("flatten") + QPointF(-50, 90))
    assert not document.graph.inputs("flatten")
    hand.drag(hand.port("flatten"), hand.out("pool1"))
    assert document.graph.inputs("flatten") == (Edge("pool1", "flatten", 0),)
