"""What a hand does on the canvas. A gesture starts, moves, and ends or is cancelled; only its end is an edit.

While it lasts, it shows the graph that would come out (`canvas.propose`): every shape is a true preview.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt

from cnnviz.layers import Layer
from cnnviz.model.graph import Edge, Graph
from cnnviz.ui.build import edits
from cnnviz.ui.build.places import Place, snapped, under_pointer

if TYPE_CHECKING:
    from cnnviz.ui.build.canvas import Canvas
    from cnnviz.ui.build.card import CardItem
    from cnnviz.ui.build.wire import WireItem


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
        self.canvas.selection.set((*self._kept, *self.scene.nodes_in(band)))

    def end(self, point: QPointF) -> None:
        self.canvas.show_band(None)

    def cancel(self) -> None:
        self.canvas.show_band(None)
        self.canvas.selection.set(self._before)


class MoveCards(Gesture):
    """Drags the selected cards; a single loose one may be dropped onto a wire."""

    cursor = Qt.CursorShape.SizeAllCursor

    def __init__(self, canvas: Canvas, names: tuple[str, ...]) -> None:
        super().__init__(canvas)
        heads = {self.scene.faces.card_of[name] for name in names}
        self._nodes = tuple(name for head in heads for name in self.scene.faces.cards[head].nodes)
        self._heads = heads
        self._wire: WireItem | None = None
        self.moved = self.graph

    def start(self, point: QPointF) -> None:
        self._grip = point
        self._corner = self.graph.node(next(iter(self._heads))).position

    def move(self, point: QPointF) -> None:
        offset = point - self._grip
        x, y = snapped(self._corner[0] + offset.x(), self._corner[1] + offset.y())
        step = x - self._corner[0], y - self._corner[1]
        places: dict[str, Place] = {}
        for name in self._nodes:
            old = self.graph.node(name).position
            places[name] = old[0] + step[0], old[1] + step[1]
        self.moved = self.graph.move(places)
        self._aim(point)
        self.canvas.propose(self.moved)

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
        _mark_wire(wire, None)
        names = ", ".join(sorted(self._heads)) if len(self._heads) < 4 else f"{len(self._heads)} cards"
        if wire is None:
            self.canvas.commit(f"Move {names}", graph)
        else:
            self.canvas.commit(f"Insert {names}", lambda: graph.splice(wire.face.edge, self._nodes[0]))

    def cancel(self) -> None:
        _mark_wire(self._wire, None)
        super().cancel()


class Pull(Gesture):
    """The base of pulling a wire: shows it, lights up what it may end at, and says why not."""

    cursor = Qt.CursorShape.CrossCursor

    def __init__(self, canvas: Canvas) -> None:
        super().__init__(canvas)
        self.aim: tuple[str, int] | None = None
        self.result: Graph | None = None
        self.meanwhile: Graph | None = None
        """What is shown while the wire ends nowhere, if not the document."""

    def start(self, point: QPointF) -> None:
        self.canvas.propose(self.meanwhile)
        self.canvas.show_thread(*self.ends(point))
        self._mark_ports()

    def move(self, point: QPointF) -> None:
        aim = self.find(point)
        if aim != self.aim:
            self.aim, self.result = aim, None
            self._preview(aim)
            self._mark_ports()
        self.canvas.show_thread(*self.ends(point))

    def end(self, point: QPointF) -> None:
        aim, result = self.aim, self.result
        self._finish()
        if result is not None:
            self.canvas.commit(self.label(), result)
        elif aim is None and not self.scene.card_at(point):
            self.drop(point)

    def cancel(self) -> None:
        self._finish()

    def _finish(self) -> None:
        self.canvas.show_thread(None, None)
        self.canvas.show_hint("")
        self.canvas.propose(None)
        for card in self.scene.cards.values():
            card.mark(port_looks={}, out_look="rest", extra_port=False)

    def _preview(self, aim: tuple[str, int] | None) -> None:
        why = self.refusal(aim) if aim is not None else ""
        if aim is None or why:
            self.canvas.propose(self.meanwhile)
            self.canvas.show_hint(why, bad=True)
            return
        self.result = self.connected(aim)
        self.canvas.propose(self.result)
        self.canvas.show_hint(*self.canvas.outcome(self.result, self.fed(aim)))

    def _mark_ports(self) -> None:
        for name, card in self.scene.cards.items():
            self.mark_card(name, card)

    # what the two directions answer differently

    def ends(self, point: QPointF) -> tuple[QPointF, QPointF]:
        """Return where the pulled wire starts (an output) and ends (an input)."""
        raise NotImplementedError

    def find(self, point: QPointF) -> tuple[str, int] | None:
        """Return the card and port under the mouse that the wire would end at."""
        raise NotImplementedError

    def refusal(self, aim: tuple[str, int]) -> str:
        """Return why the wire is impossible, or an empty text."""
        raise NotImplementedError

    def connected(self, aim: tuple[str, int]) -> Graph:
        """Return the graph with the wire."""
        raise NotImplementedError

    def fed(self, aim: tuple[str, int]) -> str:
        """Return the node that would be fed."""
        raise NotImplementedError

    def mark_card(self, name: str, card: CardItem) -> None:
        """Let the ports of a card say whether the wire may end there."""
        raise NotImplementedError

    def label(self) -> str:
        """Return what undo will call the edit."""
        raise NotImplementedError

    def drop(self, point: QPointF) -> None:
        """The wire was let go over empty canvas."""
        raise NotImplementedError


class PullFromOutput(Pull):
    """Pulls a new wire out of an output, or (with `edge`) takes the end of an existing one elsewhere."""

    def __init__(self, canvas: Canvas, source: str, edge: Edge | None = None) -> None:
        super().__init__(canvas)
        self._source, self._edge = source, edge
        self._card = self.scene.faces.card_of[source]
        if edge is not None:
            self.graph = self.meanwhile = self.graph.disconnect(edge)
        self._before = self.graph.ancestors(source)

    def ends(self, point: QPointF) -> tuple[QPointF, QPointF]:
        card = self.scene.cards[self._card]
        return card.pos() + card.out_place(), point

    def find(self, point: QPointF) -> tuple[str, int] | None:
        found = self.scene.card_at(point)
        if found is None or found[0].face.name == self._card:
            return None
        card, part = found
        if part.kind == "in":
            return card.face.name, part.port
        if part.kind == "out":
            return None
        free = self.graph.free_port(card.face.name)
        return card.face.name, 0 if free is None else free

    def refusal(self, aim: tuple[str, int]) -> str:
        return self.graph.why_not_connect(self._source, aim[0], aim[1])

    def connected(self, aim: tuple[str, int]) -> Graph:
        return self.graph.connect(self._source, *aim)

    def fed(self, aim: tuple[str, int]) -> str:
        return aim[0]

    def mark_card(self, name: str, card: CardItem) -> None:
        legal = name not in self._before
        card.mark(extra_port=legal and card.face.grows)
        looks = dict.fromkeys(card.in_places(), "legal" if legal else "illegal")
        if legal and self.aim is not None and self.aim[0] == name:
            looks[self.aim[1]] = "aimed"
        card.mark(port_looks=looks, out_look="aimed" if name == self._card else "illegal")

    def label(self) -> str:
        target = self.aim[0] if self.aim else ""
        return f"{'Move wire' if self._edge else 'Connect'} {self._source} to {target}"

    def drop(self, point: QPointF) -> None:
        if self._edge is not None:
            self.canvas.commit(f"Disconnect {self._edge.target}", self.graph)
        else:
            self.canvas.open_quick_menu(point, source=self._source)

    def end(self, point: QPointF) -> None:
        edge, aim = self._edge, self.aim
        if edge is not None and aim == (edge.target, edge.port):
            self._finish()
            return
        super().end(point)


class PullFromInput(Pull):
    """Pulls a wire backwards, from an empty input to the output that shall feed it."""

    def __init__(self, canvas: Canvas, target: str, port: int) -> None:
        super().__init__(canvas)
        self._target, self._port = target, port
        self._behind = self.graph.descendants(target)

    def ends(self, point: QPointF) -> tuple[QPointF, QPointF]:
        card = self.scene.cards[self._target]
        return point, card.pos() + card.in_places()[self._port]

    def find(self, point: QPointF) -> tuple[str, int] | None:
        found = self.scene.card_at(point)
        if found is None or found[0].face.name == self._target or found[1].kind == "in":
            return None
        return found[0].face.tail, 0

    def refusal(self, aim: tuple[str, int]) -> str:
        return self.graph.why_not_connect(aim[0], self._target, self._port)

    def connected(self, aim: tuple[str, int]) -> Graph:
        return self.graph.connect(aim[0], self._target, self._port)

    def fed(self, aim: tuple[str, int]) -> str:
        return self._target

    def mark_card(self, name: str, card: CardItem) -> None:
        legal = card.face.tail not in self._behind
        aimed = self.aim is not None and self.aim[0] == card.face.tail
        card.mark(
            port_looks=dict.fromkeys(card.in_places(), "illegal")
            | ({self._port: "aimed"} if name == self._target else {}),
            out_look="illegal" if not legal else "aimed" if aimed else "legal",
        )

    def label(self) -> str:
        return f"Connect {self.aim[0] if self.aim else ''} to {self._target}"

    def drop(self, point: QPointF) -> None:
        self.canvas.open_quick_menu(point, target=(self._target, self._port))


class DropLayer(Gesture):
    """A layer comes in from the palette: onto empty canvas, a wire (inserts) or a card (adds after it)."""

    def __init__(self, canvas: Canvas, layer: Layer) -> None:
        super().__init__(canvas)
        self.layer = layer
        self._wire: WireItem | None = None
        self._card: CardItem | None = None

    def start(self, point: QPointF) -> None:
        self.move(point)

    def move(self, point: QPointF) -> None:
        found = self.scene.card_at(point) if self.layer.most_inputs != 0 else None
        card = found[0] if found else None
        wire = self.scene.wire_at(point) if card is None and self.layer.most_inputs != 0 else None
        if card is not self._card:
            _aim_at(self._card, card)
            self._card = card
        if wire is not self._wire:
            _mark_wire(self._wire, wire)
            self._wire = wire
        self.canvas.show_ghost(self.layer, under_pointer(point), on_card=card is not None)

    def end(self, point: QPointF) -> None:
        card, wire = self._card, self._wire
        self._finish()
        layer, place, graph = self.layer, under_pointer(point), self.graph
        if card is not None:
            self.canvas.commit_new(lambda: edits.add_after(graph, layer, card.face.tail))
        elif wire is not None:
            edge = wire.face.edge
            self.canvas.commit_new(lambda: edits.insert_on(graph, layer, edge, place))
        else:
            self.canvas.commit_new(lambda: edits.add(graph, layer, place))

    def cancel(self) -> None:
        self._finish()

    def _finish(self) -> None:
        _aim_at(self._card, None)
        _mark_wire(self._wire, None)
        self._card = self._wire = None
        self.canvas.show_ghost(None, (0.0, 0.0))


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
