"""What the mouse rests on: its outline, its wires, and what a tool tip says about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF

from cnnviz.layers import size
from cnnviz.model.check import check
from cnnviz.ui import numbers
from cnnviz.ui.build.cards.card import BUTTONS, CardItem, Part
from cnnviz.ui.build.cards.grounds import FrameItem, NoteItem
from cnnviz.ui.build.cards.wire import WireItem
from cnnviz.ui.build.wording import axis_order, told

if TYPE_CHECKING:
    from cnnviz.ui.build.canvas.canvas import Canvas

FLOAT_BYTES = 4
PART_TIPS = {
    "open": "Show what is in it (Ctrl Enter)",
    "out": "Drag a wire from here",
    "in": "Drag to connect, or to take the wire off",
}
"""What the parts of a card do that need no more words."""
FIELD_TIPS = {
    "fold": "Show one card",
    "bar": "Drag to move all in it; double-click folds it",
    "note": "Double-click to write",
    "corner": "Drag to resize",
}
"""What the parts of frames and notes do."""


class Hover:
    """Marks one card or wire at a time."""

    def __init__(self, canvas: Canvas) -> None:
        self._canvas = canvas
        self._card: CardItem | None = None
        self._wires: tuple[WireItem, ...] = ()
        self._field: FrameItem | NoteItem | None = None

    def look(self, point: QPointF) -> None:
        """The mouse is at a point with no button down."""
        scene = self._canvas.content
        found = scene.card_at(point)
        wire = scene.wire_at(point) if found is None else None
        card, part = found or (None, None)
        wires = (wire,) if wire is not None else self._wires_of(card)
        if card is not self._card and self._card is not None:
            self._card.mark(hovered=None)
        if card is not None:
            card.mark(hovered=part)
        for old in self._wires:
            if old not in wires:
                old.mark(hovered=False)
        for new in wires:
            new.mark(hovered=True)
        self._card, self._wires = card, wires
        self._canvas.viewport().setToolTip(self._tip(card, part, wire))
        self._look_behind(scene.field_at(point) if card is None else None)

    def _look_behind(self, found: tuple[FrameItem | NoteItem, str] | None) -> None:
        """Mark the frame or note under the mouse, and say what a click on this part of it does."""
        field, part = found or (None, "")
        if self._field is not None and self._field is not field:
            self._field.mark(hovered=False)
        if field is not None:
            field.mark(hovered=True)
            self._canvas.viewport().setToolTip(FIELD_TIPS.get(part, ""))
        self._field = field

    def clear(self) -> None:
        """Nothing is hovered any more."""
        if self._card is not None:
            self._card.mark(hovered=None)
        for wire in self._wires:
            wire.mark(hovered=False)
        self._card, self._wires = None, ()
        self._look_behind(None)
        self._canvas.viewport().setToolTip("")

    def _wires_of(self, card: CardItem | None) -> tuple[WireItem, ...]:
        if card is None:
            return ()
        nodes = set(card.face.nodes)
        return tuple(
            wire
            for edge, wire in self._canvas.content.wires.items()
            if edge.source in nodes or edge.target in nodes
        )

    def _tip(self, card: CardItem | None, part: Part | None, wire: WireItem | None) -> str:
        graph = self._canvas.shown
        if wire is not None:
            return self._wire_tip(wire)
        if card is None or part is None:
            return ""
        if part.kind == "button":
            return dict(BUTTONS)[part.name]
        if part.kind in PART_TIPS:
            return PART_TIPS[part.kind]
        if part.kind == "chip":
            layer = graph.node(part.name).layer
            brief = f", {layer.brief()}" if layer.brief() else ""
            return f"{part.name}: {layer.title}{brief}. {layer.sentence()}"
        problem = next((p for p in check(graph).problems if p.node in card.face.nodes), None)
        if problem is None:
            return ""
        inputs = check(graph).row(problem.node).inputs
        return f"{problem.node}: {told(problem.text, inputs, axis_order(self._canvas.session))}"

    def _wire_tip(self, wire: WireItem) -> str:
        edge = wire.face.edge
        shape = check(self._canvas.shown).row(edge.source).shape
        if shape is None:
            return f"{edge.source} to {edge.target}: not known yet"
        written = numbers.shape(shape, axis_order(self._canvas.session))
        amount = numbers.size_in_bytes(size(shape) * FLOAT_BYTES)
        return f"{edge.source} to {edge.target}: {written}, float32, {amount} per image"
