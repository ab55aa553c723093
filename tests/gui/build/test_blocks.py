"""Blocks of the palette: saved from the canvas, dropped into a network, renamed, deleted; damaged ones are named."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit

from cnnviz.layers import Conv2d, Input, MaxPool2d
from cnnviz.model.graph import Edge, Graph, chain
from cnnviz.model.groups.folding import members
from cnnviz.model.groups.ownblocks import folder, load_blocks
from cnnviz.model.placing.layout import tidy
from cnnviz.templates.blocks import BLOCKS
from cnnviz.ui.build.gestures import mime
from cnnviz.ui.build.palette.blocklist import ENTRY
from cnnviz.ui.build.workspace import BuildWorkspace
from tests.gui.build.grouped import BLOCK, folded
from tests.gui.build.hand import LEFT, PLAIN, Hand

Load = Callable[[Graph], BuildWorkspace]
COPY = Qt.DropAction.CopyAction


@pytest.fixture
def hand(workspace: BuildWorkspace) -> Hand:
    return Hand(workspace.canvas)


def drop(workspace: BuildWorkspace, block: Graph, point: QPointF) -> None:
    """Let go of a block over the canvas."""
    place, data = workspace.canvas.mapFromScene(point), mime.block_data(block)
    for event in (
        QDragEnterEvent(place, COPY, data, LEFT, PLAIN),
        QDragMoveEvent(place, COPY, data, LEFT, PLAIN),
        QDropEvent(QPointF(place), COPY, data, LEFT, PLAIN),
    ):
        QApplication.sendEvent(workspace.canvas.viewport(), event)
        assert event.isAccepted()
    QApplication.processEvents()


def plain() -> Graph:
    return tidy(chain([Input(), Conv2d(64, padding="same"), MaxPool2d()]))


def save(workspace: BuildWorkspace, hand: Hand) -> None:
    hand.click(hand.middle("conv_a"))
    workspace.properties.group.save.click()


def test_every_block_is_listed_under_what_it_is(workspace: BuildWorkspace) -> None:
    blocks = workspace.palette_panel.blocks
    workspace.palette_panel.show_page("blocks")
    assert blocks.isVisible()
    for block in BLOCKS.values():
        row = blocks.row_of(block.title)
        assert row is not None
        assert row.toolTip() == block.sentence


@pytest.mark.parametrize("name", list(BLOCKS))
def test_every_ready_made_block_can_be_dropped(load: Load, hand: Hand, name: str) -> None:
    workspace = load(Graph())
    drop(workspace, BLOCKS[name].graph, QPointF(200, 200))
    graph = workspace.session.document.graph
    assert workspace.selection.group == graph.groups[0].name
    assert set(members(graph, graph.groups[0].name)) == {node.name for node in graph}
    assert not any(node.layer.takes_sample for node in graph)


def test_a_block_dropped_on_a_wire_is_put_into_it(load: Load) -> None:
    workspace = load(plain())
    wire = workspace.canvas.content.wires[Edge("conv1", "pool1", 0)]
    a, b = wire.points[0], wire.points[-1]
    drop(workspace, BLOCKS["residual"].graph, QPointF((a[0] + b[0]) / 2, (a[1] + b[1]) / 2))
    document = workspace.session.document
    assert not document.report.errors
    inside = set(members(document.graph, document.graph.groups[0].name))
    assert document.graph.inputs("pool1")[0].source in inside
    assert {edge.target for edge in document.graph.outputs("conv1")} <= inside
    document.undo()
    assert document.graph == plain()


def test_a_block_dropped_on_a_card_comes_after_it(load: Load, hand: Hand) -> None:
    workspace = load(plain())
    drop(workspace, BLOCKS["residual"].graph, hand.middle("conv1"))
    document, content = workspace.session.document, workspace.canvas.content
    assert not document.report.errors
    inside = set(members(document.graph, document.graph.groups[0].name))
    assert document.graph.inputs("pool1")[0].source in inside
    boxes = [item.mapRectToScene(item.rect) for item in content.cards.values()]
    assert not any(one.intersects(other) for one in boxes for other in boxes if one is not other)


def test_a_group_is_saved_and_can_be_put_into_another_network(load: Load, hand: Hand) -> None:
    workspace = load(folded())
    save(workspace, hand)
    blocks = workspace.palette_panel.blocks
    row = blocks.row_of("Residual block")
    assert row is not None
    assert row.data(ENTRY).own is not None
    assert blocks.isVisible(), "the palette shows where it is"
    workspace.session.document.edit("Other", plain())
    workspace.selection.set(("conv1",))
    blocks.itemDoubleClicked.emit(row)
    graph = workspace.session.document.graph
    assert len(graph) == len(plain()) + len(BLOCK)
    assert graph.inputs("pool1")[0].source == "relu_b"


def test_an_own_block_is_renamed_and_deleted(load: Load, hand: Hand) -> None:
    workspace = load(folded())
    save(workspace, hand)
    blocks = workspace.palette_panel.blocks
    row = blocks.row_of("Residual block")
    assert row is not None
    blocks.setCurrentItem(row)
    blocks.setFocus()
    QTest.keyClick(blocks, Qt.Key.Key_F2)
    editor = blocks.viewport().findChild(QLineEdit)
    assert editor is not None
    editor.setText("My block")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    QApplication.processEvents()
    assert [block.title for block in load_blocks().blocks] == ["My block"]
    renamed = blocks.row_of("My block")
    assert renamed is not None
    blocks.setCurrentItem(renamed)
    blocks.setFocus()
    QTest.keyClick(blocks, Qt.Key.Key_Delete)
    assert not load_blocks().blocks
    assert blocks.row_of("My block") is None


def test_a_ready_made_block_can_not_be_deleted(workspace: BuildWorkspace) -> None:
    blocks = workspace.palette_panel.blocks
    count = blocks.count()
    row = blocks.row_of("Bottleneck")
    assert row is not None
    blocks.setCurrentItem(row)
    QTest.keyClick(blocks, Qt.Key.Key_Delete)
    assert blocks.count() == count


def test_a_damaged_file_is_named_and_hides_no_other(load: Load, hand: Hand) -> None:
    workspace = load(folded())
    save(workspace, hand)
    (folder() / "broken.cnnviz").write_text('{"format": 2, "nodes": ')
    blocks = workspace.palette_panel.blocks
    blocks.fill()
    broken = blocks.row_of("broken.cnnviz")
    assert broken is not None
    assert "cut short" in broken.toolTip()
    assert not broken.flags() & Qt.ItemFlag.ItemIsDragEnabled
    assert blocks.row_of("Residual block") is not None


def test_a_block_that_is_nonsense_is_not_taken(workspace: BuildWorkspace) -> None:
    data = mime.block_data(Graph())
    data.setData(mime.BLOCK, b"[1, 2")
    event = QDragEnterEvent(QPoint(10, 10), COPY, data, LEFT, PLAIN)
    QApplication.sendEvent(workspace.canvas.viewport(), event)
    assert not event.isAccepted()


def test_an_empty_block_is_told_and_changes_nothing(workspace: BuildWorkspace) -> None:
    told: list[str] = []
    workspace.session.notice.connect(lambda _, text: told.append(text))
    drop(workspace, Graph(title="nothing"), QPointF(0, 0))
    assert "holds no layers" in told[0]
    assert not workspace.session.document.graph.nodes
