"""The way back in the same panes: gradients, weights, the optimiser's step; and forward again."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt

from cnnviz.explain.backward import rule_of, step
from cnnviz.templates import template
from cnnviz.ui.inspect.direction import truth_of
from cnnviz.ui.inspect.gradients import GradientFrame
from cnnviz.ui.inspect.workspace import InspectWorkspace
from tests.gui.inspect.hand import press


@pytest.fixture
def backward(lenet: InspectWorkspace, qtbot: object) -> InspectWorkspace:
    """LeNet-5, turned round with R at a value of its second convolution."""
    turn(lenet, qtbot)
    return lenet


def turn(workspace: InspectWorkspace, qtbot: object) -> None:
    press(workspace.lane, Qt.Key.Key_R)
    qtbot.waitUntil(lambda: workspace.frame.backward, timeout=30000)  # type: ignore[attr-defined]


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
    backward.steering.go("pool1", (2, 6, 6))
    reading = backward.frame.readings[0]
    assert reading.node == "conv2"
    assert reading.products.shape == (16, 1, 5, 5)
    assert backward.input.picture.map._array.shape == (10, 10)
    assert reading.names == ("∂L/∂output", "weight")


def test_a_term_leads_on_towards_the_loss(backward: InspectWorkspace) -> None:
    for node in ("conv2", "relu2", "pool2", "flatten"):
        if node in backward.frame.trace.activations:
            backward.steering.go(node, (0,) * backward.frame.trace.activations[node].ndim)
            assert backward.frame.explanation.closes
    end = backward.frame.way.slopes.ends[0].source
    backward.steering.go(end, (1,))
    assert [term.label for term in backward.frame.explanation.offsets] == ["ŷ", "−y"]
    assert backward.input.nothing.isVisible()


def test_a_kernel_cell_is_a_sum_over_positions_and_makes_a_step(backward: InspectWorkspace) -> None:
    backward.output.which.set_value("kernels")
    backward.output.which.chosen.emit("kernels")
    backward.output.kernels.clicked.emit(3 * 6 + 2, 1, 4)
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
    backward.steering.go("conv2.weight", (0, 0, 0, 0))
    press(backward.lane, Qt.Key.Key_R)
    assert not backward.frame.backward
    assert backward.frame.node == "conv2"
    assert not backward.work.step.isVisible()
    assert backward.output.picture.map._colormap == "value"


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
        workspace.steering.go(array, tuple(entry // 2 for entry in values.shape))
        assert workspace.frame.node == array
        assert workspace.frame.explanation.closes, workspace.frame.explanation.title
