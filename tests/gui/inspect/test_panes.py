"""What the panes show is what the trace and the account say, and pointing in one pane moves the others."""

from __future__ import annotations

import re
from decimal import Decimal

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from cnnviz.layers import Conv2d, Input
from cnnviz.model.files import Project
from cnnviz.model.graph import chain
from cnnviz.model.recipe import DataChoice, Recipe
from cnnviz.ui import numbers
from cnnviz.ui.inspect.account import lines, written_out
from cnnviz.ui.inspect.reading import Spot
from cnnviz.ui.inspect.workspace import InspectWorkspace
from cnnviz.ui.state import Session
from cnnviz.ui.widgets.heatmap import Window
from tests.gui.inspect.hand import cell_of, click, hover, leave, press, product_cell, tile_cell
from tests.gui.rooms import wait


def test_pane_three_shows_the_map_and_the_value(lenet: InspectWorkspace) -> None:
    trace, picture = lenet.frame.trace, lenet.output.picture
    assert np.array_equal(picture.map._array, trace.activations["conv2"][3])
    assert picture.map.selected == (4, 5)
    assert picture.map._bubble == numbers.fixed(float(trace.activations["conv2"][3, 4, 5]), 4)


def test_pane_one_shows_the_map_that_is_read_and_its_window(lenet: InspectWorkspace) -> None:
    pane = lenet.input
    shown = pane.picture.map
    assert np.array_equal(shown._array, lenet.frame.trace.activations["pool1"][pane.channel])
    assert shown._window == Window(4, 5, 5, 5)
    weight = lenet.frame.trace.parameters["conv2"]["weight"]
    assert np.allclose(pane.kernel._array, weight[3, pane.channel])


def test_a_window_reaches_into_the_padding(lenet: InspectWorkspace) -> None:
    lenet.steering.go("conv1", (1, 0, 0))
    assert lenet.input.picture.map._window == Window(-2, -2, 5, 5)
    assert lenet.input.picture.map._padding == (2, 2, 2, 2)


def test_every_product_is_the_trace_times_the_weight(lenet: InspectWorkspace) -> None:
    frame, view = lenet.frame, lenet.work.view
    source = frame.trace.activations["pool1"].astype(np.float64)
    weight = frame.trace.parameters["conv2"]["weight"].astype(np.float64)
    reading = frame.readings[0]
    for channel in range(6):
        for row in range(5):
            for column in range(5):
                cell = (channel, 0, row, column)
                product = source[channel, 4 + row, 5 + column] * weight[3, channel, row, column]
                assert reading.products[cell] == pytest.approx(product, abs=1e-12)
                assert view.blocks._texts(reading, cell)[0] == numbers.fixed(product, 3)


@pytest.mark.parametrize("places", [2, 4, 6])
def test_the_sum_that_is_written_out_adds_up(lenet: InspectWorkspace, places: int) -> None:
    lenet.work.digits.setValue(places)
    total = lenet.frame.explanation.sum
    shown = [written_out(lines(lenet.frame, most), total, places) for most in (16, 12, 9, 7, 5, 3)]
    assert lenet.work.card.line.text() in shown
    for text in shown:
        left, result = re.sub(r" \(\d+ others\)", "", text).replace("−", "-").split(" = ")
        terms = left.replace(" rounding", "").replace("- ", "-").replace("+ ", "").split(" ")
        assert sum(Decimal(term) for term in terms) == Decimal(result)


def test_the_running_sum_ends_at_the_value(lenet: InspectWorkspace) -> None:
    for most in (16, 8, 3):
        assert sum(line.value for line in lines(lenet.frame, most)) == pytest.approx(
            lenet.frame.explanation.sum
        )
    assert [line.label for line in lines(lenet.frame)] == [*(f"ch {n}" for n in range(6)), "bias"]


def test_many_channels_are_sorted_and_folded(load, qapp) -> None:
    graph = chain([Input(shape=(40, 6, 6)), ("conv1", Conv2d(out_channels=2))])
    workspace = load(graph)
    workspace.steering.go("conv1", (1, 2, 2))
    view = workspace.work.view
    sums = np.abs(workspace.frame.readings[0].sums)
    assert list(view.blocks._order) == np.argsort(-sums, kind="stable")[:16].tolist()
    assert view.unfold.text() == "show all 40"
    view.unfold.click()
    assert len(view.blocks._order) == 40
    assert lines(workspace.frame)[15].label == "25 others"
    view.unfold.click()
    assert len(view.blocks._order) == 16


def test_hovering_a_product_lights_up_its_source(lenet: InspectWorkspace) -> None:
    blocks = lenet.work.view.blocks
    hover(blocks.viewport(), product_cell(blocks, 1, 2, 3))
    assert lenet._spot == Spot(0, (1, 0, 2, 3))
    assert lenet.input.channel == 1
    assert lenet.input.picture.map._hovered == (6, 8)
    assert lenet.input.kernel._hovered == (2, 3)
    assert lenet.work.running._lit == 1
    leave(blocks.viewport())
    assert lenet._spot is None
    assert lenet.input.picture.map._hovered is None


def test_hovering_a_cell_of_the_window_lights_up_its_product(lenet: InspectWorkspace) -> None:
    lenet.input.choose_channel(2)
    hover(lenet.input.picture.map, cell_of(lenet.input.picture, 5, 6))
    assert lenet.work.view.blocks._cell == (2, 0, 1, 1)
    hover(lenet.input.picture.map, cell_of(lenet.input.picture, 0, 0))
    assert lenet.work.view.blocks._cell is None


def test_hovering_the_kernel_lights_up_both(lenet: InspectWorkspace) -> None:
    lenet.input.choose_channel(2)
    hover(lenet.input.kernel, QPointF(lenet.input.kernel.grid().cell_rect(3, 4).center()))
    assert lenet.work.view.blocks._cell == (2, 0, 3, 4)
    assert lenet.input.picture.map._hovered == (7, 9)


def test_hovering_a_bar_of_the_running_sum_lights_up_its_channel(lenet: InspectWorkspace) -> None:
    running = lenet.work.running
    hover(running, QPointF(60, running._row * 2.5))
    assert lenet.work.view.blocks._cell == (2, -1, -1, -1)
    assert lenet.input.channel == 2


def test_hovering_a_value_shows_its_account_and_leaves_the_cursor(lenet: InspectWorkspace, session) -> None:
    picture = lenet.output.picture
    hover(picture.map, cell_of(picture, 7, 2))
    assert lenet.input.picture.map._window == Window(7, 2, 5, 5)
    assert lenet.work._frame.index == (3, 7, 2)
    assert session.looking.cursor.position == (4, 5)
    leave(picture.map)
    assert lenet.input.picture.map._window == Window(4, 5, 5, 5)
    assert lenet.work._frame.index == (3, 4, 5)


def test_clicking_a_value_moves_the_cursor(lenet: InspectWorkspace, session) -> None:
    picture = lenet.output.picture
    click(picture.map, cell_of(picture, 7, 2))
    assert session.looking.cursor.index == (3, 7, 2)
    assert lenet.frame.index == (3, 7, 2)
    assert lenet.player.at == 72
    assert "row 7, column 2" in lenet.bar.pixel.text()


def test_clicking_a_map_of_the_mosaic_chooses_it(lenet: InspectWorkspace, session) -> None:
    click(lenet.output.maps.viewport(), tile_cell(lenet.output.maps, 1, 3, 3))
    assert session.looking.cursor.index == (1, 3, 3)


def test_kernels_are_shown_as_pictures(lenet: InspectWorkspace, session) -> None:
    lenet.output.which.part("kernels").click()
    weight = lenet.frame.trace.parameters["conv2"]["weight"]
    assert np.array_equal(lenet.output.kernels._maps, weight.reshape(96, 5, 5))
    assert lenet.output.kernels_legend.isVisible()
    click(lenet.output.kernels.viewport(), tile_cell(lenet.output.kernels, 8, 1, 1))
    assert session.looking.cursor.map == 1
    assert lenet.input.channel == 2
    lenet.steering.go("relu2", (0, 0, 0))
    assert not lenet.output.which.part("kernels").isEnabled()
    assert lenet.output.maps.isVisible()


def test_clicking_a_source_walks_to_it_and_back_returns(lenet: InspectWorkspace, session) -> None:
    lenet.input.choose_channel(2)
    click(lenet.input.picture.map, cell_of(lenet.input.picture, 5, 6))
    assert (session.looking.cursor.node, session.looking.cursor.index) == ("pool1", (2, 5, 6))
    press(lenet.lane, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert (session.looking.cursor.node, session.looking.cursor.index) == ("conv2", (3, 4, 5))
    assert not lenet.bar.back_button.isEnabled()


def test_clicking_a_product_walks_to_its_source(lenet: InspectWorkspace, session) -> None:
    blocks = lenet.work.view.blocks
    click(blocks.viewport(), product_cell(blocks, 1, 2, 3))
    assert (session.looking.cursor.node, session.looking.cursor.index) == ("pool1", (1, 6, 8))


def test_the_next_step_has_its_value_and_goes_there(lenet: InspectWorkspace, session) -> None:
    value = float(lenet.frame.trace.activations["relu2"][3, 4, 5])
    assert lenet.work.chips[0].text() == f"relu2: max(0, x) = {numbers.compact(value, 5)}"
    lenet.work.chips[0].click()
    assert (session.looking.cursor.node, session.looking.cursor.index) == ("relu2", (3, 4, 5))


def test_modes_and_digits(lenet: InspectWorkspace) -> None:
    reading, blocks = lenet.frame.readings[0], lenet.work.view.blocks
    lenet.work.modes.part("x · w").click()
    assert blocks._texts(reading, (0, 0, 0, 0))[1].startswith("× ")
    lenet.work.modes.part("sums only").click()
    assert blocks.blocks().rows == 0
    lenet.work.modes.part("products").click()
    lenet.work.digits.setValue(5)
    assert blocks._texts(reading, (0, 0, 0, 0))[0] == numbers.fixed(float(reading.products[0, 0, 0, 0]), 5)


def test_range_covers_map_layer_or_network(lenet: InspectWorkspace) -> None:
    arrays = lenet.frame.trace.activations
    wanted = {
        "map": np.abs(arrays["conv2"][3]).max(),
        "layer": np.abs(arrays["conv2"]).max(),
        "network": max(np.abs(array).max() for name, array in arrays.items() if name != "input"),
    }
    for _ in range(3):
        press(lenet.lane, Qt.Key.Key_S)
        low, high = lenet.output.picture.map.value_range
        assert high == pytest.approx(float(wanted[lenet.scope]))
        assert low == -high
        assert lenet.output.legend._range == (low, high)
        assert lenet.bar.scope.value() == lenet.scope


def test_numbers_can_be_copied(lenet: InspectWorkspace, qapp: QApplication) -> None:
    press(lenet.work.card, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    text = QGuiApplication.clipboard().text()
    assert lenet.work.card.engine.text() in text
    assert "closes" in text
    press(lenet.output.picture.map, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert not QGuiApplication.clipboard().image().isNull()


def test_facts_tell_the_arithmetic(lenet: InspectWorkspace, qtbot) -> None:
    qtbot.waitUntil(lambda: "Receptive field" in lenet.output.sheet.texts())
    found = lenet.output.sheet.texts()
    assert found["Size"].endswith("= 10")
    assert found["Receptive field"].startswith("14×14")
    assert found["Multiply-adds"] == "150 · layer 240 k"
    assert found["Window"] == "starts at (4, 5)"
    assert lenet.side.sample.picture._field[-2:] == ((6, 20), (8, 22))


def test_the_values_of_the_network_before_are_not_shown_under_the_name_of_the_next(
    lenet: InspectWorkspace, session: Session
) -> None:
    whole = lenet._pages.currentWidget()
    session.document.edit("Rename", session.document.graph.rename("conv2", "second"))
    assert lenet._pages.currentWidget() is whole  # an edit keeps the picture until there is another one
    session.document.start(Project(chain((Input(), Conv2d()), "other"), DataChoice(), Recipe()))
    assert lenet._pages.currentWidget() is lenet.nothing
    wait(lambda: lenet._pages.currentWidget() is whole)
    assert lenet.frame.trace.graph.title == "other"
