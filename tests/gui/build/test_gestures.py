"""The knife, lining up, moving with keys, searching, and the camera's way there."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from cnnviz.layers import Add, Conv2d, Dense, Flatten, Input, MaxPool2d, ReLU
from cnnviz.model.files import from_json, to_json
from cnnviz.model.graph import Edge, Graph, chain
from cnnviz.model.placing.layout import tidy
from cnnviz.ui.build.canvas.search import found
from cnnviz.ui.build.cards.mappaint import tiles
from cnnviz.ui.build.gestures.aligning import REACH, align
from cnnviz.ui.build.gestures.cutting import crosses
from cnnviz.ui.build.workspace import BuildWorkspace
from tests.gui.build.hand import Hand
from tests.gui.rooms import wait

Load = Callable[[Graph], BuildWorkspace]
Key = Qt.Key
RIGHT = Qt.MouseButton.RightButton
CONTROL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier


def small() -> Graph:
    return tidy(chain([Input(), Conv2d(8, padding="same"), ReLU(), MaxPool2d(), Flatten(), Dense(10)]))


def branched() -> Graph:
    graph = chain([Input(), Conv2d(8, padding="same")]).add(Conv2d(8, padding="same"), "conv2", after="input")
    return tidy(graph.add(Add(), "add1", after="conv1").connect("conv2", "add1"))


@pytest.fixture
def hand(workspace: BuildWorkspace) -> Hand:
    workspace.activateWindow()
    QApplication.processEvents()
    return Hand(workspace.canvas)


def middle_of(workspace: BuildWorkspace, edge: Edge) -> QPointF:
    points = workspace.canvas.content.wires[edge].points
    return (QPointF(*points[0]) + QPointF(*points[-1])) / 2


# -- the knife --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("modifier", [CONTROL, ALT])
def test_a_line_across_wires_cuts_them_in_one_step(
    load: Load, hand: Hand, modifier: Qt.KeyboardModifier
) -> None:
    workspace = load(branched())
    document = workspace.session.document
    before = document.graph
    add = hand.card("add1").pos()
    hand.modifiers = modifier
    start, end = add + QPointF(-60, -8), add + QPointF(300, -8)
    hand.press(start, RIGHT)
    for step in range(1, 9):
        hand.move(start + (end - start) * step / 8, RIGHT)
    assert workspace.canvas.content.wires[Edge("conv1", "add1", 0)].cut
    assert document.graph is before, "nothing is cut before the button is up"
    hand.release(end, RIGHT)
    assert not document.graph.inputs("add1")
    assert document.undo_label() == "Cut 2 wires"
    document.undo()
    assert document.graph is before
    assert workspace.canvas.overlay.cut == ()


def test_the_knife_is_taken_with_a_key_and_used_once(load: Load, hand: Hand) -> None:
    workspace = load(small())
    document = workspace.session.document
    place = middle_of(workspace, Edge("relu1", "pool1", 0))
    hand.key(Key.Key_K)
    hand.drag(place + QPointF(-60, 0), place + QPointF(60, 0))
    assert not document.graph.inputs("pool1")
    assert document.undo_label() == "Cut relu1 from pool1"
    hand.drag(place + QPointF(-60, 30), place + QPointF(90, 40))
    assert len(document.history.steps) == 3, "the next drag is a rubber band again"


def test_escape_puts_the_knife_away(load: Load, hand: Hand) -> None:
    workspace = load(small())
    before = workspace.session.document.graph
    place = middle_of(workspace, Edge("relu1", "pool1", 0))
    hand.key(Key.Key_K)
    hand.carry(place + QPointF(-60, 0), place + QPointF(60, 0))
    hand.key(Key.Key_Escape)
    hand.release(place)
    assert workspace.session.document.graph is before
    assert not workspace.canvas.content.wires[Edge("relu1", "pool1", 0)].cut
    hand.key(Key.Key_K)
    hand.key(Key.Key_Escape)
    hand.drag(place + QPointF(-60, 0), place + QPointF(60, 0))
    assert workspace.session.document.graph is before


def test_what_a_cut_crosses() -> None:
    wire = ((0.0, 0.0), (0.0, 10.0), (20.0, 10.0))
    assert crosses(((-5.0, 5.0), (5.0, 5.0)), wire)
    assert crosses(((10.0, 0.0), (10.0, 20.0)), wire)
    assert not crosses(((5.0, 0.0), (15.0, 5.0)), wire)
    assert not crosses(((30.0, 0.0), (30.0, 20.0)), wire)


# -- chips ------------------------------------------------------------------------------------------------------------


def test_a_chip_dragged_off_its_card_is_a_card_and_goes_back(load: Load, hand: Hand) -> None:
    workspace = load(small())
    document = workspace.session.document
    before = document.graph
    card = hand.card("conv1")
    chip = card.pos() + card.chips[0][1].center()
    hand.carry(chip, chip + QPointF(400, 40))
    assert "relu1" in workspace.canvas.content.cards, "the card is shown before the button is up"
    hand.release(chip + QPointF(400, 40))
    assert workspace.selection.nodes == ("relu1",)
    assert workspace.canvas.content.faces.cards["conv1"].chips == ()
    assert document.graph.edges == before.edges, "the network is the same"
    assert document.undo_label() == "Take relu1 off its card"
    apart = document.graph
    assert from_json(to_json(document.project())).graph == apart
    hand.carry(hand.middle("relu1"), hand.middle("conv1"))
    assert hand.card("conv1").aimed
    hand.release(hand.middle("conv1"))
    assert [chip.name for chip in workspace.canvas.content.faces.cards["conv1"].chips] == ["relu1"]
    assert not hand.card("conv1").aimed
    document.undo()
    assert document.graph is apart


def test_a_chip_let_go_over_its_card_stays(load: Load, hand: Hand) -> None:
    workspace = load(small())
    before = workspace.session.document.graph
    card = hand.card("conv1")
    chip = card.pos() + card.chips[0][1].center()
    hand.carry(chip, chip + QPointF(400, 40))
    hand.move(chip + QPointF(-60, -30))
    hand.release(chip + QPointF(-60, -30))
    assert workspace.session.document.graph is before
    assert workspace.canvas.shown is before


# -- pulling ----------------------------------------------------------------------------------------------------------


def test_every_wire_tells_shape_and_cost_while_one_is_pulled(load: Load, hand: Hand) -> None:
    workspace = load(branched())
    wire = workspace.canvas.content.wires[Edge("input", "conv1", 0)]
    assert wire.text == "28×28×1"
    hand.carry(hand.out("add1"), hand.out("add1") + QPointF(200, 60))
    assert wire.text == "28×28×1\n80 params"
    assert workspace.canvas.content.wires[Edge("conv1", "add1", 0)].text == "28×28×8", "a sum costs none"
    hand.key(Key.Key_Escape)
    assert wire.text == "28×28×1"


# -- lining up --------------------------------------------------------------------------------------------------------


def test_a_dragged_card_comes_into_line_with_another(load: Load, hand: Hand) -> None:
    graph = tidy(chain([Input(), Conv2d(8)]))
    x, y = graph.node("conv1").position
    workspace = load(graph.add(MaxPool2d(), "pool1", (x + 405, y + 200)).move({"conv1": (x + 5, y)}))
    start = hand.middle("pool1")
    hand.carry(start, start + QPointF(-402, 0))
    guides = workspace.canvas.overlay.guides
    assert workspace.canvas.shown.node("pool1").position[0] == x + 5, "not on the grid, but in line"
    assert any(x1 == x2 == x + 5 for x1, _, x2, _ in guides), "the left edges agree"
    hand.release(start + QPointF(-402, 0))
    assert workspace.canvas.overlay.guides == ()
    assert workspace.session.document.graph.node("pool1").position[0] == x + 5


def test_a_drag_that_is_broken_off_leaves_no_guides(load: Load, hand: Hand) -> None:
    workspace = load(small())
    start = hand.middle("pool1")
    hand.carry(start, start + QPointF(2, 40))
    assert workspace.canvas.overlay.guides
    hand.key(Key.Key_Escape)
    assert workspace.canvas.overlay.guides == ()


def test_boxes_line_up_by_edges_and_middles() -> None:
    wide = (0.0, 0.0, 400.0, 50.0)
    left = align((REACH - 1, 100.0, 106.0, 150.0), [wide], (8.0, 96.0))
    assert left.place[0] == 0.0
    right = align((305.0, 100.0, 405.0, 150.0), [wide], (304.0, 96.0))
    assert right.place[0] == 300.0
    centre = align((152.0, 100.0, 252.0, 150.0), [wide], (160.0, 96.0))
    assert centre.place == (150.0, 96.0)
    assert centre.guides[0][0] == 200.0
    free = align((60.0, 200.0, 160.0, 250.0), [wide], (64.0, 208.0))
    assert free.place == (64.0, 208.0)
    assert free.guides == ()


# -- keys -------------------------------------------------------------------------------------------------------------


def test_alt_and_an_arrow_move_the_selected_cards(load: Load, hand: Hand) -> None:
    workspace = load(small())
    document = workspace.session.document
    before = document.graph
    workspace.selection.set(("conv1", "pool1"))
    steps = len(document.history.steps)
    for _ in range(3):
        hand.key(Key.Key_Right, ALT)
    hand.key(Key.Key_Up, ALT)
    for name in ("conv1", "relu1", "pool1"):
        (x0, y0), (x1, y1) = before.node(name).position, document.graph.node(name).position
        assert (x1 - x0, y1 - y0) == (48, -16)
    assert document.graph.node("flatten").position == before.node("flatten").position
    assert len(document.history.steps) == steps + 1, "presses in quick succession are one step"
    document.undo()
    assert document.graph is before


# -- search -----------------------------------------------------------------------------------------------------------


def test_a_search_finds_names_kinds_options_and_shapes() -> None:
    graph = small()
    report = graph.summary()
    assert found(graph, report, "conv", "keras") == ("conv1",)
    assert found(graph, report, "Max pool", "keras") == ("pool1",)
    assert found(graph, report, "10 units", "keras") == ("dense1",)
    assert found(graph, report, "28x28x8", "keras") == ("conv1", "relu1")
    assert found(graph, report, "8×28×28", "pytorch") == ("conv1", "relu1")
    assert found(graph, report, "", "keras") == ()
    assert found(graph, report, "transformer", "keras") == ()
    assert found(graph, report, "de", "keras")[0] == "dense1", "a name that starts so comes first"


def test_enter_goes_from_hit_to_hit(load: Load, hand: Hand) -> None:
    workspace = load(small())
    workspace.session.change_settings(reduce_motion=True)
    hand.key(Key.Key_F, CONTROL)
    bar = workspace.search
    assert bar.isVisible()
    assert bar.field.hasFocus()
    QTest.keyClicks(bar.field, "28")
    assert bar.hits == ("input", "conv1", "relu1")
    assert workspace.selection.nodes == ("input",)
    assert bar.told.text() == "1 of 3"
    QTest.keyClick(bar.field, Key.Key_Return)
    assert workspace.selection.nodes == ("conv1",)
    QTest.keyClick(bar.field, Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    assert workspace.selection.nodes == ("input",)
    QTest.keyClicks(bar.field, "zzz")
    assert bar.told.text() == "nothing"
    QTest.keyClick(bar.field, Key.Key_Escape)
    assert not bar.isVisible()
    assert workspace.canvas.hasFocus()


def test_the_hits_follow_an_edit(load: Load, hand: Hand) -> None:
    workspace = load(small())
    hand.key(Key.Key_F, CONTROL)
    QTest.keyClicks(workspace.search.field, "pool")
    document = workspace.session.document
    document.edit("Remove", document.graph.remove(["pool1"]))
    assert workspace.search.hits == ()


# -- the camera -------------------------------------------------------------------------------------------------------


def test_the_camera_glides_to_a_hit_and_arrives(load: Load, hand: Hand) -> None:
    workspace = load(small())
    canvas = workspace.canvas
    canvas.camera.set_zoom(2.0)
    canvas.reveal(("input",))
    before = canvas.mapToScene(0, 0)
    canvas.reveal(("dense1",), glide=True)
    assert canvas.mapToScene(0, 0) == before, "it is on its way"
    target = canvas.content.content_rect(("dense1",)).center()
    wait(lambda: canvas.mapToScene(canvas.viewport().rect()).boundingRect().contains(target), 3)
    wait(lambda: (canvas.mapToScene(canvas.viewport().rect().center()) - target).manhattanLength() < 3, 3)
    assert canvas.camera.zoom == pytest.approx(2.0)


def test_the_hand_stops_the_camera(load: Load, hand: Hand) -> None:
    canvas = load(small()).canvas
    canvas.camera.set_zoom(2.0)
    canvas.fit(glide=True)
    canvas.camera.set_zoom(1.5)
    QTest.qWait(50)
    assert canvas.camera.zoom == pytest.approx(1.5)


def test_reduced_motion_jumps(load: Load, hand: Hand) -> None:
    workspace = load(small())
    workspace.session.change_settings(reduce_motion=True)
    canvas = workspace.canvas
    canvas.camera.set_zoom(2.0)
    hand.key(Key.Key_F)
    assert canvas.camera.zoom < 1.01


# -- near by ----------------------------------------------------------------------------------------------------------


def test_near_by_maps_are_larger_and_fewer() -> None:
    tile, pitch, room = tiles(7, 1.0)
    assert (tile, room) == (24.0, 7)
    tile, pitch, room = tiles(7, 1.6)
    assert tile * 1.6 == pytest.approx(48.0)
    assert room < 7
    assert room * pitch < 240
    tile, _, room = tiles(2, 3.0)
    assert tile * 3.0 >= 48.0
    assert room == 2


def test_a_layout_flows_down_or_to_the_right(load: Load, hand: Hand) -> None:
    workspace = load(small())
    workspace.session.change_settings(reduce_motion=True)
    document = workspace.session.document

    def place(name: str) -> tuple[float, float]:
        return document.graph.node(name).position

    hand.key(Key.Key_L, Qt.KeyboardModifier.ShiftModifier)
    assert place("conv1")[0] > place("input")[0]
    assert place("conv1")[1] == place("input")[1]
    assert document.undo_label() == "Auto-layout"
    workspace.selection.set(("input",))
    hand.key(Key.Key_Right)
    assert workspace.selection.nodes == ("conv1",), "arrows follow the wires to the right, too"
    hand.key(Key.Key_Left)
    assert workspace.selection.nodes == ("input",)
    down, _ = workspace.tools.tidy.menu().actions()
    down.trigger()
    assert place("conv1")[1] > place("input")[1]
