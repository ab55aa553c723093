"""Groups by hand: folded, opened, moved, copied, repeated, dissolved."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from cnnviz.model.files import Project, from_json, to_json
from cnnviz.model.graph import Edge, Graph
from cnnviz.model.groups.alike import chains
from cnnviz.model.groups.folding import group_of, members, put_together
from cnnviz.model.groups.repeating import copies
from cnnviz.model.placing.layout import tidy
from cnnviz.templates import template
from cnnviz.ui.build.cards.boxpaint import OPEN
from cnnviz.ui.build.cards.card import CardItem
from cnnviz.ui.build.workspace import BuildWorkspace
from tests.gui.build.grouped import BLOCK, folded, residual
from tests.gui.build.hand import Hand

Load = Callable[[Graph], BuildWorkspace]
CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
HEAD = "conv_a"


@pytest.fixture
def hand(workspace: BuildWorkspace) -> Hand:
    return Hand(workspace.canvas)


def at(workspace: BuildWorkspace, name: str) -> None:
    """Bring the card of a node into the middle of the view."""
    workspace.canvas.centerOn(workspace.canvas.content.content_rect((name,)).center())
    QApplication.processEvents()


def card(workspace: BuildWorkspace, name: str) -> CardItem:
    return workspace.canvas.content.cards[name]


def places(workspace: BuildWorkspace) -> dict[str, QPointF]:
    """Return where each card lies."""
    return {name: item.pos() for name, item in workspace.canvas.content.cards.items()}


def bar(workspace: BuildWorkspace, group: str) -> QPointF:
    """Return a place in the title bar of an open group."""
    rect = workspace.canvas.content.grounds.frames[group].rect
    return QPointF(rect.center().x(), rect.top() + 16)


# -- folding and opening ----------------------------------------------------------------------------------------------


def test_selected_cards_are_folded_and_named_at_once(load: Load, hand: Hand) -> None:
    workspace = load(residual())
    document, canvas = workspace.session.document, workspace.canvas
    canvas.selection.set(("conv_a", "conv_b", "add"))
    hand.key(Qt.Key.Key_G, CONTROL)
    group = document.graph.groups[0]
    assert set(members(document.graph, group.name)) == set(BLOCK), "chips come along"
    assert group.folded
    assert workspace.names.isVisible()
    QTest.keyClicks(workspace.names, "Residual")
    QTest.keyClick(workspace.names, Qt.Key.Key_Return)
    assert document.graph.groups[0].title == "Residual"
    assert card(workspace, HEAD).face.heading == "Residual"
    assert canvas.selection.group == group.name
    document.undo()
    document.undo()
    assert not document.graph.groups
    assert document.graph == residual()


def test_cards_of_different_groups_are_not_folded_together(load: Load, hand: Hand) -> None:
    workspace = load(folded())
    workspace.grouping.open("block1")
    told: list[str] = []
    workspace.session.notice.connect(lambda _, text: told.append(text))
    before = workspace.session.document.graph
    workspace.selection.set(("conv_a", "conv1"))
    hand.key(Qt.Key.Key_G, CONTROL)
    assert workspace.session.document.graph is before
    assert "different groups" in told[0]


def test_a_folded_group_is_one_card_with_the_sums_of_all_in_it(load: Load) -> None:
    workspace = load(folded())
    content, report = workspace.canvas.content, workspace.session.document.report
    face = card(workspace, HEAD).face
    assert set(content.cards) == {"input", "conv1", HEAD, "gap", "dense1"}
    assert face.footer == f"{sum(report.row(name).params for name in BLOCK) - 64:,} params".replace(",", ",")
    assert face.shape == (16, 28, 28)
    assert (face.ports, face.exits) == (1, ("relu_b",))
    assert "7 layers" in face.brief
    assert content.cards[HEAD].strip is None or content.cards[HEAD].strip.shape == (16, 28, 28)


def test_two_wires_into_a_group_from_one_layer_are_seen_as_one(load: Load, hand: Hand) -> None:
    workspace = load(folded())
    wires = workspace.canvas.content.wires
    arriving = [face for face in (wire.face for wire in wires.values()) if face.target == HEAD]
    assert len(arriving) == 1
    assert arriving[0].twins
    workspace.selection.set((), arriving[0].edge)
    hand.key(Qt.Key.Key_Delete)
    graph = workspace.session.document.graph
    assert not [edge for edge in graph.edges if edge.source == "relu1"]


@pytest.mark.parametrize("way", ["double click", "open", "keys", "form"])
def test_a_group_opens_in_place_and_folds_again(load: Load, hand: Hand, way: str) -> None:
    workspace = load(folded())
    document, content = workspace.session.document, workspace.canvas.content
    before = places(workspace)
    at(workspace, HEAD)
    item = card(workspace, HEAD)
    if way == "double click":
        hand.double_click(hand.middle(HEAD))
    elif way == "open":
        hand.click(item.pos() + OPEN.center())
    else:
        hand.click(hand.middle(HEAD))
        if way == "keys":
            hand.key(Qt.Key.Key_Return, CONTROL)
        else:
            workspace.properties.group.open.click()
    assert not group_of(document.graph, "block1").folded
    frame = content.grounds.frames["block1"].rect
    assert all(frame.contains(content.content_rect((name,))) for name in BLOCK)
    outside = [content.cards[name] for name in ("input", "conv1", "gap", "dense1")]
    assert not any(frame.intersects(each.mapRectToScene(each.rect)) for each in outside), "room was made"
    at(workspace, HEAD)
    left = content.grounds.frames["block1"].rect.topLeft()
    hand.click(left + QPointF(14, 16))
    assert places(workspace) == before, "folding gives the room back"
    assert not content.grounds.frames


def test_an_open_group_moves_by_its_bar_with_all_in_it(load: Load, hand: Hand) -> None:
    workspace = load(folded())
    workspace.grouping.open("block1")
    document = workspace.session.document
    before = document.graph
    at(workspace, HEAD)
    start = bar(workspace, "block1")
    hand.drag(start, start + QPointF(160, 32))
    moved = {node.name for node in document.graph if node.position != before.node(node.name).position}
    assert moved == set(BLOCK)
    assert {
        (node.position[0] - before.node(node.name).position[0])
        for node in document.graph
        if node.name in BLOCK
    } == {160.0}
    assert workspace.selection.group == "block1"


def test_a_folded_group_moves_as_one_and_opens_where_it_is(load: Load, hand: Hand) -> None:
    workspace = load(folded())
    document = workspace.session.document
    x, y = group_of(document.graph, "block1").position
    hand.drag(hand.middle(HEAD), hand.middle(HEAD) + QPointF(320, 64))
    assert group_of(document.graph, "block1").position == (x + 320, y + 64)
    assert document.undo_label() == "Move Residual block"
    workspace.grouping.open("block1")
    frame = workspace.canvas.content.grounds.frames["block1"].rect
    assert frame.left() <= x + 320 <= frame.right()


# -- copying and deleting ---------------------------------------------------------------------------------------------


def test_a_group_is_copied_and_pasted_as_one(load: Load, hand: Hand) -> None:
    workspace = load(folded())
    document = workspace.session.document
    hand.click(hand.middle(HEAD))
    hand.key(Qt.Key.Key_C, CONTROL)
    hand.key(Qt.Key.Key_V, CONTROL)
    graph = document.graph
    assert [group.title for group in graph.groups] == ["Residual block", "Residual block"]
    new = graph.groups[1].name
    assert workspace.selection.group == new
    assert len(members(graph, new)) == len(BLOCK)
    assert not set(members(graph, new)) & set(BLOCK)
    assert from_json(to_json(Project(graph))).graph == graph


def test_a_group_is_duplicated_and_deleted_as_one(load: Load, hand: Hand) -> None:
    workspace = load(folded())
    document = workspace.session.document
    before = document.graph
    hand.click(hand.middle(HEAD))
    hand.key(Qt.Key.Key_D, CONTROL)
    assert len(document.graph.groups) == 2
    hand.key(Qt.Key.Key_Delete)
    assert document.graph.groups == before.groups
    assert document.graph.nodes == before.nodes
    hand.click(hand.middle(HEAD))
    hand.key(Qt.Key.Key_Delete)
    assert not document.graph.groups
    assert document.graph.inputs("gap")[0].source == "relu1", "the wire is healed"


def test_a_group_whose_last_layer_goes_vanishes(load: Load) -> None:
    graph = load(folded()).session.document.graph
    assert graph.remove(BLOCK[:-1]).groups
    assert not graph.remove(BLOCK).groups


def test_a_group_is_dissolved(load: Load, hand: Hand) -> None:
    workspace = load(folded())
    document = workspace.session.document
    hand.click(hand.middle(HEAD))
    hand.key(Qt.Key.Key_G, CONTROL | SHIFT)
    assert not document.graph.groups
    assert set(workspace.selection.nodes) == set(BLOCK)
    places = [node.position for node in document.graph if node.name in ("conv_a", "conv_b", "add")]
    assert len(set(places)) == 3


def test_groups_nest(load: Load, hand: Hand) -> None:
    workspace = load(folded())
    document, content = workspace.session.document, workspace.canvas.content
    workspace.selection.set(("conv1", *BLOCK))
    hand.key(Qt.Key.Key_G, CONTROL)
    QTest.keyClick(workspace.names, Qt.Key.Key_Return)
    outer = document.graph.groups[-1].name
    assert group_of(document.graph, "block1").parent == outer
    assert set(content.cards) == {"input", "conv1", "gap", "dense1"}
    workspace.grouping.open(outer)
    workspace.grouping.open("block1")
    frames = content.grounds.frames
    assert frames[outer].rect.contains(frames["block1"].rect)
    workspace.grouping.fold(outer)
    assert set(content.cards) == {"input", "conv1", "gap", "dense1"}


def test_arrows_reach_a_folded_group_as_one_thing(load: Load, hand: Hand) -> None:
    workspace = load(folded())
    hand.click(hand.middle("conv1"))
    hand.key(Qt.Key.Key_Down)
    assert workspace.selection.group == "block1"
    assert set(workspace.selection.nodes) == set(BLOCK)
    assert card(workspace, HEAD).is_selected
    hand.key(Qt.Key.Key_D)
    graph = workspace.session.document.graph
    assert graph.inputs("dense2")[0].source == "relu_b", "what is added follows the group"


def test_a_mistake_inside_is_seen_on_the_card_of_the_group(load: Load) -> None:
    graph = folded()
    broken = graph.with_layer("conv_b", replace(graph.node("conv_b").layer, out_channels=8))
    workspace = load(broken)
    face = card(workspace, HEAD).face
    assert face.state == "error"
    assert face.footer.startswith("add: ")
    workspace.show_node("add")
    assert workspace.popover.isVisible()
    workspace.popover.fixes[0].click()
    assert card(workspace, HEAD).face.state == "fine"


# -- layers and wires at groups ---------------------------------------------------------------------------------------


def test_a_layer_dropped_on_a_folded_group_comes_after_it(load: Load, hand: Hand) -> None:
    workspace = load(folded())
    hand.drop("maxpool2d", hand.middle(HEAD))
    graph = workspace.session.document.graph
    assert graph.inputs("pool1")[0].source == "relu_b"
    assert graph.inputs("gap")[0].source == "pool1"
    assert graph.node("pool1").group == ""


def test_a_layer_dropped_into_an_open_group_belongs_to_it(load: Load, hand: Hand) -> None:
    workspace = load(folded())
    workspace.grouping.open("block1")
    at(workspace, "conv_b")
    hand.drop("maxpool2d", hand.middle("conv_b"))
    frame = workspace.canvas.content.grounds.frames["block1"].rect
    hand.drop("flatten", frame.bottomLeft() + QPointF(16, -16))
    graph = workspace.session.document.graph
    assert graph.node("pool1").group == "block1"
    assert graph.node("flatten").group == "block1"


def test_a_card_is_dragged_out_of_a_group_and_back_in_one_step_each(load: Load, hand: Hand) -> None:
    workspace = load(folded())
    workspace.grouping.open("block1")
    workspace.canvas.fit()
    document, grounds = workspace.session.document, workspace.canvas.content.grounds
    before = document.graph
    start = hand.middle("conv_b")
    outside = QPointF(grounds.frames["block1"].rect.right() + 260, start.y())
    hand.carry(start, outside)
    assert not grounds.frames["block1"].rect.contains(card(workspace, "conv_b").pos()), "the frame lets it go"
    hand.release(outside)
    assert document.graph.node("conv_b").group == ""
    assert document.graph.node("bn_b").group == "", "chips come along"
    assert document.undo_label() == "Move conv_b out of Residual block"
    hand.carry(hand.middle("conv_b"), start)
    assert grounds.frames["block1"].target
    hand.release(start)
    assert not grounds.frames["block1"].target
    assert document.graph.node("conv_b").group == "block1"
    assert document.undo_label() == "Move conv_b into Residual block"
    document.undo()
    document.undo()
    assert document.graph == before


def test_a_short_move_keeps_a_card_in_its_group(load: Load, hand: Hand) -> None:
    workspace = load(folded())
    workspace.grouping.open("block1")
    workspace.canvas.fit()
    hand.drag(hand.middle("add"), hand.middle("add") + QPointF(0, 40))
    graph = workspace.session.document.graph
    assert set(members(graph, "block1")) == set(BLOCK)
    assert workspace.session.document.undo_label() == "Move add"


def test_a_folded_group_is_dragged_into_an_open_one(load: Load, hand: Hand) -> None:
    graph = put_together(residual(), ("conv_a", "bn_a", "relu_a"), "Inner", name="inner")
    graph = put_together(graph, ("gap", "dense1", "softmax"), "Outer", name="outer", folded=False)
    workspace = load(tidy(graph))
    workspace.canvas.fit()
    frame = workspace.canvas.content.grounds.frames["outer"].rect
    hand.drag(hand.middle(HEAD), QPointF(frame.right() - 40, frame.top() + 60))
    document = workspace.session.document
    assert group_of(document.graph, "inner").parent == "outer"
    assert group_of(document.graph, "inner").folded
    document.undo()
    assert group_of(document.graph, "inner").parent == ""


def test_wires_are_pulled_to_and_from_a_folded_group(load: Load, hand: Hand) -> None:
    workspace = load(folded())
    document = workspace.session.document
    hand.drag(hand.port("gap"), hand.port("gap") + QPointF(400, 60))
    assert not document.graph.inputs("gap")
    hand.drag(hand.out(HEAD), hand.port("gap"))
    assert document.graph.inputs("gap") == (Edge("relu_b", "gap", 0),)


def test_a_port_of_a_group_stands_for_all_that_one_layer_feeds_in_it(load: Load, hand: Hand) -> None:
    workspace = load(folded())
    document = workspace.session.document
    before = document.graph
    hand.drag(hand.out("input"), hand.port(HEAD))
    assert {edge.target for edge in document.graph.outputs("input")} == {"conv1", "conv_a", "add"}
    assert not document.graph.outputs("relu1")
    document.undo()
    hand.drag(hand.port(HEAD), hand.port(HEAD) + QPointF(500, -30))
    assert not document.graph.outputs("relu1"), "pulled off, both wires are gone"
    document.undo()
    assert document.graph == before


# -- the panel --------------------------------------------------------------------------------------------------------


def test_the_panel_tells_of_the_group_and_renames_it(load: Load, hand: Hand) -> None:
    workspace = load(folded())
    document, form = workspace.session.document, workspace.properties.group
    assert form.isHidden()
    hand.click(hand.middle(HEAD))
    assert form.isVisible()
    assert form.title.text() == "Residual block"
    assert form.table.rowCount() == len(BLOCK)
    assert form.table.item(0, 1).text() == "28×28×16"
    form.title.setText("Basic block")
    form.title.editingFinished.emit()
    form.name.setText("basic")
    form.name.editingFinished.emit()
    assert document.graph.groups[0].title == "Basic block"
    assert document.graph.groups[0].name == "basic"
    assert document.graph.node("conv_a").group == "basic"
    assert workspace.selection.group == "basic"
    form.name.setText("2nd")
    form.name.textEdited.emit("2nd")
    assert "can't be" in form._error.text()


def test_a_member_chosen_in_the_panel_is_shown_on_the_canvas(load: Load, hand: Hand) -> None:
    workspace = load(folded())
    hand.click(hand.middle(HEAD))
    workspace.properties.group.table.cellClicked.emit(3, 0)
    assert workspace.selection.nodes == ("conv_b",)
    assert not group_of(workspace.session.document.graph, "block1").folded


def test_a_block_is_repeated_and_is_one_stack(load: Load, hand: Hand) -> None:
    workspace = load(folded())
    document, form = workspace.session.document, workspace.properties.group
    before = document.report.trainable
    hand.click(hand.middle(HEAD))
    form.times.set_value(3)
    form.repeat.click()
    graph = document.graph
    assert {"block1", "block1_2", "block1_3"} < {group.name for group in graph.groups}
    assert not document.report.errors
    assert document.report.trainable == before + 2 * sum(
        p.count for name in BLOCK for p in document.report.row(name).parameters if p.trainable
    )
    face = card(workspace, HEAD).face
    assert face.box is not None
    assert face.box.copies == 3
    assert face.brief.startswith("3 × 7 layers")
    hand.double_click(hand.middle(HEAD))
    assert [face.box.group for face in (each.face for each in workspace.canvas.content.cards.values()) if face.box] == [
        "block1", "block1_2", "block1_3",
    ]  # fmt: skip
    document.undo()
    document.undo()
    assert document.graph.groups == folded().groups


def test_a_block_that_does_not_fit_behind_itself_is_not_repeated(load: Load, hand: Hand) -> None:
    workspace = load(residual())
    document = workspace.session.document
    told: list[str] = []
    workspace.session.notice.connect(lambda _, text: told.append(text))
    workspace.selection.set(("gap", "dense1"))
    hand.key(Qt.Key.Key_G, CONTROL)
    QTest.keyClick(workspace.names, Qt.Key.Key_Return)
    before = document.graph
    workspace.grouping.repeat(document.graph.groups[0].name, 2)
    assert document.graph is before
    assert "doesn't fit behind itself" in told[0]
    assert "16×28×28" in told[0]


def test_like_blocks_are_named_and_stacked(load: Load, hand: Hand) -> None:
    workspace = load(template("resnet20").graph)
    document = workspace.session.document
    before = document.graph
    blocks = [face.face for face in workspace.canvas.content.cards.values() if face.face.box]
    assert [face.title for face in blocks] == [
        "1 of 3 alike", "2 of 3 alike", "3 of 3 alike", "group", "1 of 2 alike", "2 of 2 alike",
        "group", "1 of 2 alike", "2 of 2 alike",
    ]  # fmt: skip
    group = blocks[1].box.group
    workspace.selection.set(members(before, group), group=group)
    assert workspace.properties.group.stack.text() == "Stack all 3"
    hand.key(Qt.Key.Key_X)
    stack = document.graph.groups[-1]
    assert stack.folded
    assert copies(document.graph, stack.name) == 3
    assert document.undo_label() == "Stack Residual 16 ×3"
    assert workspace.selection.group == stack.name
    assert document.graph.summary().trainable == before.summary().trainable
    assert not chains(document.graph).keys() & {"block1", "block2", "block3"}
    document.undo()
    assert document.graph == before
    workspace.selection.set(("conv1",))
    hand.key(Qt.Key.Key_X)
    assert document.graph == before


def test_an_opened_group_marks_its_frame_and_no_card(load: Load, hand: Hand) -> None:
    workspace = load(folded())
    hand.click(hand.middle(HEAD))
    assert card(workspace, HEAD).is_selected
    hand.key(Qt.Key.Key_Return, CONTROL)
    assert workspace.canvas.content.grounds.frames["block1"].selected
    assert not any(item.is_selected for item in workspace.canvas.content.cards.values())
