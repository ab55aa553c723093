"""The Ask page: it answers about the layer under the cursor, and leads from a mistake to the layer in three clicks."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest

from cnnviz.explain.asking.planes import neighbours
from cnnviz.explain.asking.probes import turning
from cnnviz.explain.asking.questions import AskProbes
from cnnviz.layers import Conv1d, Conv2d, Conv3d, Dense, Flatten, Input, ReLU, Softmax
from cnnviz.model.graph import Graph, chain
from cnnviz.ui.inspect.asking import desk as desks
from cnnviz.ui.inspect.asking import ideals
from cnnviz.ui.inspect.asking.layerbars import Bar, LayerBars, Mark
from cnnviz.ui.inspect.asking.page import AskPage
from cnnviz.ui.inspect.asking.pane import AskPane
from cnnviz.ui.inspect.asking.scatter import Scatter
from cnnviz.ui.inspect.asking.tiles import Tile, Tiles
from cnnviz.ui.inspect.workspace import InspectWorkspace
from tests.gui.inspect.hand import click, hover, press, shades
from tests.gui.rooms import wait

Load = Callable[[Graph], InspectWorkspace]
SMALL = chain(
    [Input(), Conv2d(out_channels=4, kernel_size=(5, 5)), ReLU(), Flatten(), Dense(units=10), Softmax()], "small"
)  # fmt: skip


@pytest.fixture
def small(load: Load) -> InspectWorkspace:
    found = load(SMALL)
    found.steering.go("conv1", (2, 10, 10))
    return found


def asked(workspace: InspectWorkspace, title: str) -> AskPane:
    """Open a pane, and wait until it has shown its answer."""
    workspace.asking.show(title)
    pane = workspace.asking.page.stack.currentWidget()
    assert isinstance(pane, AskPane)
    settle(pane)
    return pane


def settle(pane: AskPane) -> None:
    wait(lambda: not pane.inquiry.busy and pane._pages.currentWidget() is not pane.nothing)


def test_the_page_takes_the_place_of_the_panes_and_gives_it_back(small: InspectWorkspace) -> None:
    assert small.panes.isVisible()
    press(small.lane, Qt.Key.Key_Q)
    page = small.asking.page
    assert page.isVisible()
    assert not small.panes.isVisible()
    assert not small.bar.play.isVisible()
    page.larger.click()
    assert not small.lane.isVisible()
    page.close_button.click()
    assert small.panes.isVisible()
    assert small.lane.isVisible()
    assert small.bar.play.isVisible()
    assert page.untrained.text() == "random weights"


def test_an_untrained_network_is_called_so(small: InspectWorkspace) -> None:
    page, session = small.asking.page, small._session
    small.asking.turn()
    assert page.untrained.isVisible()
    session.looking.set_weights(session.services.complete(session.document.graph, None, 3), "a file")
    wait(lambda: not page.untrained.isVisible())


def test_a_hidden_page_asks_nothing(small: InspectWorkspace) -> None:
    page = small.asking.page
    for pane in page.panes:
        pane.refresh()
        assert not pane.inquiry.busy


# -- the code ---------------------------------------------------------------------------------------------------------


def test_points_have_the_pictures_classes_and_neighbours_of_their_samples(small: InspectWorkspace) -> None:
    pane, dataset = asked(small, "Code map"), small._session.material.dataset
    wait(lambda: pane.plane is not None)
    code = pane.code
    assert code.node == "conv1"
    assert len(code.values) == len(dataset.test) == 60
    for at in (0, 7, 59):
        assert np.array_equal(pane._picture(at), dataset.test.sample(at)[0])
        assert pane.scatter._classes[at] == dataset.test.class_numbers[at]
    hover(pane.scatter, pane.scatter.place_of(11))
    assert pane.scatter._hovered is not None
    click(pane.scatter, pane.scatter.place_of(11))
    chosen = pane.scatter.selected
    assert small._session.material.sample.index == chosen
    assert pane.found.tolist() == neighbours(code.values, chosen, 9)[0].tolist()
    wanted = np.linalg.norm(code.values - code.values[chosen], axis=1)
    assert pane.found[0] == np.argsort(wanted)[1]
    click(pane.gallery.viewport(), QPointF(pane.gallery.cell_rect(2).center()))
    assert small._session.material.sample.index != chosen


def test_the_code_follows_the_layer_and_tsne_can_be_given_up(small: InspectWorkspace) -> None:
    pane = asked(small, "Code map")
    small._session.looking.point(node="dense1", map=3, position=())
    wait(lambda: pane.code is not None and pane.code.node == "dense1" and pane.plane is not None)
    assert "all 10 values of 60 test images" in pane.note.text()
    before = pane.plane
    pane.way.part("t-SNE").click()
    wait(lambda: pane.bar.isVisible() or pane.plane is not before)
    pane.cancel.click()
    assert not pane.inquiry.busy
    assert pane.again.isVisible()
    pane.again.click()
    wait(lambda: pane.plane is not None and not pane.plane.shares)
    assert "t-SNE keeps neighbours" in pane.note.text()


# -- readouts and mistakes --------------------------------------------------------------------------------------------


def test_every_layer_has_a_bar_that_opens_it(small: InspectWorkspace) -> None:
    pane = asked(small, "Probes")
    assert [bar.name for bar in pane.bars.bars] == ["input", "conv1", "relu1", "dense1"]
    assert pane.bars.chosen == 1
    assert "60 training images" in pane.note.text()
    assert pane.bars.bars[0].value > 0.5
    click(pane.bars, pane.bars.row_rect(3).center())
    wait(lambda: small._session.looking.cursor.node == "dense1")
    assert small.panes.isVisible()


def test_three_clicks_lead_from_a_mistake_to_the_layer_that_turned_it(small: InspectWorkspace) -> None:
    pane, session = asked(small, "Mistakes"), small._session
    wait(lambda: pane.probes is not None)
    wrong = np.argwhere(pane.judgement.confusion * (1 - np.eye(10, dtype=int)))
    label, named = (int(at) for at in wrong[0])
    click(pane.matrix, pane.matrix.grid().cell_rect(label, named).center())
    assert len(pane.shown) == pane.judgement.confusion[label, named]
    click(pane.gallery.viewport(), QPointF(pane.gallery.cell_rect(0).center()))
    wait(lambda: session.looking.settled and pane.bars.chosen is not None)
    sample = session.material.sample
    assert (sample.index, sample.label) == (int(pane.shown[0]), label)
    evidence = pane.probes.evidence(session.looking.trace)
    leads = [bar.value for bar in pane.bars.bars[:-1]]
    assert leads == pytest.approx(evidence[:, named] - evidence[:, label], abs=1e-6)
    turned = turning(evidence, label, named)
    assert pane.bars.chosen == (len(leads) if turned is None else turned)
    row = pane.bars.chosen
    click(pane.bars, pane.bars.row_rect(row).center())
    wait(lambda: session.looking.cursor.node == pane._nodes[row])
    assert small.panes.isVisible()


def test_answers_are_kept_until_the_weights_are_others(small: InspectWorkspace) -> None:
    pane, session = asked(small, "Probes"), small._session
    desk, question = small.asking.page.desk, pane.wanted()
    assert isinstance(question, AskProbes)
    found = desk.known(question)
    asked(small, "Similarity")
    assert asked(small, "Probes").found is found
    session.looking.set_weights(session.services.complete(session.document.graph, None, 9), "others")
    wait(lambda: pane.found is not None and pane.found is not found)
    assert desk.known(question) is pane.found


# -- maps -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def few_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ideals, "STEPS", 8)


@pytest.mark.usefixtures("few_steps")
def test_ideal_inputs_stand_beside_the_strongest_images(small: InspectWorkspace) -> None:
    pane = asked(small, "Ideal input")
    wait(lambda: len(pane.findings) == 9)
    assert (pane.ideal.node, pane.ideal.channel) == ("conv1", 2)
    assert len(pane.made.tiles) == 4
    best = pane.found.nodes["conv1"].of(2)
    assert pane.findings == best
    assert "Reached" in pane.note.text()
    pane.target.setCurrentIndex(5)
    pane.target.activated.emit(5)
    wait(lambda: (pane.ideal.node, pane.ideal.channel) == ("dense1", 4))
    click(pane.best, pane.best.rect_of(3).center())
    assert small._session.material.sample.index == pane.findings[3].sample
    click(pane.made, pane.made.rect_of(0).center())
    assert small._session.material.sample.title == "made for dense1 unit 4"
    assert np.array_equal(small._session.material.sample.image, pane.ideal.images[0])


def test_filters_are_shown_and_chosen(small: InspectWorkspace) -> None:
    pane = asked(small, "Filters")
    weight = small._session.looking.trace.parameters["conv1"]["weight"]
    assert np.array_equal(pane.found.maps, weight)
    assert "kernels of conv1" in pane.note.text()
    click(pane.tiles, pane.tiles.rect_of(3).center())
    assert small._session.looking.cursor.map == 3
    small._session.looking.point(node="dense1", map=1, position=())
    wait(lambda: pane.found.node == "dense1")
    assert pane.found.maps.shape == (10, 1, 28, 28)
    assert len(pane.large.tiles) == 2


def test_similarity_is_ordered_and_leads_to_a_map(small: InspectWorkspace) -> None:
    pane = asked(small, "Similarity")
    assert sorted(pane.order.tolist()) == [0, 1, 2, 3]
    cell = pane.matrix.grid().cell_rect(1, 2).center()
    hover(pane.matrix, cell)
    assert pane.pointed.text().startswith(f"maps {pane.order[1]} and {pane.order[2]}")
    click(pane.matrix, cell)
    assert small._session.looking.cursor.map == pane.order[1]
    pane.what.part("kernels").click()
    assert "Cosine" in pane.note.text()
    small._session.looking.point(node="relu1", map=1, position=(3, 3))
    wait(lambda: pane.found.node == "relu1")
    assert not pane.what.part("kernels").isEnabled()


@pytest.mark.usefixtures("few_steps")
@pytest.mark.parametrize(
    "layers",
    [
        (Input((12,)), Dense(6), ReLU(), Dense(3)),
        (Input((3, 20)), Conv1d(4, 3), ReLU(), Flatten(), Dense(3)),
        (Input((3, 9, 9)), Conv2d(97, 3), ReLU(), Flatten(), Dense(3)),
        (Input((1, 6, 7, 8)), Conv3d(4, 3), ReLU(), Flatten(), Dense(3)),
    ],
)
def test_networks_of_every_form_are_answered_or_told_why_not(load: Load, layers: tuple[object, ...]) -> None:
    workspace = load(chain(layers, "any form"))
    page = workspace.asking.page
    for pane in page.panes:
        workspace.asking.show(pane.title)
        wait(lambda pane=pane: not pane.inquiry.busy)
        told = pane._pages.currentWidget() is pane.nothing
        assert (pane.nothing._sentence.text() if told else pane.note.text()) or pane.plane is not None
        assert shades(pane) > 3
    assert "classes" in page.mistakes.nothing._sentence.text()


def test_a_large_network_asks_before_it_works(
    small: InspectWorkspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desks, "UNASKED", 1000)
    small.asking.show("Similarity")
    pane = small.asking.page.alike
    assert not pane.inquiry.busy
    assert "60 samples" in pane.nothing._sentence.text()
    pane.nothing.button.click()
    settle(pane)
    assert pane.found is not None


def test_the_header_maximises_with_a_double_click(small: InspectWorkspace) -> None:
    small.asking.turn()
    page: AskPage = small.asking.page
    QTest.mouseDClick(page.header, Qt.MouseButton.LeftButton)
    assert page.larger.isChecked()
    assert not small.lane.isVisible()


# -- pictures ---------------------------------------------------------------------------------------------------------


def test_bars_go_both_ways_and_by_key(qtbot: object) -> None:
    bars = LayerBars("leads")
    qtbot.addWidget(bars)
    bars.resize(400, 120)
    bars.set_bars([Bar("a", -0.5, "−0.5"), Bar("b", 0.5, "+0.5", "turned")], (-1, 1), [Mark(0, "")], 1)
    image = bars.grab().toImage()
    assert shades(bars) > 8
    rows = [int(bars.row_rect(row).center().y()) for row in (0, 1)]
    area = bars._area()
    left, right = (int(area.left() + area.width() * share) for share in (0.35, 0.65))
    assert image.pixel(left, rows[0]) != image.pixel(right, rows[0])
    assert image.pixel(left, rows[0]) != image.pixel(right, rows[1])
    chosen: list[int] = []
    bars.clicked.connect(chosen.append)
    press(bars, Qt.Key.Key_Down)
    press(bars, Qt.Key.Key_Down)
    press(bars, Qt.Key.Key_Return)
    assert chosen == [1]


def test_the_nearest_point_is_found_and_keys_go_to_neighbours(qtbot: object) -> None:
    scatter = Scatter()
    qtbot.addWidget(scatter)
    scatter.resize(300, 240)
    points = np.array([[0, 0], [1, 0], [0, 1], [-1, 0.1]])
    scatter.set_points(points, np.array([0, 1, 2, -1]), ("a", "b", "c"), lambda _at: np.zeros((4, 4)))
    for at in range(4):
        assert scatter.point_at(scatter.place_of(at) + QPointF(3, 2)) == at
    assert scatter.point_at(QPointF(2, 2)) is None
    scatter.set_selected(0)
    for key, wanted in ((Qt.Key.Key_Right, 1), (Qt.Key.Key_Left, 0), (Qt.Key.Key_Up, 2)):
        press(scatter, key)
        assert scatter.selected == wanted
    assert shades(scatter) > 4


def test_tiles_take_the_room_and_are_chosen_by_key(qtbot: object) -> None:
    tiles = Tiles("some")
    qtbot.addWidget(tiles)
    tiles.resize(300, 200)
    tiles.set_tiles([Tile(np.eye(4), str(at), "value", (0, 2, 1, 3)) for at in range(6)])
    first, last = tiles.rect_of(0), tiles.rect_of(5)
    assert first.left() >= 0
    assert last.right() <= 300
    assert last.bottom() + 18 <= 201
    assert tiles.tile_at(last.center()) == 5
    chosen: list[int] = []
    tiles.clicked.connect(chosen.append)
    press(tiles, Qt.Key.Key_Right)
    press(tiles, Qt.Key.Key_Right)
    assert chosen == [0, 1]
