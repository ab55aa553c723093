"""Walking from a number to where it comes from: terms, trail, keys; kernels turned round; what a value sees."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from scipy.signal import convolve2d

from cnnviz.layers import Conv2d, Dense, Flatten, Input, MaxPool2d
from cnnviz.model.graph import Graph, chain
from cnnviz.ui.inspect.side import concentrated
from cnnviz.ui.inspect.walk.flip import turned
from cnnviz.ui.inspect.workspace import InspectWorkspace
from tests.gui.inspect.hand import click, press, product_cell, shades
from tests.gui.rooms import wait

Load = Callable[[Graph], InspectWorkspace]


def test_the_trail_names_every_step(lenet: InspectWorkspace, qapp: QApplication) -> None:
    trail = lenet.trail
    assert not trail.isVisible()
    blocks = lenet.work.view.blocks
    click(blocks.viewport(), product_cell(blocks, 0, 2, 3))
    qapp.processEvents()
    assert lenet.frame.node == "pool1"
    press(lenet.lane, Qt.Key.Key_W)
    assert trail.isVisible()
    index = ",".join(str(at) for at in lenet.frame.index)
    assert trail.texts()[0] == "conv2[3,4,5]"
    assert trail.texts()[-1] == f"{lenet.frame.node}[{index}]"
    assert not trail.chips[len(trail.texts()) - 1].isEnabled()


def test_a_chip_leads_back_and_forward(lenet: InspectWorkspace) -> None:
    for _ in range(3):
        lenet.steering.walk_strongest()
    nodes = [text.partition("[")[0] for text in lenet.trail.texts()]
    assert nodes == ["conv2", "pool1", "relu1", "conv1"]
    lenet.trail.chips[1].click()
    assert lenet.frame.node == "pool1"
    assert [text.partition("[")[0] for text in lenet.trail.texts()] == nodes
    lenet.trail.chips[3].click()
    assert lenet.frame.node == "conv1"
    lenet.trail.chips[0].click()
    assert (lenet.frame.node, lenet.frame.index) == ("conv2", (3, 4, 5))
    lenet.steering.walk_strongest()
    assert len(lenet.trail.texts()) == 2  # a new way forgets the old one


def test_the_trail_is_walked_with_keys(lenet: InspectWorkspace) -> None:
    press(lenet.lane, Qt.Key.Key_W)
    there = (lenet.frame.node, lenet.frame.index)
    press(lenet.lane, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert lenet.frame.node == "conv2"
    press(lenet.lane, Qt.Key.Key_Right, Qt.KeyboardModifier.AltModifier)
    assert (lenet.frame.node, lenet.frame.index) == there


def test_the_strongest_term_is_the_largest(lenet: InspectWorkspace) -> None:
    best = max(lenet.frame.explanation.terms, key=lambda term: abs(term.product))
    lenet.steering.walk_strongest()
    assert (lenet.frame.node, lenet.frame.index) == (best.source, best.index)


def test_walking_ends_at_the_sample(lenet: InspectWorkspace) -> None:
    for _ in range(12):
        lenet.steering.walk_strongest()
    assert lenet.frame.node == "input"
    assert len(lenet.trail.texts()) <= 13


def test_products_are_walked_with_arrows_and_enter(lenet: InspectWorkspace) -> None:
    blocks = lenet.work.view.blocks
    blocks.setFocus()
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Right, Qt.Key.Key_Down):
        press(blocks, key)
    assert blocks._cell == (0, 0, 1, 1)
    assert "pool1" in blocks.accessibleDescription()
    for _ in range(4):
        press(blocks, Qt.Key.Key_Right)
    assert blocks._cell[0] == 1
    index = lenet.frame.readings[0].index(blocks._cell)
    press(blocks, Qt.Key.Key_Return)
    assert (lenet.frame.node, lenet.frame.index) == ("pool1", index)


def test_a_narrow_trail_leaves_the_farthest_out(lenet: InspectWorkspace) -> None:
    for _ in range(12):
        lenet.steering.walk_strongest()
    lenet.trail.resize(420, lenet.trail.height())
    assert lenet.trail.dots.isVisible()
    assert lenet.trail.texts()[-1].startswith("input")


# -- true convolution -----------------------------------------------------------------------------------------


@pytest.fixture
def small(load: Load) -> InspectWorkspace:
    layers = [
        ("x", Input((1, 6, 6))), ("conv", Conv2d(2, (3, 3))), ("pool", MaxPool2d()), ("flat", Flatten()),
        ("dense", Dense(3)),
    ]  # fmt: skip
    found = load(chain(layers))
    found.steering.go("conv", (1, 2, 1))
    return found


def flipped(workspace: InspectWorkspace) -> None:
    workspace.work.view.flip.click()
    wait(lambda: workspace.frame.flipped)


def test_kernels_turned_round_give_true_convolution(small: InspectWorkspace) -> None:
    before = small.frame
    weight = before.trace.parameters["conv"]["weight"]
    flipped(small)
    found = small.frame.trace
    bias = found.parameters["conv"]["bias"]
    assert np.array_equal(found.parameters["conv"]["weight"], turned(weight))
    for channel in range(2):
        wanted = convolve2d(found.activations["x"][0], weight[channel, 0], mode="valid") + bias[channel]
        np.testing.assert_allclose(found.activations["conv"][channel], wanted, rtol=1e-5, atol=1e-6)
    assert small.frame.explanation.closes
    assert small.work.card.pill.text() == "closes"
    assert "true convolution" in small.work.view.subtitle(small.frame)
    small.work.view.flip.click()
    assert not small.frame.flipped
    assert small.frame.trace is before.trace


def test_all_other_layers_keep_their_weights(small: InspectWorkspace) -> None:
    before = small.frame.trace
    flipped(small)
    for name, array in before.parameters["dense"].items():
        assert np.array_equal(small.frame.trace.parameters["dense"][name], array)
    small.steering.go("dense", (1,))
    assert small.frame.explanation.closes
    assert not small.frame.flipped


def test_play_goes_on_with_kernels_turned_round(small: InspectWorkspace) -> None:
    flipped(small)
    small.playing.fill(5)
    assert small.frame.index == (1, 1, 1)
    assert small.output.filling
    assert small.frame.flipped


def test_what_has_no_kernel_is_not_turned(small: InspectWorkspace) -> None:
    small.steering.go("dense", (0,))
    assert not hasattr(small.work.view, "flip") or not small.work.view.flip.isVisible()


def test_turning_twice_gives_the_kernel_back() -> None:
    for shape in ((2, 3, 4), (2, 3, 4, 5), (2, 1, 2, 3, 4)):
        weight = np.random.default_rng(0).normal(size=shape)
        assert np.array_equal(turned(turned(weight)), weight)
    assert turned(np.arange(6.0).reshape(1, 1, 6)).ravel().tolist() == [5, 4, 3, 2, 1, 0]


# -- what a value sees ----------------------------------------------------------------------------------------


def test_the_effective_field_lies_in_the_theoretical_one(lenet: InspectWorkspace) -> None:
    """|∂value/∂pixel| is laid over the sample; outside of the dashed frame nothing counts."""
    picture, told = lenet.side.sample.picture, []
    lenet.fields.weighed.connect(lambda _frame, shares: told.append(shares))
    before = shades(picture)
    lenet.side.sample.effective.click()
    wait(lambda: told and told[-1] is not None)
    shares, box = told[-1], picture._field
    (top, bottom), (left, right) = box[-2:]
    outside = shares.copy()
    outside[top:bottom, left:right] = 0
    assert shares.max() > 0
    assert outside.max() == 0
    assert picture._shares is not None
    assert shades(picture) > before
    assert "make half of it" in lenet.side.sample.hint.text()
    lenet.side.sample.effective.click()
    assert picture._shares is None


def test_how_few_pixels_make_half() -> None:
    assert "1 make half" in concentrated(np.array([[5.0, 1.0], [1.0, 1.0]]))
    assert "3 make half" in concentrated(np.ones((2, 3)))
    assert "No pixel" in concentrated(np.zeros((2, 2)))


# -- arrows ---------------------------------------------------------------------------------------------------


def test_arrows_lead_from_the_window_and_to_the_value(lenet: InspectWorkspace, qapp: QApplication) -> None:
    qapp.processEvents()
    arrows = lenet.arrows
    assert arrows.geometry().topLeft() == lenet.panes.mapTo(lenet, lenet.panes.rect().topLeft())
    first, second = arrows.paths()
    corner = lenet.input.picture.map.mapTo(lenet, lenet.input.picture.window_rect().topRight().toPoint())
    assert abs(first.pointAtPercent(0).x() - (corner - arrows.pos()).x()) < 6
    cell = lenet.output.picture.map.mapTo(lenet, lenet.output.picture.selected_rect().center().toPoint())
    assert abs(second.pointAtPercent(1).y() - (cell - arrows.pos()).y()) < 4
    wait(lambda: not arrows.growing)
    assert arrows.grown == 1.0


def test_arrows_stand_still_with_reduced_motion(lenet: InspectWorkspace) -> None:
    lenet.player.reduced = True
    lenet.steering.walk_strongest()
    assert not lenet.arrows.growing
    lenet.player.reduced = False
    lenet.steering.walk_strongest()
    assert lenet.arrows.growing


def test_a_click_goes_through_the_arrows(lenet: InspectWorkspace, qapp: QApplication) -> None:
    under = lenet.childAt(lenet.arrows.geometry().center())
    assert under is not None
    assert under is not lenet.arrows
