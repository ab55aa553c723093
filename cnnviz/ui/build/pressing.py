"""What a press of the left button may become: a drag once the mouse moves, or a click where it does not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt

from cnnviz.ui.build.card import CardItem, Part
from cnnviz.ui.build.gestures import Gesture, MoveCards, RubberBand
from cnnviz.ui.build.pulling import PullFromInput, PullFromOutput

if TYPE_CHECKING:
    from cnnviz.ui.build.canvas import Canvas

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
    return _press_card(canvas, part.name, add)


def _press_ground(canvas: Canvas, point: QPointF, add: bool) -> Press:
    wire = canvas.content.wire_at(point)
    if wire is not None:
        canvas.selection.set((), wire.face.edge)
    keeps = wire is not None or add
    return Press(lambda: RubberBand(canvas, add), nothing if keeps else canvas.selection.set)


def _press_card(canvas: Canvas, name: str, add: bool) -> Press:
    """Select at once; the others of a selection stay until it is clear that they are not dragged along."""
    selection = canvas.selection
    click = nothing
    if add:
        selection.toggle(name)
    elif name in selection.nodes:
        click = lambda: selection.set((name,))  # noqa: E731
    else:
        selection.set((name,))
    return Press(lambda: MoveCards(canvas, selection.nodes or (name,)), click)


def _pull(canvas: Canvas, card: CardItem, part: Part) -> Gesture:
    if part.kind == "out":
        return PullFromOutput(canvas, card.face.tail)
    wires = canvas.document.graph.inputs(card.face.name)
    edge = next((edge for edge in wires if edge.port == part.port), None)
    if edge is None:
        return PullFromInput(canvas, card.face.name, part.port)
    return PullFromOutput(canvas, edge.source, edge)
