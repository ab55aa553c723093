"""The items on the canvas. `sync` is their only writer: it compares what is shown with what should be."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from PySide6.QtCore import QObject, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QGraphicsScene

from cnnviz.model.check import Report, check
from cnnviz.model.graph import Edge, Graph
from cnnviz.ui import numbers, theme
from cnnviz.ui.build.canvas.nearby import Boxes
from cnnviz.ui.build.canvas.places import CARD_HEIGHT, CARD_WIDTH, PORT_HIT, SNAP, Flow, in_port, out_port
from cnnviz.ui.build.cards.card import CardItem, Part, SampleView
from cnnviz.ui.build.cards.cardpaint import FAR
from cnnviz.ui.build.cards.faces import CardFace, Faces, WireFace, faces
from cnnviz.ui.build.cards.grounds import FrameItem, Grounds, NoteItem
from cnnviz.ui.build.cards.routing import Point, Rect, route
from cnnviz.ui.build.cards.strips import Strip, recolor
from cnnviz.ui.build.cards.wire import WireItem

MARGIN = 3000.0
"""Empty room around the cards that can be scrolled to."""
LABEL_SHARES = (0.5, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8)
"""Where a label may lie along the longest part of its wire, best first."""
SIGHT = 2 * CARD_WIDTH
"""Cards farther than this from a wire's ends don't change its way."""


class CanvasScene(QGraphicsScene):
    """Shows a graph as cards and wires; knows nothing of gestures or of the document."""

    def __init__(self, order: Callable[[], numbers.AxisOrder], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._order = order
        self.judge: Callable[[Graph], Report] = check
        self.graph = Graph()
        self.faces = Faces({}, {}, {})
        self.cards: dict[str, CardItem] = {}
        self.wires: dict[Edge, WireItem] = {}
        self.grounds = Grounds(self)
        self._strips: dict[str, Strip] = {}
        self._sample: SampleView | None = None
        self._far = self._costs = False
        self._selected: frozenset[str] = frozenset()
        self._marked: set[str] = set()
        self._edge: Edge | None = None
        self._content: QRectF | None = None
        self._boxes: Boxes | None = None
        theme.changed.connect(self._recolor)

    # -- the only writer ----------------------------------------------------------------------------------------

    def sync(self, graph: Graph, *, again: bool = False) -> None:
        """Show another graph, touching only what differs; `again` compares even if the graph is the same."""
        if graph is self.graph and not again:
            return
        old, new = self.faces, faces(graph, self.judge(graph), self._order(), self.faces)
        self.graph, self.faces = graph, new
        self._boxes = self._content = None
        moved = self._sync_cards(old.cards, new.cards)
        for name, found in new.flows.items():
            self.cards[name].set_flows(found)
        self._sync_wires(old.wires, new.wires, moved)
        if self.grounds.sync(new.frames, graph.notes) or moved:
            self._grow()

    def _sync_cards(self, old: Mapping[str, CardFace], new: Mapping[str, CardFace]) -> list[Rect]:
        """Add, change and remove cards; return the places that a card left or took."""
        moved: list[Rect] = []
        for name in [name for name in old if name not in new]:
            moved.append(_rect(old[name]))
            self.removeItem(self.cards.pop(name))
        for name, face in new.items():
            item = self.cards.get(name)
            if item is None:
                self._add_card(face)
                moved.append(_rect(face))
            elif face != item.face:
                if face.position != item.face.position:
                    moved += [_rect(item.face), _rect(face)]
                other = (face.tail, face.shape) != (item.face.tail, item.face.shape)
                item.set_face(face)
                if other:
                    item.set_strip(self._strip_of(face))
        return moved

    def _add_card(self, face: CardFace) -> None:
        item = CardItem(face)
        item.keep_picture(not self._far)
        chosen = self._selected & frozenset(face.nodes)
        if chosen:
            item.mark(selected=chosen)
            self._marked.add(face.name)
        item.set_strip(self._strip_of(face))
        if face.takes_sample:
            item.set_sample(self._sample)
        self.cards[face.name] = item
        self.addItem(item)

    def _sync_wires(
        self, old: Mapping[Edge, WireFace], new: Mapping[Edge, WireFace], moved: list[Rect]
    ) -> None:
        for edge in [edge for edge in self.wires if edge not in new]:
            self.removeItem(self.wires.pop(edge))
        rerouted: list[WireItem] = []
        disturbed = _disturbance(moved)
        for edge, face in new.items():
            item = self.wires.get(edge)
            ends, ways = self._ends(face), self._flows(face)
            if item is None:
                item = self.wires[edge] = WireItem(face, self._route(ends, ways))
                item.tell_all(self._costs)
                self.addItem(item)
                rerouted.append(item)
            elif (item.points[0], item.points[-1]) != ends or (disturbed and disturbed(item)):
                item.set_face(face, self._route(ends, ways))
                rerouted.append(item)
            elif face != old.get(edge):
                item.set_face(face, item.points)
        self._free_labels([item for item in rerouted if item.is_long])

    def _free_labels(self, items: list[WireItem]) -> None:
        """Move the label of each long wire along it until it covers no other label."""
        if not items:
            return
        free = set(map(id, items))
        labels = Boxes(wire.label_box for wire in self.wires.values() if id(wire) not in free)
        for item in items:
            for share in (*LABEL_SHARES, LABEL_SHARES[0]):
                item.place_label(share)
                if not labels.near(item.label_box):
                    break
            labels.add(item.label_box)

    def _ends(self, face: WireFace) -> tuple[Point, Point]:
        source, target = self.faces.cards[face.source], self.faces.cards[face.target]
        leaves, arrives = self._flows(face)
        start = out_port(source.position, face.exit, len(source.exits), leaves)
        return start, in_port(target.position, face.port, target.ports, arrives)

    def _flows(self, face: WireFace) -> tuple[Flow, Flow]:
        """Return how a wire leaves its source and arrives at its target."""
        found = self.faces.flows
        return found[face.source].outs[face.exit], found[face.target].ins[face.port]

    def _route(self, ends: tuple[Point, Point], ways: tuple[Flow, Flow]) -> tuple[Point, ...]:
        if self._boxes is None:
            self._boxes = Boxes(map(_rect, self.faces.cards.values()))
        (x1, y1), (x2, y2) = ends
        left, right = min(x1, x2) - SIGHT, max(x1, x2) + SIGHT
        top, bottom = min(y1, y2) - SIGHT, max(y1, y2) + SIGHT
        return route(*ends, self._boxes.near((left, top, right, bottom)), *ways)

    def _grow(self) -> None:
        box = self.content_rect()
        self.setSceneRect(box.adjusted(-MARGIN, -MARGIN, MARGIN, MARGIN))

    def show_costs(self, shown: bool) -> None:
        """Let every wire say what the layer that it feeds costs, beside the shape that it carries."""
        self._costs = shown
        for wire in self.wires.values():
            wire.tell_all(shown)

    def show_from(self, zoom: float) -> None:
        """The view zoomed: far away cards are cheaper to paint than to keep as pictures of the right size."""
        far = zoom < FAR
        if far != self._far:
            self._far = far
            for item in self.cards.values():
                item.keep_picture(not far)

    # -- pictures -----------------------------------------------------------------------------------------------

    def show_strips(self, strips: dict[str, Strip]) -> None:
        """Show the maps of nodes; a card whose layer has changed since keeps its old ones until new ones come."""
        self._strips = strips
        for item in self.cards.values():
            item.set_strip(self._strip_of(item.face))

    def _strip_of(self, face: CardFace) -> Strip | None:
        """Return the maps of a card. Old ones stay until new ones come, but not where none will come."""
        found = self._strips.get(face.tail)
        if found is None or found.shape == face.shape:
            return found
        similar = len(found.shape) == len(face.shape)
        return found if similar and not check(self.graph).errors else None

    def show_sample(self, sample: SampleView | None) -> None:
        """Show another image on the cards of inputs."""
        self._sample = sample
        for item in self.cards.values():
            if item.face.takes_sample:
                item.set_sample(sample)

    def _recolor(self) -> None:
        for found in self._strips.values():
            recolor(found)
        for item in self.items():
            item.update()

    # -- marks --------------------------------------------------------------------------------------------------

    def mark_selected(
        self, names: tuple[str, ...], edge: Edge | None, notes: tuple[str, ...] = (), group: str = ""
    ) -> None:
        """Put the selection ring around these nodes, notes and the frame of a group, or light up a wire."""
        self.grounds.mark_selected(group, frozenset(notes))
        names = () if group in self.faces.frames else names  # the frame of an open group stands for all in it
        self._selected = frozenset(names)
        heads = {self.faces.card_of[name] for name in names if name in self.faces.card_of}
        for head in (heads | self._marked) & self.cards.keys():
            item = self.cards[head]
            item.mark(selected=self._selected & frozenset(item.face.nodes))
        self._marked = heads
        if self._edge in self.wires:
            self.wires[self._edge].mark(selected=False)
        self._edge = edge
        if edge in self.wires:
            self.wires[edge].mark(selected=True)

    # -- questions ----------------------------------------------------------------------------------------------

    def content_rect(self, names: tuple[str, ...] = ()) -> QRectF:
        """Return the box around some nodes' cards, by default around all."""
        heads = {self.faces.card_of[name] for name in names if name in self.faces.card_of}
        if heads:
            return _united(QRectF(self.cards[head].pos(), self.cards[head].rect.size()) for head in heads)
        if self._content is None:
            boxes = [QRectF(item.pos(), item.rect.size()) for item in self.cards.values()]
            wires = (wire.boundingRect() for wire in self.wires.values())
            self._content = _united([*boxes, *wires, *self.grounds.rects()])
        return QRectF(self._content)

    def card_at(self, point: QPointF) -> tuple[CardItem, Part] | None:
        """Return the card under a point and which part of it; ports win over cards."""
        reach = PORT_HIT / 2
        around = QRectF(point.x() - reach, point.y() - reach, 2 * reach, 2 * reach)
        found: tuple[CardItem, Part] | None = None
        for item in self.items(around):
            if isinstance(item, CardItem):
                part = item.part_at(point - item.pos())
                if part is not None and part.kind in ("in", "out"):
                    return item, part
                found = found or ((item, part) if part is not None else None)
        return found

    def wire_at(self, point: QPointF, reach: float = 8.0) -> WireItem | None:
        """Return the wire under a point."""
        around = QRectF(point.x() - reach, point.y() - reach, 2 * reach, 2 * reach)
        return next(
            (item for item in self.items(around) if isinstance(item, WireItem) and item.hit(point)), None
        )

    def field_at(self, point: QPointF) -> tuple[FrameItem | NoteItem, str] | None:
        """Return the frame or note under a point and which part of it; wires lie over the borders of frames."""
        found = self.grounds.at(point)
        behind = found is not None and isinstance(found[0], NoteItem) and found[0].note.frame
        return None if behind and self.wire_at(point) is not None else found

    def nodes_in(self, box: QRectF) -> tuple[str, ...]:
        """Return the first nodes of the cards that a rubber band touches, and all in folded groups."""
        touched = (
            item.face for item in self.cards.values() if box.intersects(QRectF(item.pos(), item.rect.size()))
        )
        return tuple(name for face in touched for name in (face.nodes if face.box else (face.name,)))

    def drawBackground(self, painter: QPainter, rect: QRectF | QRect) -> None:
        painter.fillRect(rect, theme.color("bg2"))
        if painter.worldTransform().m11() < 0.45:
            return
        pen = QPen(theme.color("line2", 0.7), 1)
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        pen.setDashPattern([1, SNAP - 1])
        painter.setPen(pen)
        left = int(rect.left() // SNAP) * SNAP
        row = int(rect.top() // SNAP) * SNAP
        while row < rect.bottom():
            painter.drawLine(QPointF(left, row + 0.5), QPointF(rect.right(), row + 0.5))
            row += SNAP


def _disturbance(moved: list[Rect]) -> Callable[[WireItem], bool] | None:
    """Return a question: does a wire run so near to places that a card left or took that it must be routed anew?"""
    if not moved:
        return None
    places = Boxes(moved)

    def disturbed(item: WireItem) -> bool:
        box = item.boundingRect()
        return bool(places.near((box.left() - SIGHT, box.top(), box.right() + SIGHT, box.bottom())))

    return disturbed


def _united(boxes: Iterable[QRectF]) -> QRectF:
    found = QRectF()
    for box in boxes:
        found = found.united(box)
    return found


def _rect(face: CardFace) -> Rect:
    x, y = face.position
    return x, y, x + CARD_WIDTH, y + CARD_HEIGHT
