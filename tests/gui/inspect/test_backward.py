"""The way back in the same panes: gradients, weights, the optimiser's step; and forward again."""

from __future__ import annotations

import dataclasses
import threading
import time

import numpy as np
import pytest
from PySide6.QtCore import Qt

from cnnviz.explain.backward import rule_of, step
from cnnviz.layers import BatchNorm, Conv2d, Dense, Flatten, Input
from cnnviz.model.graph import chain
from cnnviz.templates import template
from cnnviz.ui.inspect import frames
from cnnviz.ui.inspect.batchswitch import BATCH, RUNNING
from cnnviz.ui.inspect.direction import AWAITED, BACKWARD, FORWARD, truth_of
from cnnviz.ui.inspect.gradients import GradientFrame
from cnnviz.ui.inspect.workspace import InspectWorkspace
from tests.gui.inspect.hand import press
from tests.gui.rooms import wait


@pytest.fixture
def backward(lenet: InspectWorkspace, qtbot: object) -> InspectWorkspace:
    """LeNet-5, turned round with R at a value of its second convolution."""
    turn(lenet, qtbot)
    return lenet


def turn(workspace: InspectWorkspace, qtbot: object) -> None:
    workspace.activateWindow()  # a shortcut is heard by the active window only
    qtbot.waitUntil(workspace.isActiveWindow, timeout=30000)  # type: ignore[attr-defined]
    press(workspace.lane, Qt.Key.Key_R)
    qtbot.waitUntil(lambda: workspace.frame.backward, timeout=30000)  # type: ignore[attr-defined]


def go(workspace: InspectWorkspace, node: str, index: tuple[int, ...]) -> None:
    """Go to a gradient; what it is made of comes from the worker, which may take a moment."""
    workspace.steering.go(node, index)
    wait(lambda: workspace.frame.node == node and index in ((), workspace.frame.index))


def slopes_of(workspace: InspectWorkspace) -> object:
    assert isinstance(workspace.frame, GradientFrame)
    return workspace.frame.way.slopes


def test_the_panes_show_gradients(backward: InspectWorkspace) -> None:
    slopes = slopes_of(backward)
    shown = backward.output.picture.map
    assert np.array_equal(shown._array, slopes.gradients["conv2"][3])
    assert shown._colormap == "gradient"
    assert backward.frame.explanation.closes
    assert backward.work.card.pill.text() == "closes"
    assert backward.frame.explanation.title == "∂L/∂conv2[3,4,5]"


def test_a_value_is_a_sum_over_its_outputs(backward: InspectWorkspace) -> None:
    go(backward, "pool1", (2, 6, 6))
    reading = backward.frame.readings[0]
    assert reading.node == "conv2"
    assert reading.products.shape == (16, 1, 5, 5)
    assert backward.input.picture.map._array.shape == (10, 10)
    assert reading.names == ("∂L/∂output", "weight")


def test_a_term_leads_on_towards_the_loss(backward: InspectWorkspace) -> None:
    for node in ("conv2", "relu2", "pool2", "flatten"):
        if node in backward.frame.trace.activations:
            go(backward, node, (0,) * backward.frame.trace.activations[node].ndim)
            assert backward.frame.explanation.closes
    end = backward.frame.way.slopes.ends[0].source
    go(backward, end, (1,))
    assert [term.label for term in backward.frame.explanation.offsets] == ["ŷ", "−y"]
    assert backward.input.nothing.isVisible()


def test_a_kernel_cell_is_a_sum_over_positions_and_makes_a_step(backward: InspectWorkspace) -> None:
    backward.output.which.set_value("kernels")
    backward.output.which.chosen.emit("kernels")
    backward.output.kernels.clicked.emit(3 * 6 + 2, 1, 4)
    wait(lambda: backward.frame.node == "conv2.weight")
    frame = backward.frame
    assert frame.node == "conv2.weight"
    assert frame.index == (3, 2, 1, 4)
    assert frame.explanation.closes
    assert frame.readings[0].products.shape == (1, 1, 10, 10)
    old = float(frame.values.parameters["conv2"]["weight"][3, 2, 1, 4])
    recipe = backward._session.document.recipe
    wanted = step(rule_of(recipe), old, float(slopes_of(backward).parameters["conv2"]["weight"][3, 2, 1, 4]))
    assert backward.work.step.isVisible()
    assert f"{wanted.lines[-1].symbol} = {wanted.lines[-1].rule}" in backward.work.step.text()


def test_another_true_class(backward: InspectWorkspace, qtbot: object) -> None:
    before = truth_of(slopes_of(backward))
    box = backward.bar.direction.truth
    assert box.currentIndex() == before
    wanted = (before + 3) % 10
    box.setCurrentIndex(wanted)
    box.activated.emit(wanted)
    qtbot.waitUntil(lambda: truth_of(slopes_of(backward)) == wanted, timeout=30000)
    assert backward.frame.explanation.closes


def test_forward_again(backward: InspectWorkspace) -> None:
    go(backward, "conv2.weight", (0, 0, 0, 0))
    press(backward.lane, Qt.Key.Key_R)
    assert not backward.frame.backward
    assert backward.frame.node == "conv2"
    assert not backward.work.step.isVisible()
    assert backward.output.picture.map._colormap == "value"


def test_gradients_that_take_long_are_announced(session, lenet, monkeypatch: pytest.MonkeyPatch) -> None:
    """A network with millions of weights on a busy machine takes seconds: the row says so, and shows which way."""
    gate, services, row = threading.Event(), session.services, lenet.bar.direction

    def slow(*given: object) -> object:
        assert gate.wait(60)
        return services.gradients(*given)

    monkeypatch.setattr(session.looking, "_services", dataclasses.replace(services, gradients=slow))
    lenet.turn_round()
    assert row.way.value() == BACKWARD
    assert not row.loss.isVisible()
    wait(row.loss.isVisible)
    assert row.loss.text() == AWAITED
    lenet.steering.go("conv1", (0, 3, 3))
    assert lenet.frame.node == "conv1"
    assert (row.way.value(), row.loss.text()) == (BACKWARD, AWAITED)
    gate.set()
    wait(lambda: lenet.frame.backward)
    assert row.loss.text().startswith("L = ")
    lenet.turn_round()
    assert not row.loss.isVisible()
    assert row.way.value() == FORWARD


def test_what_has_no_way_back_says_so(load, qtbot: object) -> None:
    """A drawn sample has no next frame to compare with: the values stay."""
    workspace = load(template("t20").graph)
    told = []
    workspace._session.looking.failed.connect(told.append)
    press(workspace.lane, Qt.Key.Key_R)
    qtbot.waitUntil(lambda: bool(told), timeout=30000)
    assert not workspace._session.looking.backward
    assert not workspace.frame.backward
    assert workspace.bar.direction.way.value() == "Forward"


@pytest.mark.parametrize("name", ["t11", "t13-learned", "t18", "ae-64"])
def test_every_array_can_be_asked(load, qtbot: object, name: str) -> None:
    """Of other networks, too: batch norm, samplers, recurrent layers, capsules, autoencoders."""
    workspace = load(template(name).graph)
    turn(workspace, qtbot)
    for array, values in list(workspace.frame.trace.activations.items()):
        go(workspace, array, tuple(entry // 2 for entry in values.shape))
        assert workspace.frame.explanation.closes, workspace.frame.explanation.title


# -- beside each other ----------------------------------------------------------------------------------------


def test_gradients_stand_beside_the_value(backward: InspectWorkspace) -> None:
    backward.resize(1440, 1100)
    strip = backward.work.inside
    assert [tile.name for tile in strip.tiles] == [
        "value", "∂L/∂output", "∂L/∂input", "∂L/∂weight", "∂L/∂bias",
    ]  # fmt: skip
    tiles = {tile.name: tile for tile in strip.tiles}
    slopes, values = slopes_of(backward), backward.frame.values
    assert tiles["value"].value == values.activations["conv2"][3, 4, 5]
    assert tiles["∂L/∂output"].value == slopes.gradients["conv2"][3, 4, 5]
    assert np.array_equal(tiles["∂L/∂weight"].picture, slopes.parameters["conv2"]["weight"][3, 0])
    assert tiles["∂L/∂bias"].value == slopes.parameters["conv2"]["bias"][3]
    assert tiles["∂L/∂input"].node == "pool1"
    strip.chosen.emit(tiles["∂L/∂weight"].node, tiles["∂L/∂weight"].index)
    wait(lambda: backward.frame.node == "conv2.weight")
    assert backward.frame.index == (3, 0, 2, 2)


def test_the_loss_is_a_sum_with_its_penalties(backward: InspectWorkspace) -> None:
    backward._session.document.set_recipe(l2=0.01, weight_decay=0.1)
    end = slopes_of(backward).ends[0].source
    go(backward, end, (1,))
    text = backward.work.step.text()
    assert "closes" in text
    assert "−Σ y · ln ŷ" in text
    assert "L2" in text
    assert "the optimiser pulls" in text


def test_a_step_says_whose_state_it_is_made_with(backward: InspectWorkspace) -> None:
    go(backward, "conv2.weight", (0, 0, 0, 0))
    assert "fresh state: this network was not trained here" in backward.work.step.hint.text()


def test_batch_norm_in_both_modes(load, qtbot: object) -> None:
    """Forward with the batch's statistics, backward in three parts; the switch lies in the window."""
    layers = [
        ("x", Input((1, 28, 28))),
        ("conv", Conv2d(2, (3, 3))),
        ("norm", BatchNorm()),
        ("flat", Flatten()),
        ("d", Dense(10)),
    ]
    workspace = load(chain(layers))
    workspace.steering.go("norm", (1, 3, 4))
    running = dict(workspace.frame.trace.parameters["norm"])
    switch = workspace.work.view.batch
    assert switch.isVisible()
    switch.choice.chosen.emit(BATCH)
    wait(lambda: workspace.frame.batch)
    assert workspace.frame.explanation.closes
    assert not np.array_equal(
        workspace.frame.trace.parameters["norm"]["running_mean"], running["running_mean"]
    )
    assert "In this batch" in workspace.work.view.sentence.text()
    turn(workspace, qtbot)
    go(workspace, "conv", (1, 3, 4))
    assert [term.label for term in workspace.frame.explanation.offsets] == [
        "through the mean",
        "through the variance",
    ]
    assert workspace.frame.explanation.closes
    assert workspace.work.view.batch.isVisible()
    workspace.work.view.batch.choice.chosen.emit(RUNNING)
    wait(lambda: not workspace.frame.batch)
    assert not workspace.frame.explanation.offsets
    assert workspace.frame.explanation.closes


def test_the_window_does_not_wait_for_a_long_account(
    backward: InspectWorkspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A gradient that takes half a second is found in the worker; the old one stays until then."""
    made = frames.make_gradient_frame

    def slow(*given: object, **more: object) -> object:
        time.sleep(0.5)
        return made(*given, **more)

    monkeypatch.setattr(frames, "make_gradient_frame", slow)
    before, start = backward.frame, time.perf_counter()
    backward.steering.go("conv1", (2, 3, 4))
    assert time.perf_counter() - start < 0.4
    assert backward.frame is before
    wait(lambda: backward.frame.node == "conv1")
    assert backward.frame.index == (2, 3, 4)
