"""Inspect in the smallest window: whatever is shown at once has its room, and nothing pushes the window wider."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication, QWidget

from cnnviz.layers import Conv2d, Flatten, Input
from cnnviz.model.graph import chain
from cnnviz.model.whatif import Cell
from cnnviz.ui.inspect import demo
from cnnviz.ui.inspect.workpane import WorkPane
from cnnviz.ui.inspect.workspace import InspectWorkspace
from tests.gui.rooms import wait

SMALLEST = (1200, 645)
"""The page of a window of 1200×720."""


def fits(page: InspectWorkspace, qapp: QApplication) -> bool:
    page.resize(*SMALLEST)
    qapp.processEvents()
    least = page.minimumSizeHint()
    return (
        least.width() <= SMALLEST[0] and least.height() <= SMALLEST[1] and page.size().toTuple() == SMALLEST
    )


@pytest.mark.parametrize("name", ["Image", "Why", "Examples", "What if"])
def test_a_walk_through_a_changed_and_untrained_network_fits(lenet, session, qapp, name: str) -> None:
    for node in ("pool1", "conv1", "conv2"):
        lenet.steering.walk(node, (3, 4, 5))
    lenet.whatif.changes.set_cell(Cell("conv1", "weight", (0, 0, 1, 1)), 0.7)
    wait(lambda: session.looking.settled)
    lenet.side.show_page(name)
    assert lenet.banner.isVisible()
    assert lenet.whatif.banner.isVisible()
    assert lenet.trail.isVisible()
    assert fits(lenet, qapp)


def test_questions_fit(lenet, qapp) -> None:
    lenet.asking.turn()
    assert lenet.asking.asking
    assert fits(lenet, qapp)


def test_the_running_sum_goes_first_and_comes_back(qtbot) -> None:
    host = QWidget()
    qtbot.addWidget(host)
    pane = WorkPane(host)
    host.show()
    pane.show_frame(demo.frame("conv2d"))
    pane.show()
    for height, seen in ((560, True), (pane.minimumSizeHint().height(), False), (560, True)):
        pane.resize(600, height)
        assert pane.running.isVisible() == seen
        assert pane.card.isVisible()


def test_many_classes_are_scrolled_to_the_most_probable(load, qapp) -> None:
    page = load(chain([Input(shape=(1, 8, 8)), Conv2d(out_channels=2, kernel_size=(2, 2)), Flatten()]))
    panel, bars = page.side.probabilities, page.side.probabilities.bars
    assert bars.count == 98
    assert panel.height() < 350
    assert fits(page, qapp)
    best = int(np.argmax(bars._values))
    assert bars.visibleRegion().boundingRect().contains(bars.row_rect(best).center().toPoint())
