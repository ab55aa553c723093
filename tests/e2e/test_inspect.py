"""Inspect by keyboard alone: step through, explain a pixel, walk back to the input, turn round."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt

from cnnviz.app import make_window
from cnnviz.ui.demo.hand import Hand
from cnnviz.ui.inspect.workspace import InspectWorkspace
from cnnviz.ui.window import MainWindow

ALT = Qt.KeyboardModifier.AltModifier


@pytest.fixture
def window(qapp: object) -> Iterator[MainWindow]:
    window = make_window(theme="dark")
    window.resize(1440, 900)
    window.show()
    yield window
    window.close()
    window.deleteLater()


@pytest.fixture
def page(window: MainWindow) -> InspectWorkspace:
    """LeNet-5 in Inspect, trained and looked at."""
    hand, looking = Hand(window), window.session.looking
    window.open_template("t10", "inspect")
    hand.wait_for(lambda: looking.trained and looking.settled, 60, "the shipped network")
    found = window.pages.currentWidget()
    assert isinstance(found, InspectWorkspace)
    hand.wait_for(lambda: found.frame is not None, 30, "the first value")
    return found


def place(page: InspectWorkspace) -> tuple[str, tuple[int, ...]]:
    return page.frame.node, page.frame.index


def closes(page: InspectWorkspace) -> bool:
    return page.work.card.pill.text() == "closes"


def test_by_keyboard_alone(window: MainWindow, page: InspectWorkspace) -> None:
    hand = Hand(window)

    def go(node: str) -> None:
        hand.wait_for(lambda: page.frame.node == node, 30, f"the step to {node}")

    page.lane.setFocus()
    assert page.frame.node == "conv1"
    for node in ("relu1", "pool1", "conv2"):
        hand.key(Qt.Key.Key_Right)
        go(node)
    hand.key(Qt.Key.Key_Down)
    assert closes(page)

    page.output.picture.map.setFocus()  # as Tab does; then the arrows choose the pixel
    before = place(page)
    hand.key(Qt.Key.Key_Right)
    hand.wait_for(lambda: place(page) != before, 30, "another pixel")
    assert page.frame.node == "conv2"
    assert closes(page)

    page.work.view.blocks.setFocus()
    hand.key(Qt.Key.Key_Down)
    hand.key(Qt.Key.Key_Return)
    go("pool1")
    for node in ("relu1", "conv1", "input"):
        hand.key(Qt.Key.Key_W)
        go(node)
    assert len(page.trail.texts()) == 5
    for node in ("conv1", "relu1", "pool1", "conv2"):
        hand.key(Qt.Key.Key_Left, ALT)
        go(node)

    hand.key(Qt.Key.Key_R)
    hand.wait_for(lambda: page.frame.backward, 60, "the gradients")
    assert closes(page)
    hand.key(Qt.Key.Key_W)
    hand.wait_for(lambda: page.frame.node != "conv2", 30, "a step towards the loss")
    assert closes(page)
    hand.key(Qt.Key.Key_R)
    hand.wait_for(lambda: not page.frame.backward, 30, "the values again")
