"""The canvas with real drags: what offscreen tests can only imitate."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt, QTimer
from PySide6.QtTest import QTest

from cnnviz.app import make_window
from cnnviz.layers import Conv2d, Flatten
from cnnviz.model.graph import Edge, Graph
from cnnviz.ui.build.canvas.camera import GLIDE_MS
from cnnviz.ui.build.workspace import BuildWorkspace
from cnnviz.ui.demo.bench import Bench
from cnnviz.ui.demo.hand import Hand
from cnnviz.ui.window import MainWindow


@pytest.fixture(autouse=True)
def own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name))


@pytest.fixture
def window(qapp: object) -> Iterator[MainWindow]:
    found = make_window(theme="dark")
    found.resize(1440, 900)
    found.show()
    found.activateWindow()  # without a window manager nobody else does it
    assert QTest.qWaitForWindowActive(found, 5000)
    found.open_template("t10", "build")
    Hand(found).wait(400)
    yield found
    found.session.document.forget_autosave()
    found.close()
    found.deleteLater()


def page_of(window: MainWindow) -> BuildWorkspace:
    page = window.pages.currentWidget()
    assert isinstance(page, BuildWorkspace)
    return page


def test_palette_to_wire_and_card(window: MainWindow) -> None:
    bench, document = Bench(window, Hand(window)), window.session.document
    conv = bench.drop_on_wire("conv2d", "conv1", "pool1")
    assert document.graph.inputs(conv)[0].source == "relu1"
    assert document.graph.inputs("pool1")[0].source == conv
    norm = bench.drop_on_card("batchnorm", conv)
    assert document.graph.inputs(norm)[0].source == conv
    assert not document.report.errors
    document.undo()
    document.undo()
    assert conv not in document.graph


def test_a_wire_is_taken_off_and_put_back(window: MainWindow) -> None:
    page, hand, document = page_of(window), Hand(window), window.session.document
    view, cards = page.canvas.viewport(), page.canvas.content.cards
    port = page.canvas.mapFromScene(cards["pool1"].mapToScene(cards["pool1"].in_places()[0]))
    hand.drag(view, port, view, port + QPoint(130, 25))
    assert not document.graph.inputs("pool1")
    out = page.canvas.mapFromScene(cards["conv1"].mapToScene(cards["conv1"].out_place()))
    hand.drag(view, out, view, port)
    assert document.graph.inputs("pool1") == (Edge("relu1", "pool1", 0),)
    assert not document.report.errors


def test_wires_are_pulled_from_side_to_side_where_the_layout_runs_to_the_right(window: MainWindow) -> None:
    page, hand, document = page_of(window), Hand(window), window.session.document
    cards = page.canvas.content.cards
    hand.click(page.canvas.viewport(), QPoint(page.canvas.viewport().width() - 12, 12))
    hand.key(Qt.Key.Key_L, Qt.KeyboardModifier.ShiftModifier)
    hand.wait(GLIDE_MS + 200)
    assert cards["conv1"].out_place().x() == cards["conv1"].rect.right()
    document.edit("Cut", document.graph.disconnect(Edge("relu1", "pool1", 0)))
    port = page.canvas.mapFromScene(cards["pool1"].mapToScene(cards["pool1"].in_places()[0]))
    out = page.canvas.mapFromScene(cards["conv1"].mapToScene(cards["conv1"].out_place()))
    hand.drag(page.canvas.viewport(), out, page.canvas.viewport(), port)
    assert document.graph.inputs("pool1") == (Edge("relu1", "pool1", 0),)
    assert not document.report.errors


def test_escape_during_a_real_drag_from_the_palette_drops_nothing(window: MainWindow) -> None:
    page, document = page_of(window), window.session.document
    before: Graph = document.graph
    tree = page.palette_panel.tree
    tree.scrollToItem(tree.row_of("dense"))
    start = tree.viewport().mapTo(window, tree.visualItemRect(tree.row_of("dense")).center())
    over = page.canvas.viewport().mapTo(window, QPoint(40, 40))
    handle = window.windowHandle()
    steps = [
        lambda: QTest.mousePress(handle, Qt.MouseButton.LeftButton, pos=start),
        *(lambda at=n: QTest.mouseMove(handle, start + (over - start) * (at / 10)) for n in range(1, 11)),
        lambda: QTest.keyClick(handle, Qt.Key.Key_Escape),
        lambda: QTest.mouseRelease(handle, Qt.MouseButton.LeftButton, pos=over),
    ]
    for number, step in enumerate(steps):
        QTimer.singleShot(25 * (number + 1), step)
    Hand(window).wait(25 * (len(steps) + 8))
    assert document.graph is before
    assert page.canvas.gesture is None
    assert page.canvas.overlay.ghost is None


def test_move_type_fix_and_undo(window: MainWindow) -> None:
    page, hand, document = page_of(window), Hand(window), window.session.document
    bench, view = Bench(window, hand), page.canvas.viewport()
    old = document.graph.node("pool2").position
    start = page.canvas.mapFromScene(page.canvas.content.cards["pool2"].mapToScene(QPointF(120, 14)))
    hand.drag(view, start, view, start + QPoint(0, 60))
    assert document.graph.node("pool2").position[1] > old[1]
    bench.select("conv1")
    bench.set_option("out_channels", "12")
    layer = document.graph.node("conv1").layer
    assert isinstance(layer, Conv2d)
    assert layer.out_channels == 12
    assert page.canvas.content.wires[Edge("relu1", "pool1", 0)].face.label == "28×28×12"
    bench.select("flatten")
    hand.key(Qt.Key.Key_Delete)
    assert next(problem.node for problem in document.report.errors) == "dense1"
    bench.select("dense1")
    hand.wait(100)
    fix = next(button for button in page.popover.fixes if "Flatten" in button.fix.label)
    hand.click(fix)
    assert not document.report.errors
    assert any(isinstance(node.layer, Flatten) for node in document.graph)
    for _ in range(4):
        document.undo()
    assert document.graph.node("pool2").position == old


def test_the_wheel_zooms_and_space_drag_pans(window: MainWindow) -> None:
    page, hand = page_of(window), Hand(window)
    canvas = page.canvas
    hand.click(canvas.viewport(), QPoint(6, canvas.height() - 90))
    before = canvas.mapToScene(0, 0)
    QTest.keyPress(canvas, Qt.Key.Key_Space)
    hand.drag(canvas.viewport(), QPoint(200, 300), canvas.viewport(), QPoint(260, 330))
    QTest.keyRelease(canvas, Qt.Key.Key_Space)
    assert canvas.mapToScene(0, 0).x() < before.x() - 20
    canvas.fit()
    assert canvas.mapToScene(0, 0).x() == pytest.approx(before.x(), abs=3)


def test_the_knife_cuts_and_a_chip_leaves_its_card(window: MainWindow) -> None:
    page, hand, document = page_of(window), Hand(window), window.session.document
    canvas, cards = page.canvas, page.canvas.content.cards
    before = document.graph
    edge = Edge("relu1", "pool1", 0)
    points = canvas.content.wires[edge].points
    middle = canvas.mapFromScene((QPointF(*points[0]) + QPointF(*points[-1])) / 2)
    hand.click(canvas.viewport(), QPoint(6, canvas.height() - 90))
    hand.key(Qt.Key.Key_K)
    hand.drag(canvas.viewport(), middle - QPoint(40, 0), canvas.viewport(), middle + QPoint(40, 0))
    assert edge not in document.graph.edges
    document.undo()
    assert document.graph is before
    card = cards["conv1"]
    name, rect = card.chips[0]
    chip = canvas.mapFromScene(card.mapToScene(rect.center()))
    hand.drag(canvas.viewport(), chip, canvas.viewport(), chip + QPoint(260, 30))
    assert document.graph.node(name).apart
    assert name in cards


def test_search_and_steps_with_the_keys(window: MainWindow) -> None:
    page, hand, document = page_of(window), Hand(window), window.session.document
    hand.click(page.canvas.viewport(), QPoint(6, page.canvas.height() - 90))
    hand.key(Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    hand.type("dense2")
    hand.wait(GLIDE_MS + 100)
    assert page.selection.nodes == ("dense2",)
    seen = page.canvas.mapToScene(page.canvas.viewport().rect()).boundingRect()
    assert seen.contains(page.canvas.content.content_rect(("dense2",)).center())
    hand.key(Qt.Key.Key_Escape)
    x, y = document.graph.node("dense2").position
    hand.key(Qt.Key.Key_Right, Qt.KeyboardModifier.AltModifier)
    assert document.graph.node("dense2").position == (x + 16, y)


def test_the_right_button_with_ctrl_cuts_and_opens_no_menu(window: MainWindow) -> None:
    page, document, handle = page_of(window), window.session.document, window.windowHandle()
    canvas = page.canvas
    edge = Edge("relu1", "pool1", 0)
    points = canvas.content.wires[edge].points
    middle = canvas.mapFromScene((QPointF(*points[0]) + QPointF(*points[-1])) / 2)
    start = canvas.viewport().mapTo(window, middle - QPoint(40, 0))
    right, held = Qt.MouseButton.RightButton, Qt.KeyboardModifier.ControlModifier
    QTest.mousePress(handle, right, held, start)
    for step in range(1, 11):
        QTest.mouseMove(handle, start + QPoint(8 * step, 0))
        Hand(window).wait(20)
    QTest.mouseRelease(handle, right, held, start + QPoint(80, 0))
    Hand(window).wait(40)
    assert edge not in document.graph.edges
    assert not canvas.quick.isVisible()


def test_cards_are_folded_and_a_block_is_dragged_onto_a_wire(window: MainWindow) -> None:
    page, hand, document = page_of(window), Hand(window), window.session.document
    bench = Bench(window, hand)
    bench.select("conv1")
    hand.key(Qt.Key.Key_G, Qt.KeyboardModifier.ControlModifier)
    hand.type("First")
    hand.key(Qt.Key.Key_Return)
    assert [group.title for group in document.graph.groups] == ["First"]
    card = page.canvas.content.cards["conv1"]
    hand.double_click(page.canvas.viewport(), page.canvas.mapFromScene(card.mapToScene(QPointF(60, 14))))
    assert not document.graph.groups[0].folded
    bar = page.canvas.content.grounds.frames[document.graph.groups[0].name].rect
    fold = page.canvas.mapFromScene(bar.topLeft() + QPointF(14, 16))
    hand.click(page.canvas.viewport(), fold)
    assert document.graph.groups[0].folded
    blocks = page.palette_panel.blocks
    hand.click(page.palette_panel.tabs.part("blocks"))
    row = blocks.row_of("Conv-BN-ReLU")
    assert row is not None
    cards, view = page.canvas.content.cards, page.canvas.viewport()
    start = cards["conv1"].mapToScene(cards["conv1"].out_place())
    end = cards["pool1"].mapToScene(cards["pool1"].in_places()[0])
    target = page.canvas.mapFromScene((start + end) / 2)
    hand.drag(blocks.viewport(), blocks.visualItemRect(row).center(), view, target)
    new = document.graph.groups[-1]
    assert new.title == "Conv-BN-ReLU"
    assert document.graph.node(document.graph.inputs("pool1")[0].source).group == new.name
    assert not document.report.errors
