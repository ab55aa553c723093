"""Notes and frames by hand: written, moved, resized, copied, removed."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest

from cnnviz.model.graph import Graph
from cnnviz.model.groups.group import Note
from cnnviz.ui.build.workspace import BuildWorkspace
from tests.gui.build.grouped import residual
from tests.gui.build.hand import Hand

Load = Callable[[Graph], BuildWorkspace]
CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
NOTE = Note("note1", "Why a shortcut?", (-400.0, 32.0), (240.0, 96.0))


def with_note(*notes: Note) -> Graph:
    return replace(residual(), notes=notes)


@pytest.fixture
def hand(workspace: BuildWorkspace) -> Hand:
    return Hand(workspace.canvas)


def middle(workspace: BuildWorkspace, name: str) -> QPointF:
    return workspace.canvas.content.grounds.notes[name].rect.center()


def see(workspace: BuildWorkspace, name: str) -> None:
    workspace.canvas.centerOn(middle(workspace, name))


def test_a_note_is_added_by_key_and_written_at_once(load: Load, hand: Hand) -> None:
    workspace = load(residual())
    document = workspace.session.document
    workspace.canvas.pointer = workspace.canvas.mapToScene(60, 400)
    hand.key(Qt.Key.Key_T)
    assert workspace.notes.isVisible()
    QTest.keyClicks(workspace.notes, "Look here")
    QTest.keyClick(workspace.notes, Qt.Key.Key_Return, CONTROL)
    assert [note.text for note in document.graph.notes] == ["Look here"]
    assert not workspace.notes.isVisible()
    document.undo()
    document.undo()
    assert document.graph == residual()


def test_a_double_click_edits_a_note_and_escape_leaves_it(load: Load, hand: Hand) -> None:
    workspace = load(with_note(NOTE))
    see(workspace, "note1")
    hand.double_click(middle(workspace, "note1"))
    QTest.keyClicks(workspace.notes, "other")
    QTest.keyClick(workspace.notes, Qt.Key.Key_Escape)
    assert workspace.session.document.graph.notes == (NOTE,)
    hand.double_click(middle(workspace, "note1"))
    QTest.keyClicks(workspace.notes, "other")
    hand.click(middle(workspace, "note1") + QPointF(0, 300))
    assert workspace.session.document.graph.notes[0].text == "other"


def test_a_note_is_moved_resized_copied_and_removed(load: Load, hand: Hand) -> None:
    workspace = load(with_note(NOTE))
    document = workspace.session.document
    see(workspace, "note1")
    hand.drag(middle(workspace, "note1"), middle(workspace, "note1") + QPointF(32, 64))
    assert document.graph.notes[0].position == (-368.0, 96.0)
    corner = workspace.canvas.content.grounds.notes["note1"].rect.bottomRight() - QPointF(4, 4)
    hand.drag(corner, corner + QPointF(80, 48))
    assert document.graph.notes[0].size == (320.0, 144.0)
    hand.drag(corner + QPointF(80, 48), corner - QPointF(900, 900))
    assert min(document.graph.notes[0].size) == 64.0, "it stays large enough to be grasped"
    hand.key(Qt.Key.Key_C, CONTROL)
    hand.key(Qt.Key.Key_V, CONTROL)
    assert [note.name for note in document.graph.notes] == ["note1", "note2"]
    assert workspace.selection.notes == ("note2",)
    hand.key(Qt.Key.Key_Delete)
    assert [note.name for note in document.graph.notes] == ["note1"]
    assert len(document.graph) == len(residual())


def test_a_frame_goes_around_what_is_selected_and_moves_it_along(load: Load, hand: Hand) -> None:
    workspace = load(residual())
    document, content = workspace.session.document, workspace.canvas.content
    workspace.selection.set(("gap", "dense1"))
    workspace.canvas.reveal(("gap", "dense1"))
    hand.key(Qt.Key.Key_T, SHIFT)
    QTest.keyClicks(workspace.notes, "Head")
    QTest.keyClick(workspace.notes, Qt.Key.Key_Return)
    frame = document.graph.notes[0]
    assert (frame.frame, frame.text) == (True, "Head")
    rect = content.grounds.notes[frame.name].rect
    assert all(rect.contains(content.content_rect((name,))) for name in ("gap", "dense1"))
    before = document.graph
    workspace.canvas.centerOn(rect.center())
    start = rect.topLeft() + QPointF(60, 14)
    hand.drag(start, start + QPointF(96, 0))
    moved = {node.name for node in document.graph if node.position != before.node(node.name).position}
    assert moved == {"gap", "dense1", "softmax"}
    assert document.graph.notes[0].position == (frame.position[0] + 96, frame.position[1])
    document.undo()
    assert document.graph == before


def test_the_inside_of_a_frame_belongs_to_what_lies_in_it(load: Load, hand: Hand) -> None:
    workspace = load(with_note(replace(NOTE, size=(320.0, 320.0), frame=True)))
    see(workspace, "note1")
    hand.click(middle(workspace, "note1"))
    assert not workspace.selection.notes
    hand.click(QPointF(-400 + 60, 32 + 10))
    assert workspace.selection.notes == ("note1",)


def test_notes_count_when_everything_is_shown(load: Load) -> None:
    workspace = load(with_note(replace(NOTE, position=(-1600.0, 0.0))))
    workspace.canvas.fit()
    seen = workspace.canvas.mapToScene(workspace.canvas.viewport().rect()).boundingRect()
    assert seen.contains(workspace.canvas.content.grounds.notes["note1"].rect)


def test_a_rubber_band_selects_notes_too(load: Load, hand: Hand) -> None:
    workspace = load(with_note(NOTE))
    see(workspace, "note1")
    hand.drag(QPointF(-450, 10), QPointF(-300, 200))
    assert workspace.selection.notes == ("note1",)
    assert not workspace.selection.nodes
