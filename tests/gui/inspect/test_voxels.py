"""Inspect for a network that reads volumes: the room opens, voxel and value are linked, digits are drawn and turned."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from cnnviz.data.dataset import Dataset, Split
from cnnviz.data.voxels import SIDE, turned
from cnnviz.layers import Conv3d, Dense, Flatten, Input, MaxPool3d, ReLU, Softmax
from cnnviz.model.files import Project
from cnnviz.model.graph import chain
from cnnviz.ui.inspect.voxels.anglestrip import AngleStrip
from cnnviz.ui.inspect.voxels.room import VoxelRoom
from cnnviz.ui.inspect.voxels.turning import ANGLES, stability
from cnnviz.ui.inspect.workspace import InspectWorkspace
from cnnviz.ui.state import Session
from tests.gui.rooms import CHOICE, RECIPE, small_graph, wait

LEFT = Qt.MouseButton.LeftButton


def solids() -> Dataset:
    random = np.random.default_rng(0)
    images = np.zeros((6, 3, SIDE, SIDE, SIDE), np.float32)
    images[:, :, 3:12, 4:12, 5:11] = random.random((6, 3, 9, 8, 6)) * 0.6 + 0.4
    labels = np.arange(6) % 3
    names = ("a", "b", "c")
    return Dataset("solids", "Solids", "made for a test", names, Split(images, labels), Split(images, labels))


@pytest.fixture
def page(session: Session, workspace: InspectWorkspace) -> InspectWorkspace:
    """A small network of volumes at its first convolution."""
    layers = (
        Input((3, SIDE, SIDE, SIDE)), Conv3d(4, 3), ReLU(), MaxPool3d(4, stride=4),
        Conv3d(2, 3, padding="same"), Flatten(), Dense(3), Softmax(),
    )  # fmt: skip
    session.material.wanted = "solids"
    session.material.set_dataset(solids())
    session.document.start(Project(chain(layers, "solid"), CHOICE, RECIPE), None)
    wait(lambda: workspace.frame is not None and workspace.frame.trace.graph.title == "solid")
    return workspace


def room(page: InspectWorkspace) -> VoxelRoom:
    return page.voxels


def point(page: InspectWorkspace, session: Session, node: str, channel: int, *place: int) -> None:
    session.looking.point(node=node, map=channel, position=place)
    wait(lambda: page.frame.node == node and page.frame.index == (channel, *place))


def test_the_room_opens_for_volumes_and_stays_away_once_closed(
    page: InspectWorkspace, session: Session
) -> None:
    assert room(page).on
    assert page.bar.space.isChecked()
    assert not page.arrows.isVisible()
    room(page).toggle()
    assert not room(page).on
    point(page, session, "conv1", 1, 2, 3, 4)
    assert not room(page).on
    room(page).toggle()
    assert room(page).on


def test_it_closes_where_the_network_reads_pictures(page: InspectWorkspace, session: Session) -> None:
    session.document.start(Project(small_graph(), CHOICE, RECIPE), None)
    wait(lambda: not room(page).on)
    assert page.bar.space.isHidden()


def test_the_window_is_a_wire_cube_in_the_sample(page: InspectWorkspace, session: Session) -> None:
    point(page, session, "conv1", 2, 5, 6, 7)
    pane = room(page).pane
    assert pane.viewer.canvas.boxes()["window"] == ((5, 8), (6, 9), (7, 10))
    assert pane.viewer.place == (6, 7, 8)
    assert room(page).work.card.pill.text() == "closes"
    assert pane.content.colormap == "photo"


def test_a_click_on_a_voxel_of_the_map_moves_the_cursor(page: InspectWorkspace, session: Session) -> None:
    point(page, session, "conv1", 1, 5, 6, 7)
    pane = room(page).pane
    pane.choose("Map")
    assert pane.viewer.canvas.boxes()["cursor"] == ((5, 6), (6, 7), (7, 8))
    pane.viewer.set_mode("Slices")
    QApplication.processEvents()
    cut = pane.viewer.cuts[0]
    QTest.mouseClick(cut, LEFT, pos=cut.grid().cell_rect(2, 9).center().toPoint())
    wait(lambda: page.frame.index == (1, 5, 2, 9))
    assert pane.viewer.canvas.boxes()["cursor"] == ((5, 6), (2, 3), (9, 10))


def test_a_voxel_of_the_sample_leads_to_the_value_over_it(page: InspectWorkspace, session: Session) -> None:
    point(page, session, "pool1", 3, 0, 0, 0)
    room(page).pane.choose("Sample")
    wait(lambda: room(page).pane.viewer.canvas.boxes()["field"] is not None)
    assert room(page).pane.viewer.canvas.boxes()["field"] == ((0, 6), (0, 6), (0, 6))
    room(page).pane.viewer.voxel_chosen.emit((13, 7, 2))
    wait(lambda: page.frame.index == (3, 2, 1, 0))


def test_all_maps_are_volumes_to_choose_from(page: InspectWorkspace, session: Session) -> None:
    point(page, session, "conv1", 0, 5, 6, 7)
    pane, multiples = room(page).pane, room(page).multiples
    assert pane.which.value() == "Input"
    assert (
        multiples.mosaic.tiles().count == 4
    )  # the sample's colours are one picture: the layer's maps are shown
    multiples.mosaic.clicked.emit(3, 0, 0)
    wait(lambda: page.frame.index == (3, 5, 6, 7))
    point(page, session, "conv2", 0, 1, 1, 1)
    QTest.mouseClick(pane.which.part("Input"), LEFT)
    assert "4 channels read" in multiples._title.text()
    multiples.mosaic.clicked.emit(2, 0, 0)
    assert pane.content.node == "pool1"
    assert pane.content.channel == 2


def test_pooling_is_routed_back_in_space(page: InspectWorkspace, session: Session) -> None:
    page.turn_round()
    wait(lambda: session.looking.slopes is not None and page.frame.backward)
    point(page, session, "relu1", 0, 5, 6, 7)
    room(page).pane.choose("Map")
    content = room(page).pane.content
    assert content.colormap == "gradient"
    routed = content.solid.strength > 0
    assert 0 < routed.sum() <= 27  # of each window of 4×4×4 one voxel gets the slope
    page.turn_round()


@pytest.mark.parametrize("method", ["Grad-CAM", "Occlusion"])
def test_heat_maps_lie_on_the_sample(page: InspectWorkspace, session: Session, method: str) -> None:
    pane = room(page).pane
    pane.choose(method)
    wait(lambda: pane.content is not None and pane.viewer.solid is not None)
    sample = session.material.sample.image
    np.testing.assert_array_equal(pane.viewer.solid.occupied(0.1), sample.max(axis=0) > 0.1)
    assert pane.content.colormap == {"Grad-CAM": "amount", "Occlusion": "value"}[method]


def test_a_value_without_a_volume_says_so(page: InspectWorkspace, session: Session) -> None:
    point(page, session, "softmax", 1)
    assert room(page).pane.content is None
    room(page).pane.choose("Sample")
    assert room(page).pane.content is not None


def test_a_drawn_digit_becomes_a_volume_that_turns(page: InspectWorkspace, session: Session) -> None:
    panel = page.side.sample
    assert panel.tabs.part("Draw").isEnabled()
    QTest.mouseClick(panel.tabs.part("Draw"), LEFT)
    panel.pad.clear()
    for at in range(6, 20):
        panel.pad.stroke(QPoint(10, at).toPointF(), QPoint(10, at + 1).toPointF())
    sample = session.material.sample
    assert sample.index == -1
    assert sample.image.shape == (3, SIDE, SIDE, SIDE)
    assert 100 < (sample.image.max(axis=0) > 0).sum() < 2000

    turning = room(page).turning
    wait(lambda: all(turning.strip.best()))
    base = sample.image
    QTest.keyClick(turning.strip, Qt.Key.Key_Right)
    assert turning.angle == 7.5
    np.testing.assert_allclose(session.material.sample.image, turned(base, (0, 7.5, 0)), atol=1e-6)
    assert "turned 7.5° about y" in session.material.sample.title
    turning.turn(-30.0)
    np.testing.assert_allclose(session.material.sample.image, turned(base, (0, -30.0, 0)), atol=1e-6)
    turning.turn(0.0)
    np.testing.assert_array_equal(session.material.sample.image, base)


def test_the_strip_agrees_with_the_network_at_that_angle(page: InspectWorkspace, session: Session) -> None:
    turning = room(page).turning
    wait(lambda: all(turning.strip.best()))
    before = turning._values.copy()
    turning.turn(45.0)
    wait(lambda: session.looking.settled)
    column = before[ANGLES.index(45.0)]
    np.testing.assert_allclose(session.looking.trace.activation("softmax"), column, atol=1e-5)
    np.testing.assert_array_equal(turning._values, before)  # another angle is no other digit


def test_stability_is_told_in_words() -> None:
    middle = len(ANGLES) // 2
    best = ["b"] * len(ANGLES)
    assert "every angle" in stability(best)
    best[middle + 3 :] = ["c"] * (len(ANGLES) - middle - 3)
    best[0] = "a"
    assert stability(best).startswith("The answer stays \u201cb\u201d from \u221282.5° to 15°")
    best[2] = ""
    assert "Asking" in stability(best)


def test_a_click_on_the_strip_chooses_the_angle(qapp: QApplication) -> None:
    strip = AngleStrip(ANGLES)
    strip.resize(300, 90)
    strip.set_values(np.full((len(ANGLES), 3), 1 / 3), ("a", "b", "c"))
    chosen: list[float] = []
    strip.chosen.connect(chosen.append)
    area = strip.area()
    QTest.mouseClick(strip, LEFT, pos=area.center().toPoint())
    QTest.mouseClick(strip, LEFT, pos=QPoint(int(area.right()) - 1, 20))
    assert chosen == [0.0, 90.0]
