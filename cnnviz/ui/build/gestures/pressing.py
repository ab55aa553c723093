"""What a press of the left button may become: a drag once the mouse moves, or a click where it does not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt

from cnnviz.model.groups.folding import members
from cnnviz.ui.build.cards.card import CardItem, Part
from cnnviz.ui.build.cards.grounds import FrameItem, NoteItem
from cnnviz.ui.build.gestures.chipping import PutBack, TakeOff, home_of
from cnnviz.ui.build.gestures.gestures import Gesture, MoveCards, RubberBand
from cnnviz.ui.build.gestures.notegestures import ResizeNote
from cnnviz.ui.build.gestures.pulling import PullFromInput, PullFromOutput

if TYPE_CHECKING:
    from cnnviz.ui.build.canvas.canvas import Canvas

ADDING = Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.ControlModifier
"""With one of these keys a click adds to the selection."""


def nothing() -> None:
    """Do nothing: what a click means that has done all when the button went down."""


@dataclass(frozen=True)
class Press:
    """The two things that can follow; one of them will."""

    drag: Callable[[], Gesture]
    click: Callable[[], None] = nothing


def press_at(canvas: Canvas, point: QPointF, modifiers: Qt.KeyboardModifier) -> Press | None:
    """Select what is under the mouse, and return what may follow; None where a button of a card was pressed."""
    add = bool(modifiers & ADDING)
    found = canvas.content.card_at(point)
    if found is None:
        return _press_ground(canvas, point, add)
    card, part = found
    if part.kind in ("in", "out"):
        return Press(lambda: _pull(canvas, card, part))
    if part.kind == "button":
        canvas.button_pressed.emit(part.name)
        return None
    if part.kind == "open" and card.face.box is not None:
        canvas.group_pressed.emit(card.face.box.group)
        return None
    if card.face.box is not None:
        return _press_nodes(canvas, card.face.nodes, card.face.box.group, add)
    press = _press_nodes(canvas, (part.name,), "", add)
    if part.kind == "chip" and not add:
        return Press(lambda: TakeOff(canvas, part.name), press.click)
    if canvas.selection.nodes == (part.name,) and home_of(canvas.document.graph, part.name):
        return Press(lambda: PutBack(canvas, part.name), press.click)
    return press


def _press_ground(canvas: Canvas, point: QPointF, add: bool) -> Press | None:
    found = canvas.content.field_at(point)
    if found is not None:
        return _press_field(canvas, *found, add)
    wire = canvas.content.wire_at(point)
    if wire is not None:
        canvas.selection.set((), wire.face.edge)
        return Press(lambda: RubberBand(canvas, add))
    return Press(lambda: RubberBand(canvas, add), nothing if add else canvas.selection.set)


def _press_field(canvas: Canvas, item: FrameItem | NoteItem, part: str, add: bool) -> Press | None:
    """Press the bar of a group's frame, a note, or the border of a frame."""
    if isinstance(item, FrameItem):
        if part == "fold":
            canvas.group_pressed.emit(item.face.group)
            return None
        nodes = members(canvas.document.graph, item.face.group)
        return _press_nodes(canvas, nodes, item.face.group, add)
    name = item.note.name
    if part == "corner":
        canvas.selection.set(notes=(name,))
        return Press(lambda: ResizeNote(canvas, name))
    return _press_note(canvas, name, add)


def _press_note(canvas: Canvas, name: str, add: bool) -> Press:
    selection = canvas.selection
    click = nothing
    if add:
        selection.toggle_note(name)
    elif name in selection.notes:
        click = lambda: selection.set(notes=(name,))  # noqa: E731
    else:
        selection.set(notes=(name,))
    return Press(lambda: MoveCards(canvas, selection.nodes, selection.notes or (name,)), click)


def _press_nodes(canvas: Canvas, names: tuple[str, ...], group: str, add: bool) -> Press:
    """Select at once; the others of a selection stay until it is clear that they are not dragged along."""
    selection = canvas.selection
    click = nothing
    if add:
        selection.toggle(*names)
    elif set(names) <= set(selection.nodes) and selection.group in (
        "",
        group,
    ):  # a card in it is not the group
        click = lambda: selection.set(names, group=group)  # noqa: E731
    else:
        selection.set(names, group=group)
    return Press(lambda: MoveCards(canvas, selection.nodes or names, selection.notes), click)


def _pull(canvas: Canvas, card: CardItem, part: Part) -> Gesture:
    if part.kind == "out":
        return PullFromOutput(canvas, card.face.exits[part.port])
    node, port = card.face.door(part.port)
    wires = canvas.document.graph.inputs(node)
    edge = next((edge for edge in wires if edge.port == port), None)
    if edge is None:
        return PullFromInput(canvas, node, port)
    return PullFromOutput(canvas, edge.source, edge)
