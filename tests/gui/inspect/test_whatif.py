"""Weights edited with mouse and keyboard, maps muted, the sample moved: everything follows, and undo is exact."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from cnnviz.engine.trace import trace
from cnnviz.engine.weights import fitted, weights_of
from cnnviz.model.files import open_project
from cnnviz.model.whatif import Cell, Variation
from cnnviz.ui.inspect.workspace import InspectWorkspace
from cnnviz.ui.state import Session
from tests.gui.inspect.hand import press, tile_cell
from tests.gui.rooms import wait


@pytest.fixture
def settle(session: Session, lenet: InspectWorkspace):
    def settled() -> None:
        wait(lambda: session.looking.settled and lenet.frame is not None)
        wait(lambda: lenet.frame.values is session.looking.trace)

    settled()
    return settled


def double_click(widget, point: QPointF) -> None:
    QTest.mouseDClick(widget, Qt.MouseButton.LeftButton, pos=point.toPoint())


def type_number(workspace: InspectWorkspace, text: str) -> None:
    wait(workspace.whatif.editor.isVisible)
    workspace.whatif.editor.setText(text)
    press(workspace.whatif.editor, Qt.Key.Key_Return)


def logits(session: Session) -> np.ndarray:
    return session.looking.trace.activation("dense3").copy()


def test_a_kernel_cell_is_edited_in_place_and_undone_to_the_bit(session, lenet, settle) -> None:
    before, kernel = logits(session), lenet.input.kernel
    channel = lenet.input.channel
    double_click(kernel, kernel.grid().cell_rect(1, 2).center())
    type_number(lenet, "2.5")
    settle()
    cell = Cell("conv2", "weight", (3, channel, 1, 2))
    assert session.document.whatif.cells == {cell: 2.5}
    assert float(lenet.input.kernel._array[1, 2]) == 2.5
    assert lenet.frame.explanation.closes
    assert not np.array_equal(logits(session), before)
    graph, image = session.document.graph, session.material.sample.image
    module = fitted(graph, None, session.document.recipe.seed)
    module.conv2.weight.data[cell.place] = 2.5
    assert np.array_equal(logits(session), trace(module, image).activation("dense3"))
    assert lenet.whatif.banner.isVisible()
    assert lenet.whatif.banner.sentence.text() == "1 weight changed"
    session.document.undo()
    settle()
    assert np.array_equal(logits(session), before)
    assert not lenet.whatif.banner.isVisible()


def test_escape_and_what_is_no_number_change_nothing(session, lenet, settle) -> None:
    kernel = lenet.input.kernel
    double_click(kernel, kernel.grid().cell_rect(0, 0).center())
    wait(lenet.whatif.editor.isVisible)
    lenet.whatif.editor.setText("much")
    press(lenet.whatif.editor, Qt.Key.Key_Return)
    assert lenet.whatif.editor.isVisible()
    press(lenet.whatif.editor, Qt.Key.Key_Escape)
    assert not lenet.whatif.editor.isVisible()
    assert not session.document.whatif


def test_a_kernel_cell_is_chosen_and_nudged_with_keys(session, lenet, settle) -> None:
    kernel, editor = lenet.input.kernel, lenet.whatif.editor
    lenet.window().activateWindow()
    wait(lenet.isActiveWindow)
    kernel.setFocus(Qt.FocusReason.TabFocusReason)
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Right, Qt.Key.Key_Down):
        press(kernel, key)
    assert kernel.selected == (1, 1)
    assert lenet.spot == lenet.input.spot_of_kernel(1, 1)
    press(kernel, Qt.Key.Key_Return)
    was = editor.number()
    press(editor, Qt.Key.Key_Down)
    assert editor.number() == pytest.approx(was - 0.1, abs=1e-5)
    press(editor, Qt.Key.Key_Up, Qt.KeyboardModifier.ShiftModifier)
    assert editor.number() == pytest.approx(was - 0.09, abs=1e-5)
    press(editor, Qt.Key.Key_Return)
    settle()
    cell = Cell("conv2", "weight", (3, lenet.input.channel, 1, 1))
    assert session.document.whatif.cells == {cell: pytest.approx(was - 0.09, abs=1e-5)}
    assert kernel.hasFocus()
    assert lenet.spot == lenet.input.spot_of_kernel(1, 1)
    lenet.steering.go("conv1", (0, 3, 3))
    settle()
    assert kernel.selected is None
    assert lenet.spot is None
    lenet.lane.setFocus(Qt.FocusReason.TabFocusReason)
    assert not kernel._ring


def test_a_cell_among_all_kernels_is_chosen_with_keys(session, lenet, settle) -> None:
    lenet.output.which.part("kernels").click()
    kernels = lenet.output.kernels
    assert kernels.selected == (3 * 6, 0, 0)
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Down):
        press(kernels, key)
        settle()
    assert kernels.selected == (3 * 6, 1, 1)
    press(kernels, Qt.Key.Key_Return)
    type_number(lenet, "1")
    settle()
    assert session.document.whatif.cells == {Cell("conv2", "weight", (3, 0, 1, 1)): 1.0}


def test_the_bias_is_edited_in_the_running_sum(session, lenet, settle) -> None:
    running = lenet.work.running
    last = running._lines[-1]
    assert last.label == "bias"
    double_click(running, QPointF(60, (len(running._lines) - 0.5) * running._row))
    type_number(lenet, "\u22120.75")
    settle()
    assert session.document.whatif.cells == {Cell("conv2", "bias", (3,)): -0.75}
    assert lenet.frame.explanation.constants[0].value == -0.75
    assert lenet.frame.explanation.closes


def test_a_kernel_among_all_kernels_is_edited(session, lenet, settle) -> None:
    lenet.output.which.part("kernels").click()
    kernels = lenet.output.kernels
    kernels.set_tile_size(60)
    QApplication.processEvents()
    double_click(kernels.viewport(), tile_cell(kernels, 1, 2, 3))
    type_number(lenet, "1")
    settle()
    assert session.document.whatif.cells == {Cell("conv2", "weight", (0, 1, 2, 3)): 1.0}


def test_a_key_mutes_the_map_and_the_sum_says_so(session, lenet, settle) -> None:
    before = logits(session)
    lenet.setFocus()
    lenet.whatif.act_on_map(lambda node, channel, _count: lenet.whatif.changes.mute(node, channel))
    settle()
    seen = session.looking.trace
    assert not seen.activation("conv2_alt")[3].any()
    assert np.array_equal(seen.activation("conv2_alt")[2], seen.activation("conv2")[2])
    lenet.steering.go("conv2_alt", (3, 4, 5))
    assert lenet.frame.explanation.closes
    assert lenet.frame.explanation.result == 0
    assert "muted" in lenet.frame.explanation.rule
    assert lenet.whatif.banner.sentence.text() == "Map 3 of conv2 muted"
    session.looking.set_backward(True)
    wait(lambda: session.looking.slopes is not None)
    assert not session.looking.slopes.gradients["conv2"][3].any()
    session.looking.set_backward(False)
    session.document.undo()
    settle()
    assert np.array_equal(logits(session), before)
    assert lenet.frame.node == "conv2"


def test_the_menu_of_the_lane_mutes_hears_alone_and_swaps(session, lenet, settle) -> None:
    column = next(each for each in lenet.lane.shown if each.name == "conv1")
    spot = column.tile_rect(2).center() - QPointF(lenet.lane.horizontalScrollBar().value(), 0)
    place = lenet.lane.viewport().mapToGlobal(spot.toPoint())
    lenet.steering.go("conv1", (4, 3, 3))
    actions = lenet.whatif.actions_at(lenet.lane.viewport(), place)
    texts = [action.text() for action in actions]
    assert texts == [
        "Mute map 2 of conv1",
        "Hear map 2 of conv1 alone",
        "Swap maps 2 and 4 (the selected one)",
    ]
    actions[1].trigger()
    settle()
    seen = session.looking.trace
    assert [bool(each.any()) for each in seen.activation("conv1_alt")] == [False, False, True] + [False] * 3
    session.document.undo()
    actions[2].trigger()
    settle()
    seen = session.looking.trace
    assert np.array_equal(seen.activation("conv1_alt")[2], seen.activation("conv1")[4])
    lenet.whatif.banner.undo.click()
    settle()
    assert not session.document.whatif
    assert "conv1_alt" not in session.looking.trace.activations


def test_a_slider_moves_what_the_network_sees_and_says_what_followed(session, lenet, settle) -> None:
    image = session.material.sample.image.copy()
    lenet.side.show_page("What if")
    lenet.whatif.panel.sliders.right.setValue(2)
    settle()
    seen = session.looking.trace.activation("input")
    assert np.array_equal(seen[:, :, 2:], image[:, :, :-2])
    assert np.array_equal(session.material.sample.image, image)
    lenet.steering.go("conv1", (1, 5, 5))
    wait(lambda: "moved 2 right" in lenet.whatif.panel.followed.text())
    assert "Class" in lenet.whatif.panel.followed.text()
    session.document.undo()
    settle()
    assert np.array_equal(session.looking.trace.activation("input"), image)
    assert lenet.whatif.panel.sliders.variation == Variation()


def test_accuracy_before_and_after(session, lenet, settle) -> None:
    lenet.whatif.changes.solo("conv2", 0, 16)
    settle()
    lenet.whatif.banner.accuracy.click()
    wait(lambda: "before" in lenet.whatif.panel.verdict.text())
    assert lenet.whatif.panel.verdict.text().endswith("of 60 test samples.")
    assert not lenet.whatif.panel.judging.busy


def test_the_changed_network_is_saved_on_purpose(session, lenet, settle, tmp_path) -> None:
    lenet.whatif.changes.set_cell(Cell("conv1", "weight", (0, 0, 0, 0)), 0.25)
    lenet.whatif.changes.mute("conv1", 1)
    settle()
    want = session.looking.trace.activation("dense3")
    lenet.whatif.keep(tmp_path / "other.cnnviz")
    wait((tmp_path / "other.cnnviz").exists)
    project = open_project(tmp_path / "other.cnnviz")
    weights = session.services.load_weights(tmp_path / project.weights)
    found = session.services.trace(project.graph, weights, session.material.sample.image, 0)
    assert np.array_equal(found.activation("dense3"), want)
    assert session.looking.weights is None
    assert weights.keys() == weights_of(fitted(project.graph, None, 0)).keys()
    assert session.document.graph.title != "other"


def test_nothing_can_be_changed_where_nobody_reads(session, lenet, settle) -> None:
    lenet.steering.go("softmax", (0,))
    lenet.whatif.act_on_map(lambda *_: pytest.fail("the answer was muted"))
    assert lenet.whatif.actions_at(None, QPoint(0, 0)) == []
