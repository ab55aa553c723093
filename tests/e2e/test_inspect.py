"""Inspect by keyboard alone and by mouse alone: step through, explain, walk back to the input, turn round, change."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtWidgets import QToolButton, QWidget

from cnnviz.app import make_window
from cnnviz.ui import theme
from cnnviz.ui.demo.hand import Hand
from cnnviz.ui.inspect.workspace import InspectWorkspace
from cnnviz.ui.window import MainWindow

ALT, CTRL = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ControlModifier


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

    while page.frame.node != "conv2":
        hand.key(Qt.Key.Key_BracketLeft)
        hand.wait(50)
    change_a_cell_by_keys(window, page, hand)


def change_a_cell_by_keys(window: MainWindow, page: InspectWorkspace, hand: Hand) -> None:
    """Go to the kernel with Tab, to a cell with the arrows; write a number over it, nudge another, undo both."""
    document, looking, kernel = window.session.document, window.session.looking, page.input.kernel
    logits = np.array(looking.trace.activation("dense3"))

    def follows(changes: int) -> None:
        hand.wait_for(lambda: len(document.whatif.cells) == changes, 30, f"{changes} changes")
        hand.wait_for(lambda: looking.settled and page.frame.values is looking.trace, 30, "the answer")

    for _ in range(60):
        if kernel.hasFocus():
            break
        hand.key(Qt.Key.Key_Tab)
    assert kernel.hasFocus()
    assert shows(kernel, "acc")
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Right):
        hand.key(key)
    assert kernel.selected == (1, 1)
    assert page.spot == page.input.spot_of_kernel(1, 1)
    hand.key(Qt.Key.Key_Return)
    assert page.whatif.editor.hasFocus()
    hand.type("2.5\r")
    follows(1)
    assert kernel.hasFocus()
    assert kernel.selected == (1, 1)
    assert shows(kernel, "acc")
    assert closes(page)
    assert not np.array_equal(looking.trace.activation("dense3"), logits)

    hand.key(Qt.Key.Key_Right)
    hand.key(Qt.Key.Key_E)
    before = page.whatif.editor.number()
    hand.key(Qt.Key.Key_Up)
    hand.key(Qt.Key.Key_Return)
    follows(2)
    values = dict(
        zip([cell.place[2:] for cell in document.whatif.cells], document.whatif.cells.values(), strict=True)
    )
    assert values == {(1, 1): 2.5, (1, 2): pytest.approx(before + 0.1, abs=1e-5)}
    for left in (1, 0):
        hand.key(Qt.Key.Key_Z, CTRL)
        follows(left)
    assert np.array_equal(looking.trace.activation("dense3"), logits)


def shows(widget: QWidget, token: str) -> bool:
    """Say whether a widget's frame has a colour of the theme: the ring where the keys go."""
    picture, wanted = widget.grab().toImage(), theme.color(token).rgb()
    middle = picture.width() // 2
    return any(picture.pixel(middle, row) == wanted for row in range(3))


def test_by_mouse_alone(window: MainWindow, page: InspectWorkspace) -> None:
    hand = Hand(window)
    logits = np.array(window.session.looking.trace.activation("dense3"))

    def settle(widget: QWidget) -> None:
        """Wait until a widget has its place: what appears beside it moves it first."""
        places = [QPoint(-1, -1), QPoint()]

        def still() -> bool:
            places.append(widget.mapTo(window, QPoint()))
            return places[-3] == places[-2] == places[-1]

        hand.wait_for(still, 10, "a widget to come to rest")

    def click(widget: QWidget, point: Callable[[], QPointF] | None = None) -> None:
        settle(widget)
        hand.click(widget, point().toPoint() if point is not None else None)

    def go(node: str) -> None:
        hand.wait_for(lambda: page.frame.node == node, 30, f"the step to {node}")
        assert closes(page)

    def step_to(node: str) -> None:
        """Click the first map of a layer in the lane."""
        column = next(each for each in page.lane.shown if each.name == node)
        scrolled = QPointF(page.lane.horizontalScrollBar().value(), 0)
        click(page.lane.viewport(), lambda: column.tile_rect(0).center() - scrolled)
        go(node)

    for node in ("relu1", "pool1", "conv2"):
        step_to(node)
    before = place(page)
    picture = page.output.picture.map
    click(picture, lambda: picture.grid().cell_rect(6, 3).center())
    hand.wait_for(lambda: place(page) != before, 30, "another pixel")
    assert page.frame.index[1:] == (6, 3)

    source = page.input.picture
    for node in ("pool1", "relu1", "conv1", "input"):
        click(source.map, lambda: source.window_rect().center())
        go(node)
    click(page.bar.back_button)
    go("conv1")

    click(page.bar.direction.way.part("Backward"))
    hand.wait_for(lambda: page.frame.backward, 60, "the gradients")
    click(page.output.which.part("kernels"))
    hand.wait_for(page.output.kernels.isVisible, 30, "all kernels")
    kernels = page.output.kernels
    click(kernels.viewport(), lambda: kernels.tiles().grid(1).cell_rect(2, 2).center())
    go("conv1.weight")
    assert page.frame.index == (1, 0, 2, 2)
    click(page.bar.direction.way.part("Forward"))
    hand.wait_for(lambda: not page.frame.backward, 30, "the values again")
    step_to("conv1")

    kernel = page.input.kernel
    settle(kernel)
    hand.double_click(kernel, kernel.grid().cell_rect(1, 1).center().toPoint())
    hand.wait_for(page.whatif.editor.isVisible, 30, "the editor")
    hand.type("2.5\r")  # a number is typed: no mouse writes one
    changed = window.session.document
    hand.wait_for(lambda: changed.whatif.cells, 30, "the change")
    looking = window.session.looking
    hand.wait_for(lambda: looking.settled and "dense3" in looking.trace.activations, 30, "the answer")
    hand.wait_for(lambda: not np.array_equal(looking.trace.activation("dense3"), logits), 30, "other logits")
    click(next(each for each in window.findChildren(QToolButton) if each.toolTip().startswith("Undo")))
    hand.wait_for(lambda: not changed.whatif, 30, "the undo")
    hand.wait_for(lambda: np.array_equal(looking.trace.activation("dense3"), logits), 30, "the same logits")
