"""Two networks under one cursor: the same layer, map and position, both sums, and the difference."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QMenu

from cnnviz.explain import explain
from cnnviz.model.files import Project, save_project
from cnnviz.model.recipe import DataChoice, Recipe
from cnnviz.model.whatif import Cell
from cnnviz.ui.inspect.beside.rival import Other
from cnnviz.ui.inspect.workspace import InspectWorkspace
from tests.gui.inspect.hand import cell_of, click, hover, press, product_cell
from tests.gui.rooms import wait


@pytest.fixture
def pair(session, lenet: InspectWorkspace) -> InspectWorkspace:
    """The network with a changed weight beside itself without."""
    lenet.whatif.changes.set_cell(Cell("conv2", "weight", (3, 0, 0, 0)), 1.5)
    wait(lambda: session.looking.settled)
    lenet.lane.setFocus()
    press(lenet.lane, Qt.Key.Key_C)
    if not lenet.beside.on:  # keys need an active window, which the offscreen platform need not have
        lenet.bar.compare.click()
    wait(lambda: lenet.beside.rival.trace is not None and lenet.beside.second._frame is not None)
    return lenet


def test_both_sums_close_and_the_difference_is_theirs(session, pair) -> None:
    beside, trace = pair.beside, pair.beside.rival.trace
    assert beside.page.isVisible()
    assert not pair.input.isVisible()
    first, second = beside.first._frame, beside.second._frame
    assert (first.node, first.index) == (second.node, second.index) == ("conv2", (3, 4, 5))
    assert first.explanation.closes
    assert second.explanation.closes
    assert second.explanation.result == explain(trace, "conv2", (3, 4, 5)).result
    wanted = session.looking.trace.activation("conv2")[3] - trace.activation("conv2")[3]
    assert np.array_equal(beside.differences.difference.map._array, wanted)
    assert wanted.any()
    assert not (session.looking.trace.activation("conv2") - trace.activation("conv2"))[4].any()


def test_both_fit_the_smallest_window_at_every_layer(session, pair) -> None:
    pair.resize(1280, 712)
    for row in session.looking.trace.graph.summary().rows:
        pair.steering.go(row.name, ())
        QApplication.processEvents()
        assert pair.frame.node == row.name
        assert pair.minimumSizeHint().width() <= 1280, row.name
    pair.beside.differences.name_rival("a network whose name is longer than any button")
    QApplication.processEvents()
    assert pair.beside.differences.chooser.text().endswith("…")
    assert pair.minimumSizeHint().width() <= 1280


def test_one_cursor_moves_both(pair) -> None:
    beside = pair.beside
    click(beside.differences.second.map, cell_of(beside.differences.second, 7, 2))
    assert pair.frame.index == (3, 7, 2)
    assert beside.second._frame.index == (3, 7, 2)
    hover(beside.differences.first.map, cell_of(beside.differences.first, 1, 1))
    assert beside.differences.difference.map._hovered == (1, 1)
    blocks = beside.first.view.blocks
    hover(blocks.viewport(), product_cell(blocks, 0, 0, 1))
    assert beside.second.view.blocks._cell == (0, 0, 0, 1)


def test_walking_in_b_moves_the_cursor_of_a(pair) -> None:
    pair.beside.second.walked.emit("pool1", (2, 5, 5))
    assert (pair.frame.node, pair.frame.index) == ("pool1", (2, 5, 5))
    assert pair.beside.second._frame.node == "pool1"


def test_the_way_back_is_looked_at_alone(session, pair) -> None:
    session.looking.set_backward(True)
    wait(lambda: not pair.beside.on)
    assert pair.panes.isVisible()
    session.looking.set_backward(False)


def test_another_project_with_other_layers(session, pair, tmp_path, digits) -> None:
    from tests.gui.rooms import small_graph

    graph = small_graph("other")
    weights = session.services.complete(graph, None, 5)
    session.services.save_weights(tmp_path / "other.safetensors", weights, {})
    save_project(tmp_path / "other.cnnviz", Project(graph, DataChoice(), Recipe(), "other.safetensors"))
    pair.beside.choices.project(tmp_path / "other.cnnviz")
    wait(lambda: pair.beside.rival.trace is not None and pair.beside.rival.trace.graph.title == "other")
    second = pair.beside.second._frame
    assert second.node == "conv1"
    assert second.explanation.closes
    assert "other sizes" in pair.beside.differences.names[2].text()
    kept = pair.beside.rival.trace.parameters["conv1"]["weight"]
    assert np.array_equal(kept, weights["conv1.weight"])


def test_the_menu_offers_what_there_is(session, pair) -> None:
    menu = QMenu()
    pair.beside.choices.fill(menu)
    texts = [action.text() for action in menu.actions() if not action.isSeparator()]
    assert texts[:2] == ["This network without changes", "This network, random weights"]
    menu.actions()[1].trigger()
    wait(lambda: pair.beside.rival.trace is not None)
    assert pair.beside.rival.name == "random weights"


def test_a_network_that_cannot_be_read_is_told(session, pair) -> None:
    told = []
    session.notice.connect(lambda tone, text: told.append((tone, text)))
    pair.beside.rival.choose(Other("gone", lambda: (_ for _ in ()).throw(OSError("gone"))))
    wait(lambda: told)
    assert told[0][0] == "error"
