"""The lane, the keys, Play, the sample, and what is shown when there is nothing to show."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QApplication

from cnnviz.layers import (
    Add,
    Concat,
    Conv2d,
    Dense,
    Flatten,
    GlobalAvgPool,
    Input,
    MaxPool2d,
    ReLU,
    Softmax,
)  # fmt: skip
from cnnviz.model.files import Project
from cnnviz.model.graph import Graph, chain
from cnnviz.model.recipe import DataChoice, Recipe
from cnnviz.templates import template
from cnnviz.ui import theme
from cnnviz.ui.inspect import demo
from cnnviz.ui.inspect.columns import strongest
from cnnviz.ui.inspect.player import Player
from cnnviz.ui.inspect.side import DRAW, TEST
from cnnviz.ui.inspect.workspace import InspectWorkspace
from tests.gui.inspect.hand import click, colours, hover, press, shades


def test_the_lane_has_every_layer_in_order(lenet: InspectWorkspace) -> None:
    names = [column.name for column in lenet.lane.shown]
    assert names == [row.name for row in lenet.frame.trace.graph.summary().rows]
    forms = {column.name: column.form for column in lenet.lane.shown}
    assert forms["input"] == "picture"
    assert forms["conv1"] == "maps"
    assert forms["dense1"] == "cells"
    assert forms[names[-1]] == "bars"
    assert shades(lenet.lane) > 50


def test_the_strongest_maps_are_shown_and_the_chosen_one() -> None:
    maps = np.zeros((20, 1, 2, 2), np.float32)
    for channel in (1, 3, 5, 7, 9, 11, 13, 15):
        maps[channel] = channel
    sizes = np.abs(maps).mean(axis=(1, 2, 3))
    assert strongest(sizes, 8) == (1, 3, 5, 7, 9, 11, 13, 15)
    assert strongest(sizes, 8, wanted=2) == (2, 3, 5, 7, 9, 11, 13, 15)


def test_clicking_a_map_in_the_lane_goes_to_that_pixel(lenet: InspectWorkspace, session) -> None:
    column = next(each for each in lenet.lane.shown if each.name == "pool1")
    rect = column.tile_rect(2)
    start = lenet.lane.horizontalScrollBar().value()
    spot = QPointF(rect.left() + rect.width() * (9.5 / 14) - start, rect.top() + rect.height() * (3.5 / 14))
    hover(lenet.lane.viewport(), spot)
    assert "pool1, map 2: from" in lenet.lane.viewport().toolTip()
    click(lenet.lane.viewport(), spot)
    cursor = session.looking.cursor
    assert (cursor.node, cursor.map) == ("pool1", 2)
    assert abs(cursor.position[0] - 3) <= 1
    assert abs(cursor.position[1] - 9) <= 1


def test_arrows_step_through_the_layers(lenet: InspectWorkspace, session) -> None:
    lenet.lane.setFocus()
    press(lenet.lane, Qt.Key.Key_Right)
    assert (session.looking.cursor.node, session.looking.cursor.index) == ("relu2", (3, 4, 5))
    press(lenet.lane, Qt.Key.Key_Left)
    press(lenet.lane, Qt.Key.Key_Left)
    assert session.looking.cursor.node == "pool1"
    press(lenet.output.picture.map, Qt.Key.Key_BracketRight)
    assert session.looking.cursor.node == "conv2"


def test_arrows_move_the_pixel_when_a_map_has_the_focus(lenet: InspectWorkspace, session) -> None:
    lenet.output.picture.map.setFocus()
    press(lenet.output.picture.map, Qt.Key.Key_Right)
    press(lenet.output.picture.map, Qt.Key.Key_Down)
    assert session.looking.cursor.index == (3, 5, 6)


def test_every_layer_can_be_stepped_through(lenet: InspectWorkspace, session) -> None:
    lenet.steering.go("input", (0, 14, 14))
    names = [row.name for row in lenet.frame.trace.graph.summary().rows]
    for name in names[1:]:
        press(lenet.lane, Qt.Key.Key_Right)
        assert session.looking.cursor.node == name
        assert lenet.work.card.pill.text() == "closes"


def test_keys_for_maps_and_images(lenet: InspectWorkspace, session) -> None:
    press(lenet.lane, Qt.Key.Key_Apostrophe)
    assert session.looking.cursor.map == 4
    press(lenet.lane, Qt.Key.Key_Semicolon)
    assert session.looking.cursor.map == 3
    press(lenet.lane, Qt.Key.Key_I)
    assert session.material.sample.index == 1
    press(lenet.lane, Qt.Key.Key_7)
    assert session.material.sample.label == 7


def test_play_walks_over_the_map_and_fills_it_in(lenet: InspectWorkspace, session, qtbot) -> None:
    lenet.steering.go("conv2", (3, 0, 0))
    lenet.bar.speed.setCurrentText("16 / s")
    press(lenet.lane, Qt.Key.Key_Space)
    assert lenet.player.playing
    qtbot.waitUntil(lambda: lenet.player.at >= 2)
    shown = lenet.output.picture.map
    assert np.array_equal(shown._array, lenet.frame.trace.activations["conv2"][3])
    assert shown._filled == lenet.player.at + 1
    last = shown.grid().cell_rect(8, 0, 2, 10).toRect()
    assert len(colours(shown, last)) <= 8  # hatching, no values
    press(lenet.lane, Qt.Key.Key_Space)
    assert not lenet.player.playing
    lenet.bar.slider.setValue(57)
    assert session.looking.cursor.index == (3, 5, 7)
    lenet.bar.slider.setValue(11)
    assert session.looking.cursor.index == (3, 1, 1)
    assert lenet.bar.step.text() == "step 12 / 100"
    lenet.steering.choose((3, 2, 2))
    assert shown._filled is None
    assert len(colours(shown, last)) > 8


def test_reduced_motion_plays_in_steps(qapp: QApplication) -> None:
    player = Player()
    player.reduced = True
    player.set_map(10, 5, 3)
    player.toggle()
    assert (player.playing, player.at) == (False, 4)
    player.toggle(-1)
    assert player.at == 3


def test_a_sweep_hurries_after_its_first_row(qapp: QApplication) -> None:
    player = Player()
    player.set_map(28 * 28, 28, 0)
    player.set_speed("sweep")
    assert player._stride() == 1
    player.set_map(28 * 28, 28, 28)
    assert player._stride() > 1


def test_probabilities_are_the_networks_own(lenet: InspectWorkspace, session) -> None:
    trace, bars = lenet.frame.trace, lenet.side.probabilities.bars
    output = trace.graph.summary().output
    logits = trace.graph.inputs(output)[0].source
    assert np.array_equal(bars._values, trace.activations[output])
    assert np.array_equal(bars._logits, trace.activations[logits])
    assert bars._truth == session.material.sample.label


def test_drawing_is_answered(lenet: InspectWorkspace, session, qtbot) -> None:
    sample = lenet.side.sample
    sample.tabs.part(DRAW).click()
    before = lenet.frame.trace
    sample.clear.click()
    for y in range(4, 24, 4):
        sample.pad.stroke(QPointF(14, y), QPointF(14, y + 4))
    qtbot.waitUntil(lambda: lenet.frame.trace is not before and session.looking.trace is lenet.frame.trace)
    qtbot.waitUntil(lambda: np.array_equal(lenet.frame.trace.activations["input"][0], sample.pad.image()))
    assert session.material.sample.title == "drawn"
    sample.tabs.part(TEST).click()
    assert session.material.sample.index == 0


def test_images_of_the_test_set(lenet: InspectWorkspace, session) -> None:
    sample = lenet.side.sample
    sample.after.click()
    assert session.material.sample.index == 1
    sample.before.click()
    sample.before.click()
    assert session.material.sample.index == 59
    sample.number.setText("43")
    sample.number.returnPressed.emit()
    assert session.material.sample.index == 43
    assert sample.title.text().startswith("test image #43")


def test_untrained_weights_are_named(lenet: InspectWorkspace, session, qtbot) -> None:
    assert lenet.banner.isVisible()
    with qtbot.waitSignal(session.go_to) as went:
        lenet.banner.button.click()
    assert went.args == ["train"]
    session.looking.set_weights({}, "run 1, step 5")
    assert not lenet.banner.isVisible()
    assert lenet.bar.origin.text() == "run 1, step 5"


def test_a_problem_in_the_graph_keeps_the_old_picture(lenet: InspectWorkspace, session, qtbot) -> None:
    graph = session.document.graph
    session.document.edit("Break it", graph.with_layer("conv2", Conv2d(kernel_size=(31, 31))))
    assert "problem" in lenet.banner.sentence.text()
    assert lenet.frame.node == "conv2"
    with qtbot.waitSignal(session.go_to) as went:
        lenet.banner.button.click()
    assert went.args == ["build"]
    session.document.undo()
    assert "problem" not in lenet.banner.sentence.text()


def test_nothing_open_says_so(workspace: InspectWorkspace) -> None:
    workspace.refresh()
    assert workspace.nothing.isVisible()
    assert workspace.nothing.button.text() == "Go to Build"


def test_an_image_that_does_not_fit_is_named(workspace: InspectWorkspace, session) -> None:
    session.document.start(Project(chain([Input(shape=(3, 8, 8)), Conv2d()]), DataChoice(), Recipe()))
    assert "3×8×8" in workspace.nothing._sentence.text()


def test_an_edit_elsewhere_moves_a_cursor_that_has_no_place_left(lenet, load, session) -> None:
    layers = [Input(), ReLU(), Flatten(), Dense(units=5), Softmax()]
    workspace = load(chain(layers))
    assert workspace.frame.node in {"input", "relu1", "flatten", "dense1", "softmax"}


def test_a_long_network_scrolls_to_the_current_layer(load, qapp) -> None:
    layers = [Input(shape=(1, 28, 28))]
    for _ in range(9):
        layers += [Conv2d(padding="same", out_channels=8), ReLU()]
    workspace = load(chain([*layers, MaxPool2d()]))
    workspace.steering.go("pool1", ())
    qapp.processEvents()
    bar = workspace.lane.horizontalScrollBar()
    assert bar.maximum() > 0
    column = workspace.lane.shown[-1]
    assert bar.value() + workspace.lane.viewport().width() >= column.left + column.width


def test_a_residual_network_draws_wires_from_both_sources(load) -> None:
    graph = chain([Input(shape=(2, 8, 8)), ("conv1", Conv2d(out_channels=2, padding="same")), ReLU()])
    graph = _with_add(graph)
    workspace = load(graph)
    workspace.steering.go("add1", (1, 3, 3))
    assert [reading.node for reading in workspace.frame.readings] == ["relu1", "input"]
    assert workspace.input.tabs.isVisible()
    workspace.input.tabs.setCurrentIndex(1)
    shown = workspace.input.picture.map._array
    assert np.array_equal(shown, workspace.frame.trace.activations["input"][1])


def test_both_themes_paint(lenet: InspectWorkspace, qapp: QApplication) -> None:
    dark = lenet.grab().toImage()
    theme.apply(qapp, "light")
    qapp.processEvents()
    assert lenet.grab().toImage() != dark
    theme.apply(qapp, "dark")


def test_hidden_draws_nothing(lenet: InspectWorkspace, session, qapp: QApplication) -> None:
    lenet.hide()
    before = lenet.frame
    session.looking.point(node="conv1", map=0, position=(3, 3))
    assert lenet.frame is before
    lenet.show()
    assert lenet.frame.node == "conv1"


@pytest.mark.parametrize("size", [(1200, 645), (1280, 725), (1920, 1000)])
def test_fits_into_the_window(lenet: InspectWorkspace, size: tuple[int, int], qapp: QApplication) -> None:
    lenet.resize(*size)
    qapp.processEvents()
    assert lenet.minimumSizeHint().width() <= size[0]
    assert lenet.minimumSizeHint().height() <= size[1]
    assert lenet.work.view.blocks.viewport().height() >= 80


def test_actions_are_listed_with_their_keys(lenet: InspectWorkspace) -> None:
    found = {action.text(): action.shortcut().toString() for action in lenet.actions_for_palette()}
    assert found["Next layer"] == "]"
    assert found["Image of class 7"] == "7"


def _with_add(graph: Graph) -> Graph:
    return graph.add(Add(), "add1", after="relu1").connect("input", "add1")


def test_t1_closes_everywhere(load) -> None:
    workspace = load(template("t1").graph)
    for row in workspace.frame.trace.graph.summary().rows:
        workspace.steering.go(row.name, ())
        assert workspace.work.card.pill.text() == "closes", row.name


def test_several_inputs_are_given_the_sample_where_it_fits(load, session) -> None:
    graph = Graph().add(Input((1, 8, 8)), "image").add(Input((1, 8, 8)), "again").add(Input((3,)), "numbers")
    graph = (
        graph.add(Add(), "sum")
        .connect("image", "sum", 0)
        .connect("again", "sum", 1)
        .add(Flatten(), "flat", after="sum")
    )
    graph = graph.add(Concat(), "both").connect("flat", "both", 0).connect("numbers", "both", 1)
    workspace = load(graph.add(Dense(2), "dense", after="both"))
    activations = workspace.frame.trace.activations
    assert (activations["again"] == session.material.sample.image).all()
    assert not activations["numbers"].any()
    workspace.steering.go("numbers", (1,))
    assert "given zeros" in workspace.work.view.sentence.text()
    workspace.steering.go("dense", (1,))
    assert workspace.work.card.pill.text() == "closes"


def test_a_larger_sample_is_looked_at_where_the_input_is_free(load, session, qtbot) -> None:
    workspace = load(chain([Input((1, 8, 8), free_size=True), Conv2d(2), GlobalAvgPool(), Dense(2)]))
    session.material.draw(np.random.default_rng(1).random((1, 11, 9), dtype=np.float32))
    qtbot.waitUntil(lambda: workspace.frame.trace.activations["conv1"].shape == (2, 9, 7), timeout=20000)
    assert session.looking.trace_fits
    workspace.steering.go("conv1", (1, 8, 6))
    assert workspace.work.card.pill.text() == "closes"
    qtbot.waitUntil(
        lambda: workspace.side.sample.hint.text().startswith("Dashed: receptive field, 3×3 pixels")
    )


def test_the_cursor_stays_in_an_array_inside_when_the_sample_changes(load, session, qtbot) -> None:
    workspace = load(demo.graph_for("lstm"))
    workspace.steering.go("layer.f", (2, 5))
    before = workspace.frame.trace
    session.material.draw(np.random.default_rng(2).random((5, 12), dtype=np.float32))
    qtbot.waitUntil(lambda: workspace.frame.trace is not before, timeout=20000)
    assert (workspace.frame.node, workspace.frame.index) == ("layer.f", (2, 5))
