from collections.abc import Callable

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QApplication

from cnnviz.layers import Add, Conv2d, Dense, Flatten, Input, MaxPool2d, ReLU
from cnnviz.model.graph import Edge, Graph, chain
from cnnviz.model.placing.layout import tidy
from cnnviz.ui.build.workspace import BuildWorkspace
from tests.gui.build.hand import Hand

Load = Callable[[Graph], BuildWorkspace]
FREE = QPointF(700, 300)


def small() -> Graph:
    return tidy(chain([Input(), Conv2d(8, padding="same"), ReLU(), MaxPool2d(), Flatten(), Dense(10)]))


def loose() -> Graph:
    graph = chain([Input(), Conv2d(8, padding="same")]).move({"conv1": (0.0, 192.0)})
    return graph.add(MaxPool2d(), "pool1", (336.0, 192.0)).add(Add(), "add1", (0.0, 400.0))


@pytest.fixture
def hand(workspace: BuildWorkspace) -> Hand:
    return Hand(workspace.canvas)


# -- drops ------------------------------------------------------------------------------------------------------------


def test_a_layer_dropped_on_empty_canvas_lies_there_unconnected(load: Load, hand: Hand) -> None:
    document = load(small()).session.document
    hand.drop("conv2d", FREE)
    graph = document.graph
    assert graph.node("conv2").layer == Conv2d()
    assert not graph.inputs("conv2")
    assert abs(graph.node("conv2").position[0] + 120 - FREE.x()) <= 8
    assert document.undo_label() == "Add conv2"


def test_a_layer_dropped_on_a_wire_is_put_into_it(load: Load, hand: Hand) -> None:
    workspace = load(small())
    wire = workspace.canvas.content.wires[Edge("relu1", "pool1", 0)]
    a, b = wire.points[0], wire.points[-1]
    place = QPointF((a[0] + b[0]) / 2, (a[1] + b[1]) / 2)
    assert hand.bring("conv2d", place)
    assert wire.target
    hand.drop("conv2d", place)
    graph = workspace.session.document.graph
    assert {Edge("relu1", "conv2", 0), Edge("conv2", "pool1", 0)} <= set(graph.edges)
    assert Edge("relu1", "pool1", 0) not in graph.edges


def test_a_layer_dropped_on_a_card_comes_after_it(load: Load, hand: Hand) -> None:
    workspace = load(small())
    hand.drop("batchnorm", hand.middle("conv1"))
    graph = workspace.session.document.graph
    assert graph.inputs("bn1")[0].source == "relu1"
    assert graph.inputs("pool1")[0].source == "bn1"
    assert workspace.canvas.content.cards["conv1"].face.tail == "bn1"


def test_a_drag_that_leaves_changes_nothing(load: Load, hand: Hand) -> None:
    workspace = load(small())
    before = workspace.session.document.graph
    hand.bring("conv2d", hand.middle("conv1"))
    assert workspace.canvas.content.cards["conv1"].aimed
    hand.leave()
    assert not workspace.canvas.content.cards["conv1"].aimed
    assert workspace.session.document.graph is before


def test_foreign_data_is_not_taken(load: Load, hand: Hand) -> None:
    load(small())
    assert not hand.bring("no such kind", FREE)


# -- wires ------------------------------------------------------------------------------------------------------------


def test_a_wire_is_pulled_from_port_to_port(load: Load, hand: Hand) -> None:
    workspace = load(loose())
    hand.carry(hand.out("conv1"), hand.port("pool1"))
    assert workspace.canvas.shown.inputs("pool1"), "the result is shown before the button is up"
    assert not workspace.session.document.graph.inputs("pool1")
    assert workspace.canvas.content.wires[Edge("conv1", "pool1", 0)].face.label == "28×28×8"
    hand.release(hand.port("pool1"))
    assert workspace.session.document.graph.inputs("pool1") == (Edge("conv1", "pool1", 0),)


def test_illegal_ports_fade_and_say_why(load: Load, hand: Hand) -> None:
    workspace = load(small())
    hand.carry(hand.out("pool1"), hand.port("conv1"))
    gesture = workspace.canvas.gesture
    assert gesture is not None
    assert hand.card("conv1").port_looks == {0: "illegal"}
    assert "circle" in gesture.refusal(("conv1", 0))  # type: ignore[attr-defined]
    before = workspace.session.document.graph
    hand.release(hand.port("conv1"))
    assert workspace.session.document.graph is before
    assert hand.card("conv1").port_looks == {}


def test_legal_ports_are_marked_while_a_wire_is_pulled(load: Load, hand: Hand) -> None:
    load(loose())
    hand.carry(hand.out("conv1"), FREE + QPointF(0, 300))
    assert hand.card("pool1").port_looks == {0: "legal"}
    assert hand.card("input").in_places() == {}
    hand.canvas.cancel_gesture()


def test_a_merge_grows_a_port_for_another_wire(load: Load, hand: Hand) -> None:
    workspace = load(loose())
    document = workspace.session.document
    hand.drag(hand.out("input"), hand.port("add1", 0))
    hand.drag(hand.out("conv1"), hand.port("add1", 1))
    assert len(document.graph.inputs("add1")) == 2
    hand.carry(hand.out("pool1"), FREE)
    assert 2 in hand.card("add1").in_places()
    hand.canvas.cancel_gesture()
    assert 2 not in hand.card("add1").in_places()


def test_a_wire_pulled_off_its_port_into_the_void_is_removed(load: Load, hand: Hand) -> None:
    document = load(small()).session.document
    hand.drag(hand.port("pool1"), FREE)
    assert not document.graph.inputs("pool1")
    assert document.undo_label() == "Disconnect pool1"


def test_a_wire_put_back_onto_its_own_port_is_no_edit(load: Load, hand: Hand) -> None:
    document = load(small()).session.document
    before = document.graph
    start = hand.port("pool1")
    hand.carry(start, start + QPointF(60, 40))
    hand.move(start)
    hand.release(start)
    assert document.graph is before


def test_an_empty_input_is_wired_backwards(load: Load, hand: Hand) -> None:
    document = load(loose()).session.document
    hand.drag(hand.port("pool1"), hand.out("conv1"))
    assert document.graph.inputs("pool1") == (Edge("conv1", "pool1", 0),)


def test_a_wire_dropped_into_the_void_offers_layers_and_wires_the_chosen_one(load: Load, hand: Hand) -> None:
    workspace = load(small())
    hand.drag(hand.out("dense1"), FREE)
    menu = workspace.canvas.quick
    assert menu.isVisible()
    assert menu.kinds()[0] == "relu", "what usually follows a dense layer"
    menu.search.setText("softm")
    QApplication.processEvents()
    menu._take()
    assert workspace.session.document.graph.inputs("softmax")[0].source == "dense1"


# -- cards ------------------------------------------------------------------------------------------------------------


def test_moving_cards_is_one_step_and_snaps(load: Load, hand: Hand) -> None:
    document = load(small()).session.document
    old = document.graph.node("pool1").position
    steps = len(document.history.steps)
    start = hand.middle("pool1")
    hand.drag(start, start + QPointF(101, 40))
    new = document.graph.node("pool1").position
    assert new == (round((old[0] + 101) / 16) * 16, round((old[1] + 40) / 16) * 16)
    assert len(document.history.steps) == steps + 1
    document.undo()
    assert document.graph.node("pool1").position == old
    assert hand.card("pool1").pos() == QPointF(*old)


def test_chips_move_with_their_card(load: Load, hand: Hand) -> None:
    graph = load(small()).session.document.graph
    offset = graph.node("relu1").position[0] - graph.node("conv1").position[0]
    start = hand.middle("conv1")
    hand.drag(start, start + QPointF(-160, 0))
    graph = hand.canvas.document.graph
    assert graph.node("relu1").position[0] - graph.node("conv1").position[0] == offset


def test_a_rubber_band_selects_and_moves_several(load: Load, hand: Hand) -> None:
    workspace = load(small())
    box = workspace.canvas.content.content_rect(("conv1", "pool1"))
    hand.drag(box.topLeft() - QPointF(40, 20), box.bottomRight() + QPointF(30, 10))
    assert set(workspace.selection.nodes) == {"conv1", "pool1"}
    before = workspace.session.document.graph
    start = hand.middle("pool1")
    hand.drag(start, start + QPointF(320, 0))
    after = workspace.session.document.graph
    for name in ("conv1", "pool1"):
        assert after.node(name).position[0] == before.node(name).position[0] + 320


def test_a_loose_card_dropped_onto_a_wire_is_put_into_it(load: Load, hand: Hand) -> None:
    graph = chain([Input(), Conv2d(8), MaxPool2d()])
    graph = tidy(graph).add(ReLU(), "relu1", (400.0, 0.0))
    workspace = load(graph)
    wire = workspace.canvas.content.wires[Edge("conv1", "pool1", 0)]
    (x1, y1), (x2, y2) = wire.points[0], wire.points[-1]
    hand.drag(hand.middle("relu1"), QPointF((x1 + x2) / 2, (y1 + y2) / 2))
    graph = workspace.session.document.graph
    assert graph.inputs("relu1")[0].source == "conv1"
    assert graph.inputs("pool1")[0].source == "relu1"


def test_escape_cancels_each_gesture(load: Load, hand: Hand) -> None:
    workspace = load(small())
    before = workspace.session.document.graph
    conv = hand.middle("conv1")
    for start, end in (
        (conv, conv + QPointF(200, 90)),
        (hand.out("conv1"), hand.port("flatten")),
        (hand.port("pool1"), FREE),
        (FREE, FREE + QPointF(90, 90)),
    ):
        hand.carry(start, end)
        assert workspace.canvas.gesture is not None
        hand.key(Qt.Key.Key_Escape)
        assert workspace.canvas.gesture is None
        hand.release(end)
        assert workspace.session.document.graph is before
        assert workspace.canvas.shown is before
        assert hand.card("conv1").pos() == QPointF(*before.node("conv1").position)


def test_an_undo_in_the_middle_of_a_gesture_ends_it(load: Load, hand: Hand) -> None:
    workspace = load(small())
    start = hand.middle("conv1")
    hand.carry(start, start + QPointF(200, 90))
    workspace.session.document.undo()
    assert workspace.canvas.gesture is None
    assert workspace.canvas.content.cards == {}


def test_the_wheel_zooms_about_the_mouse_and_middle_drag_pans(load: Load, hand: Hand) -> None:
    canvas = load(small()).canvas
    point = canvas.viewport().rect().center() * 0.5
    before = canvas.mapToScene(point)
    canvas.camera.zoom_by(1.5, point)
    after = canvas.mapToScene(point)
    assert abs(after.x() - before.x()) < 2
    assert abs(after.y() - before.y()) < 2
    corner = canvas.mapToScene(0, 0)
    middle = Qt.MouseButton.MiddleButton
    hand.press(before, middle)
    hand.move(before + QPointF(40, 20), middle)
    hand.release(before + QPointF(40, 20), middle)
    assert canvas.mapToScene(0, 0).x() == pytest.approx(corner.x() - 40, abs=2)


def test_a_double_click_on_a_card_opens_it_in_inspect(load: Load, hand: Hand) -> None:
    workspace = load(small())
    went: list[str] = []
    workspace.session.go_to.connect(went.append)
    hand.double_click(hand.middle("pool1"))
    assert went == ["inspect"]
    assert workspace.session.looking.cursor.node == "pool1"


def test_a_chip_is_selected_by_a_click(load: Load, hand: Hand) -> None:
    workspace = load(small())
    card = hand.card("conv1")
    (name, rect), *_ = card.chips
    hand.click(card.pos() + rect.center())
    assert workspace.selection.nodes == (name,) == ("relu1",)


def test_an_empty_canvas_invites_and_takes_a_drop_in_its_middle(
    workspace: BuildWorkspace, hand: Hand
) -> None:
    assert workspace.invitation.isVisible()
    middle = workspace.canvas.mapToScene(workspace.canvas.viewport().rect().center())
    assert (
        workspace.canvas.childAt(workspace.canvas.viewport().rect().center()) is workspace.canvas.viewport()
    )
    hand.drop("input", middle)
    assert "input" in workspace.session.document.graph
    assert not workspace.invitation.isVisible()
    assert not workspace.invitation.button.isVisible()
    workspace.session.document.undo()
    workspace.invitation.button.click()
    assert workspace.palette_panel.tabs.value() == "templates"


def test_a_template_opens_by_a_click(workspace: BuildWorkspace) -> None:
    workspace.palette_panel.template_chosen.emit("t2")
    assert workspace.session.document.report.trainable == 619_786
    assert not workspace.invitation.isVisible()
