"""What a hand does on the canvas. A gesture starts, moves, and ends or is cancelled; only its end is an edit.

While it lasts, it shows the graph that would come out (`canvas.propose`): every shape is a true preview.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt

from cnnviz.layers import Layer
from cnnviz.model.graph import Graph
from cnnviz.model.groups.blocks import insert_block, place_block
from cnnviz.model.groups.folding import shifted
from cnnviz.model.groups.notes import move_notes, note_of, notes_within
from cnnviz.ui.build.canvas.places import CARD_HEIGHT, CARD_WIDTH, Place, snapped, under_pointer
from cnnviz.ui.build.cards.faces import WireFace
from cnnviz.ui.build.cards.grounds import nodes_in_frames
from cnnviz.ui.build.cards.routing import Rect
from cnnviz.ui.build.gestures import edits
from cnnviz.ui.build.gestures.aligning import align
from cnnviz.ui.build.gestures.dragging import BlockGhost, Ghostly
from cnnviz.ui.build.gestures.regrouping import Regrouping
from cnnviz.ui.build.wording import capitalised

if TYPE_CHECKING:
    from cnnviz.ui.build.canvas.canvas import Canvas
    from cnnviz.ui.build.cards.card import CardItem
    from cnnviz.ui.build.cards.wire import WireItem


class Gesture:
    """The base: does nothing. Points are in scene coordinates."""

    cursor: Qt.CursorShape | None = None

    def __init__(self, canvas: Canvas) -> None:
        self.canvas = canvas
        self.scene = canvas.content
        self.graph: Graph = canvas.document.graph

    def start(self, point: QPointF) -> None:
        """The button went down, or a drag came in."""

    def move(self, point: QPointF) -> None:
        """The mouse moved."""

    def end(self, point: QPointF) -> None:
        """The button went up: make the edit."""

    def cancel(self) -> None:
        """Esc was pressed, or the drag left: leave everything as it was."""
        self.canvas.propose(None)


class Pan(Gesture):
    """Moves the view over the canvas."""

    cursor = Qt.CursorShape.ClosedHandCursor

    def start(self, point: QPointF) -> None:
        self._grip = point

    def move(self, point: QPointF) -> None:
        self.canvas.shift(point - self._grip)


class RubberBand(Gesture):
    """Selects the cards that a frame touches; with `add`, to what is selected already."""

    def __init__(self, canvas: Canvas, add: bool) -> None:
        super().__init__(canvas)
        self._before = canvas.selection.nodes
        self._kept = self._before if add else ()

    def start(self, point: QPointF) -> None:
        self._corner = point
        self.canvas.selection.set(self._kept)

    def move(self, point: QPointF) -> None:
        band = QRectF(self._corner, point).normalized()
        self.canvas.show_band(band)
        nodes, notes = self.scene.nodes_in(band), self.scene.grounds.notes_in(band)
        self.canvas.selection.set((*self._kept, *nodes), notes=notes)

    def end(self, point: QPointF) -> None:
        self.canvas.show_band(None)

    def cancel(self) -> None:
        self.canvas.show_band(None)
        self.canvas.selection.set(self._before)


class MoveCards(Gesture):
    """Drags the selected cards, into groups and out of them; a single loose one may be dropped onto a wire."""

    cursor = Qt.CursorShape.SizeAllCursor

    def __init__(self, canvas: Canvas, names: tuple[str, ...], notes: tuple[str, ...] = ()) -> None:
        super().__init__(canvas)
        faces = self.scene.faces
        heads = {faces.card_of[name]: None for name in (*names, *nodes_in_frames(self.graph, faces, notes))}
        self._nodes = tuple(name for head in heads for name in faces.cards[head].nodes)
        self._notes = dict.fromkeys(each for n in notes for each in (n, *notes_within(self.graph, n)))
        self._heads = tuple(heads)
        self._wire: WireItem | None = None
        self.moved = self.graph
        self._regrouping = Regrouping(self.graph, self._nodes)
        self._where = ""

    def start(self, point: QPointF) -> None:
        self._grip = point
        cards = self.scene.faces.cards
        first = cards[self._heads[0]] if self._heads else note_of(self.graph, next(iter(self._notes)))
        self._corner = first.position
        seen = self.canvas.mapToScene(self.canvas.viewport().rect()).boundingRect()
        near = self.scene.nodes_in(seen) if self._heads else ()
        heads = {self.scene.faces.card_of[name] for name in near} - set(self._heads)
        self._others = [_box(cards[head].position) for head in heads]

    def move(self, point: QPointF) -> None:
        offset = point - self._grip
        wanted = self._corner[0] + offset.x(), self._corner[1] + offset.y()
        aligned = align(_box(wanted), self._others, snapped(*wanted))
        self.canvas.show_guides(aligned.guides)
        step = aligned.place[0] - self._corner[0], aligned.place[1] - self._corner[1]
        moved = move_notes(shifted(self.graph, self._nodes, step), self._notes, step)
        self.moved = self._regrouping.moved(moved, point)
        self._aim(point)
        self.canvas.propose(self.moved)
        self._tell(point)

    def _tell(self, point: QPointF) -> None:
        """Light up the frame that the cards go into, and say which group they go into or leave."""
        self._where = self._regrouping.told(point)
        self.scene.grounds.mark_target(self._regrouping.target(point) if self._where else "")
        self.canvas.show_hint(capitalised(self._where))

    def _aim(self, point: QPointF) -> None:
        """Light up the wire that a loose card would be put into."""
        wire = self.scene.wire_at(point) if self._may_splice() else None
        if wire is not self._wire:
            _mark_wire(self._wire, wire)
            self._wire = wire

    def _may_splice(self) -> bool:
        if len(self._nodes) != 1:
            return False
        (name,) = self._nodes
        takes = self.graph.node(name).layer.most_inputs != 0
        return takes and edits.is_loose(self.graph, name)

    def end(self, point: QPointF) -> None:
        wire, graph = self._wire, self.moved
        self._finish()
        names = self._named()
        if wire is None:
            self.canvas.commit(f"Move {names} {self._where}".rstrip(), graph)
        else:
            self.canvas.commit(f"Insert {names}", lambda: graph.splice(wire.face.edge, self._nodes[0]))

    def cancel(self) -> None:
        self._finish()
        super().cancel()

    def _finish(self) -> None:
        _mark_wire(self._wire, None)
        self.canvas.show_guides(())
        self.canvas.show_hint("")
        self.scene.grounds.mark_target("")

    def _named(self) -> str:
        if not self._heads:
            return "note" if len(self._notes) == 1 else f"{len(self._notes)} notes"
        if len(self._heads) > 3:
            return f"{len(self._heads)} cards"
        return ", ".join(sorted(self.scene.faces.cards[head].heading for head in self._heads))


class _Drop(Gesture):
    """The base of what comes in from the palette: onto empty canvas, a wire (inserts) or a card (adds after it)."""

    aims = True
    """Whether it may go onto a wire or a card: what has no input can't."""

    def __init__(self, canvas: Canvas, ghost: Ghostly) -> None:
        super().__init__(canvas)
        self._ghost = ghost
        self._wire: WireItem | None = None
        self._card: CardItem | None = None

    def start(self, point: QPointF) -> None:
        self.move(point)

    def move(self, point: QPointF) -> None:
        found = self.scene.card_at(point) if self.aims else None
        card = found[0] if found else None
        wire = self.scene.wire_at(point) if card is None and self.aims else None
        if card is not self._card:
            _aim_at(self._card, card)
            self._card = card
        if wire is not self._wire:
            _mark_wire(self._wire, wire)
            self._wire = wire
        free = card is None and wire is None
        self.scene.grounds.mark_target(self.scene.grounds.group_at(point) if free else "")
        self.canvas.show_ghost(self._ghost, under_pointer(point), on_card=card is not None)

    def end(self, point: QPointF) -> None:
        card, wire = self._card, self._wire
        self._finish()
        if card is not None:
            self.add_after(card.face.exits[0])
        elif wire is not None:
            self.insert(wire.face, under_pointer(point))
        else:
            self.add(under_pointer(point), self.scene.grounds.group_at(point))

    def cancel(self) -> None:
        self._finish()

    def _finish(self) -> None:
        _aim_at(self._card, None)
        _mark_wire(self._wire, None)
        self._card = self._wire = None
        self.scene.grounds.mark_target("")
        self.canvas.show_ghost(None, (0.0, 0.0))

    def add_after(self, source: str) -> None:
        """It was dropped on the card of a node."""
        raise NotImplementedError

    def insert(self, wire: WireFace, place: Place) -> None:
        """It was dropped on a wire."""
        raise NotImplementedError

    def add(self, place: Place, group: str) -> None:
        """It was dropped on empty canvas, or in the frame of a group."""
        raise NotImplementedError


class DropLayer(_Drop):
    """A layer comes in from the palette."""

    def __init__(self, canvas: Canvas, layer: Layer) -> None:
        super().__init__(canvas, layer)
        self.layer = layer
        self.aims = layer.most_inputs != 0

    def add_after(self, source: str) -> None:
        self.canvas.commit_new(lambda: edits.add_after(self.graph, self.layer, source))

    def insert(self, wire: WireFace, place: Place) -> None:
        self.canvas.commit_new(lambda: edits.insert_on(self.graph, self.layer, wire.edge, place, wire.twins))

    def add(self, place: Place, group: str) -> None:
        self.canvas.commit_new(lambda: edits.add(self.graph, self.layer, place, group))


class DropBlock(_Drop):
    """A block comes in from the palette."""

    def __init__(self, canvas: Canvas, block: Graph) -> None:
        super().__init__(canvas, BlockGhost(block.title, "Convolution"))
        self._block = block

    def add_after(self, source: str) -> None:
        self.canvas.commit_block(lambda: edits.block_after(self.graph, self._block, source))

    def insert(self, wire: WireFace, place: Place) -> None:
        self.canvas.commit_block(lambda: insert_block(self.graph, self._block, wire.edge, place, wire.twins))

    def add(self, place: Place, group: str) -> None:
        self.canvas.commit_block(lambda: place_block(self.graph, self._block, place, group))


def _box(place: Place) -> Rect:
    return place[0], place[1], place[0] + CARD_WIDTH, place[1] + CARD_HEIGHT


def _mark_wire(old: WireItem | None, new: WireItem | None) -> None:
    if old is not None:
        old.mark(target=False)
    if new is not None:
        new.mark(target=True)


def _aim_at(old: CardItem | None, new: CardItem | None) -> None:
    if old is not None:
        old.mark(aimed=False)
    if new is not None:
        new.mark(aimed=True)
