"""Whatever a hand does, in any order: nothing breaks, and the canvas shows the document."""

import random
from collections.abc import Callable

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QApplication

from cnnviz.layers import LAYERS
from cnnviz.model.files import Project, from_json, to_json
from cnnviz.templates import template
from cnnviz.ui.build.workspace import BuildWorkspace
from tests.gui.build.hand import Hand

STEPS = 60
Key = Qt.Key
LETTERS = [Key.Key_C, Key.Key_P, Key.Key_N, Key.Key_A, Key.Key_D]
OTHERS = [Key.Key_Delete, Key.Key_Up, Key.Key_Down, Key.Key_Left, Key.Key_F, Key.Key_Escape, Key.Key_F2]
COPYING = [Key.Key_C, Key.Key_V, Key.Key_X, Key.Key_D]
GROUPING = [Key.Key_G, Key.Key_G, Key.Key_Return]


def any_point(rng: random.Random, hand: Hand) -> QPointF:
    """Return a place where something happens: mostly ports, chips and cards."""
    canvas, cards = hand.canvas, list(hand.canvas.content.cards.values())
    if not cards or rng.random() < 0.2:
        return canvas.mapToScene(rng.randrange(canvas.width()), rng.randrange(canvas.height()))
    fields = [*hand.canvas.content.grounds.frames.values(), *hand.canvas.content.grounds.notes.values()]
    if fields and rng.random() < 0.3:
        rect = rng.choice(fields).rect
        return rng.choice(
            [rect.topLeft() + QPointF(12, 12), rect.center(), rect.bottomRight() - QPointF(3, 3)]
        )
    card = rng.choice(cards)
    places = [card.out_place(), *card.in_places().values(), *(rect.center() for _, rect in card.chips)]
    return card.pos() + rng.choice([*places, QPointF(100, 14)])


def gesture_cut_short(rng: random.Random, hand: Hand) -> None:
    hand.carry(any_point(rng, hand), any_point(rng, hand))
    if rng.random() < 0.5:
        hand.canvas.document.undo()
    hand.key(Key.Key_Escape)
    hand.release(any_point(rng, hand))


@pytest.mark.parametrize("seed", [1, 2])
def test_nothing_breaks(workspace: BuildWorkspace, seed: int) -> None:
    rng, hand = random.Random(seed), Hand(workspace.canvas)
    document, canvas = workspace.session.document, workspace.canvas
    document.edit("Start", template("t10").graph)
    canvas.fit()
    deeds: list[Callable[[], object]] = [
        lambda: hand.drag(any_point(rng, hand), any_point(rng, hand)),
        lambda: gesture_cut_short(rng, hand),
        lambda: hand.drop(rng.choice(list(LAYERS)), any_point(rng, hand)),
        lambda: hand.click(any_point(rng, hand)),
        lambda: hand.double_click(any_point(rng, hand)),
        lambda: hand.key(rng.choice(LETTERS + OTHERS)),
        lambda: hand.key(rng.choice(COPYING), Qt.KeyboardModifier.ControlModifier),
        lambda: canvas.selection.set(
            rng.sample([n.name for n in document.graph], min(3, len(document.graph)))
        ),
        lambda: hand.key(rng.choice(GROUPING), Qt.KeyboardModifier.ControlModifier),
        lambda: hand.key(Key.Key_G, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier),
        lambda: hand.key(
            Key.Key_T, rng.choice([Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier])
        ),
        lambda: [workspace.grouping.toggle(group.name) for group in document.graph.groups[:1]],
        lambda: [workspace.grouping.repeat(group.name, 2) for group in document.graph.groups[-1:]],
        document.undo,
        document.redo,
        lambda: canvas.quick.isVisible() and canvas.quick._key(Key.Key_Return),
        lambda: [button.click() for button in workspace.popover.fixes[:1] if workspace.popover.isVisible()],
    ]
    for _ in range(STEPS):
        rng.choice(deeds)()
        QApplication.processEvents()
        assert canvas.gesture is None
        assert canvas.shown is document.graph
        assert {name for face in canvas.content.faces.cards.values() for name in face.nodes} == {
            node.name for node in document.graph
        }
        assert set(canvas.content.grounds.notes) == {note.name for note in document.graph.notes}
        assert from_json(to_json(Project(document.graph))).graph == document.graph
        assert set(workspace.selection.nodes) <= {node.name for node in document.graph}
