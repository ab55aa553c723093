from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from cnnviz.layers import BatchNorm, Conv1d, Conv2d, Dense, Flatten, Input, MaxPool2d, ReLU
from cnnviz.model.checking.suitability import Samples
from cnnviz.model.graph import Edge, Graph, chain
from cnnviz.model.placing.layout import tidy
from cnnviz.ui.build.gestures import mime
from cnnviz.ui.build.workspace import BuildWorkspace
from tests.gui.build.hand import Hand

Load = Callable[[Graph], BuildWorkspace]
Key = Qt.Key
CONTROL = Qt.KeyboardModifier.ControlModifier


def small() -> Graph:
    return tidy(chain([Input(), Conv2d(8, padding="same"), ReLU(), MaxPool2d(), Flatten(), Dense(10)]))


@pytest.fixture
def hand(workspace: BuildWorkspace) -> Hand:
    workspace.activateWindow()
    QApplication.processEvents()
    return Hand(workspace.canvas)


def test_delete_joins_the_wires_across_the_gap(load: Load, hand: Hand) -> None:
    workspace = load(small())
    workspace.selection.set(("pool1",))
    hand.key(Key.Key_Delete)
    graph = workspace.session.document.graph
    assert "pool1" not in graph
    assert graph.inputs("flatten") == (Edge("relu1", "flatten", 0),)
    assert workspace.selection.nodes == ()
    workspace.session.document.undo()
    assert "pool1" in workspace.session.document.graph


def test_delete_removes_a_selected_wire(load: Load, hand: Hand) -> None:
    workspace = load(small())
    wire = workspace.canvas.content.wires[Edge("relu1", "pool1", 0)]
    hand.click(QPointF(*wire.points[0]) * 0.5 + QPointF(*wire.points[-1]) * 0.5)
    assert workspace.selection.edge == Edge("relu1", "pool1", 0)
    hand.key(Key.Key_Delete)
    assert not workspace.session.document.graph.inputs("pool1")


def test_copied_cards_are_pasted_with_their_wires_under_fresh_names(load: Load, hand: Hand) -> None:
    workspace = load(small())
    workspace.selection.set(("conv1", "pool1"))
    hand.key(Key.Key_C, CONTROL)
    hand.key(Key.Key_V, CONTROL)
    graph = workspace.session.document.graph
    assert set(workspace.selection.nodes) == {"conv2", "relu2", "pool2"}, "a card takes its chips along"
    assert {Edge("conv2", "relu2", 0), Edge("relu2", "pool2", 0)} <= set(graph.edges)
    assert not graph.inputs("conv2")
    assert graph.node("conv2").layer == graph.node("conv1").layer
    assert graph.node("conv2").position != graph.node("conv1").position


def test_layers_travel_as_text_between_windows(load: Load, hand: Hand) -> None:
    workspace = load(small())
    workspace.selection.set(("dense1",))
    hand.key(Key.Key_C, CONTROL)
    text = QGuiApplication.clipboard().text()
    QGuiApplication.clipboard().setText(text)  # as another program would hand it over
    hand.key(Key.Key_V, CONTROL)
    assert workspace.session.document.graph.node("dense2").layer == Dense(10)
    assert mime.copied_piece(QGuiApplication.clipboard().mimeData()) == text


def test_pasting_something_else_says_so(load: Load, hand: Hand) -> None:
    workspace = load(small())
    notices: list[str] = []
    workspace.session.notice.connect(lambda severity, text: notices.append(text))
    before = workspace.session.document.graph
    for text in ("hello", '{"cnnviz": "layers", "nodes": [{"kind": "os.system"}], "edges": []}'):
        QGuiApplication.clipboard().setText(text)
        hand.key(Key.Key_V, CONTROL)
    assert workspace.session.document.graph is before
    assert len(notices) == 2


def test_cut_and_duplicate(load: Load, hand: Hand) -> None:
    document = load(small()).session.document
    hand.canvas.selection.set(("pool1",))
    hand.key(Key.Key_D, CONTROL)
    assert "pool2" in document.graph
    hand.canvas.selection.set(("pool1",))
    hand.key(Key.Key_X, CONTROL)
    assert "pool1" not in document.graph
    assert document.undo_label() == "Cut pool1"


def test_select_all_and_escape(load: Load, hand: Hand) -> None:
    workspace = load(small())
    hand.key(Key.Key_A, CONTROL)
    assert len(workspace.selection.nodes) == 6
    hand.key(Key.Key_Escape)
    assert workspace.selection.nodes == ()


@pytest.mark.parametrize(
    ("key", "layer"),
    [
        (Key.Key_C, Conv2d()),
        (Key.Key_P, MaxPool2d()),
        (Key.Key_N, BatchNorm()),
        (Key.Key_A, ReLU()),
        (Key.Key_D, Dense()),
    ],
)
def test_letters_add_after_the_selection(load: Load, hand: Hand, key: Qt.Key, layer: object) -> None:
    workspace = load(small())
    workspace.selection.set(("pool1",))
    hand.key(key)
    graph = workspace.session.document.graph
    (name,) = workspace.selection.nodes
    assert graph.node(name).layer == layer
    assert graph.inputs(name) == (Edge("pool1", name, 0),)
    assert graph.inputs("flatten") == (Edge(name, "flatten", 0),)


def test_letters_add_what_fits_the_rank(load: Load, hand: Hand) -> None:
    workspace = load(chain([Input((3, 100))]))
    workspace.selection.set(("input",))
    hand.key(Key.Key_C)
    assert isinstance(workspace.session.document.graph.node("conv1").layer, Conv1d)


def test_a_card_put_in_makes_room_below(load: Load, hand: Hand) -> None:
    workspace = load(small())
    below = workspace.session.document.graph.node("pool1").position
    workspace.selection.set(("relu1",))
    hand.key(Key.Key_C)
    graph = workspace.session.document.graph
    places = [graph.node(name).position for name in ("conv1", "conv2", "pool1")]
    assert places[1] == below
    assert places[2][1] - places[1][1] >= 192


def test_arrows_walk_along_the_wires(load: Load, hand: Hand) -> None:
    workspace = load(small())
    workspace.selection.set(("relu1",))
    hand.key(Key.Key_Down)
    assert workspace.selection.nodes == ("pool1",)
    hand.key(Key.Key_Up)
    assert workspace.selection.nodes == ("conv1",)


def test_enter_opens_inspect(load: Load, hand: Hand) -> None:
    workspace = load(small())
    went: list[str] = []
    workspace.session.go_to.connect(went.append)
    workspace.selection.set(("conv1",))
    hand.key(Key.Key_Return)
    assert went == ["inspect"]
    assert workspace.session.looking.cursor.node == "conv1"


def test_f2_renames_on_the_card(load: Load, hand: Hand) -> None:
    workspace = load(small())
    document, editor = workspace.session.document, workspace.names
    workspace.selection.set(("conv1",))
    hand.key(Key.Key_F2)
    assert editor.selectedText() == "conv1"
    QTest.keyClicks(editor, "edges")
    QTest.keyClick(editor, Key.Key_Return)
    assert "edges" in document.graph
    assert workspace.selection.nodes == ("edges",)
    assert not editor.isVisible()
    hand.key(Key.Key_F2)
    QTest.keyClicks(editor, "other")
    QTest.keyClick(editor, Key.Key_Escape)
    assert "edges" in document.graph
    hand.key(Key.Key_F2)
    QTest.keyClicks(editor, "pool1")
    QTest.keyClick(editor, Key.Key_Return)
    assert "edges" in document.graph, "the name is taken"


def test_the_overview_shows_while_something_is_out_of_sight(load: Load, hand: Hand) -> None:
    workspace = load(small())
    workspace.canvas.fit()
    assert not workspace.minimap.isVisible()
    workspace.canvas.camera.set_zoom(2.0)
    assert workspace.minimap.isVisible()
    before = workspace.canvas.mapToScene(0, 0)
    QTest.mouseClick(workspace.minimap, Qt.MouseButton.LeftButton, pos=QPoint(62, 4))
    assert workspace.canvas.mapToScene(0, 0).y() < before.y()


@pytest.mark.parametrize("key", [Key.Key_Tab, Key.Key_Slash])
def test_the_quick_menu_adds_and_connects(load: Load, hand: Hand, key: Qt.Key) -> None:
    workspace = load(small())
    workspace.selection.set(("relu1",))
    hand.key(key)
    menu = workspace.canvas.quick
    assert menu.isVisible()
    assert "input" not in menu.kinds(), "nothing can be wired into an input"
    for letter in "bn":
        menu.search.insert(letter)
    assert menu.kinds()[0] == "batchnorm"
    menu._key(Key.Key_Return)
    graph = workspace.session.document.graph
    assert graph.inputs("bn1")[0].source == "relu1"
    assert graph.inputs("pool1")[0].source == "bn1"
    assert not menu.isVisible()


def test_the_quick_menu_opens_by_double_click_and_closes_with_escape(load: Load, hand: Hand) -> None:
    workspace = load(small())
    hand.double_click(QPointF(800, 500))
    menu = workspace.canvas.quick
    assert menu.isVisible()
    assert menu._key(Key.Key_Escape)
    assert not menu.isVisible()
    assert workspace.session.document.undo_label() == "Test"
    hand.double_click(QPointF(800, 500))
    menu._key(Key.Key_Down)
    menu._key(Key.Key_Return)
    assert workspace.session.document.undo_label().startswith("Add ")


def test_every_action_has_a_text_and_works_without_a_graph(workspace: BuildWorkspace) -> None:
    actions = workspace.actions_for_palette()
    assert {action.text() for action in actions} >= {
        "Delete",
        "Duplicate",
        "Add convolution",
        "Show everything",
    }
    for action in actions:
        assert action.toolTip()
        action.trigger()
        workspace.canvas.quick.close_menu()


def test_both_sides_can_be_hidden(workspace: BuildWorkspace) -> None:
    workspace.toggle_sides()
    assert not workspace.palette_panel.isVisible()
    assert not workspace.properties.isVisible()
    workspace.toggle_sides()
    assert workspace.palette_panel.isVisible()
    assert workspace.properties.isVisible()


def test_building_on_is_not_disturbed_by_loose_ends(load: Load, hand: Hand) -> None:
    workspace = load(small())
    document, popover = workspace.session.document, workspace.popover
    document.meet(Samples("digits", (1, 28, 28), 10))
    workspace.selection.set(("input",))
    document.edit("Only the input", document.graph.remove(n.name for n in small() if n.name != "input"))
    workspace.selection.set(("input",))
    hand.key(Key.Key_C)
    (problem,) = document.judged(document.graph).errors
    assert problem.node == "conv1"
    assert popover.problem is None
    assert workspace.canvas.content.cards["conv1"].face.brief == "16 @ 3×3"
    assert workspace.canvas.content.wires[Edge("input", "conv1", 0)].face.state == "fine"
    workspace.selection.set(("input",))
    workspace.selection.set(("conv1",))
    assert popover.problem == problem


def test_the_quick_menu_is_as_high_as_what_it_offers(load: Load, hand: Hand) -> None:
    workspace = load(small())
    quick = workspace.canvas.quick
    workspace.commands.quick_add()
    tall = quick.height()
    quick.search.setText("zzz")
    assert quick.kinds() == []
    assert "zzz" in quick.list.item(0).text()
    assert quick.height() < tall / 2
    QTest.keyClick(quick.search, Qt.Key.Key_Return)
    assert workspace.session.document.graph == small()
    quick.close_menu()
