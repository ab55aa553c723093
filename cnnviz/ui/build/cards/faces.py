"""What every card and wire of a graph shows, as plain values: comparing two of them says what must be painted anew."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from cnnviz.layers import Shape
from cnnviz.model.check import Problem, Report, Row
from cnnviz.model.graph import Edge, Graph, Node
from cnnviz.model.placing.cards import Card, cards, place_of
from cnnviz.ui import numbers
from cnnviz.ui.build.canvas.places import Place
from cnnviz.ui.build.cards.boxes import (
    BoxFace,
    FrameFace,
    box,
    frame_faces,
    layers_in_words,
    main_group,
    rank,
)
from cnnviz.ui.build.cards.flows import PortFlows, flows
from cnnviz.ui.build.cards.waiting import Causes
from cnnviz.ui.build.wording import told

State = Literal["fine", "error", "waiting"]


@dataclass(frozen=True)
class ChipFace:
    """A small layer that snapped onto the card of the one before it."""

    name: str
    text: str
    group: str
    state: State = "fine"


@dataclass(frozen=True)
class CardFace:
    """Everything a card shows, its pictures apart. `ports` counts inputs; `grows` says that more can be wired."""

    name: str
    kind: str
    title: str
    group: str
    position: Place
    brief: str
    footer: str
    macs: str
    chips: tuple[ChipFace, ...] = ()
    ports: int = 1
    grows: bool = False
    takes_sample: bool = False
    shape: Shape = ()
    """What the card puts out; empty while that is not known."""
    state: State = "fine"
    box: BoxFace | None = None
    """What the card of a folded group has beside; such a card is named after the first layer in it."""

    @property
    def heading(self) -> str:
        """Return the name that is read on the card."""
        return self.box.heading if self.box else self.name

    @property
    def nodes(self) -> tuple[str, ...]:
        """Return the names of all nodes on this card, in order."""
        return self.box.members if self.box else (self.name, *(chip.name for chip in self.chips))

    @property
    def tail(self) -> str:
        """Return the node whose output leaves this card."""
        return self.nodes[-1]

    @property
    def exits(self) -> tuple[str, ...]:
        """Return the nodes whose outputs leave this card, one for each output port."""
        return self.box.exits if self.box else (self.tail,)

    def door(self, port: int) -> tuple[str, int]:
        """Return the node and its port that an input port of this card stands for."""
        return self.box.doors[port] if self.box else (self.name, port)


@dataclass(frozen=True)
class WireFace:
    """Everything a wire shows but its way; `source` and `target` are the cards at its ends."""

    edge: Edge
    source: str
    target: str
    label: str
    state: State = "fine"
    port: int = 0
    """The input port of the card at which it ends."""
    exit: int = 0
    """The output port of the card at which it starts."""
    twins: tuple[Edge, ...] = ()
    """Other wires of the graph that look the same, as they end in one folded group."""
    cost: str = ""
    """The parameters of the layer that it feeds, in words; shown while a wire is pulled."""


@dataclass(frozen=True)
class Faces:
    """All cards by their first node, all wires, the card of every node, and the frames of open groups."""

    cards: Mapping[str, CardFace]
    wires: Mapping[Edge, WireFace]
    card_of: Mapping[str, str]
    grounds: Mapping[str, tuple[object, ...]] = field(default_factory=dict)
    """What each card was made of, for those without problems: while these objects stay, so does its face."""
    frames: Mapping[str, FrameFace] = field(default_factory=dict)
    flows: Mapping[str, PortFlows] = field(default_factory=dict)
    """At which edges of each card its ports lie."""


def faces(graph: Graph, report: Report, order: numbers.AxisOrder, before: Faces | None = None) -> Faces:
    """Return what the canvas shows for a graph; a face of `before` that would come out again is kept as it is."""
    look = _Look(graph, report, order)
    grounds, found = {}, {}
    for card in cards(graph):
        head, ground = card.head, look.ground(card)
        kept = before is not None and bool(ground) and _same(ground, before.grounds.get(head, ()))
        found[head] = before.cards[head] if before is not None and kept else look.card(card)
        grounds[head] = ground
    card_of = {name: head for head, face in found.items() for name in face.nodes}
    wires = _wires(graph, look, found, card_of)
    frames = frame_faces(graph, look.rows)
    return Faces(found, wires, card_of, grounds, frames, flows(found, wires))


def _wires(
    graph: Graph, look: _Look, found: Mapping[str, CardFace], card_of: Mapping[str, str]
) -> dict[Edge, WireFace]:
    """Return the wires that are seen: none within a card, and one for those that look the same."""
    wires: dict[Edge, WireFace] = {}
    seen: dict[tuple[str, int, str, int], Edge] = {}
    for edge in graph.edges:
        source, target = found[card_of[edge.source]], found[card_of[edge.target]]
        if source is target and (source.box is not None or source.name != edge.target):
            continue
        face = look.wire(edge, source, target)
        if source.box or target.box:
            ends = source.name, face.exit, target.name, face.port
            first = seen.setdefault(ends, edge)
            if first != edge:
                wires[first] = replace(wires[first], twins=(*wires[first].twins, edge))
                continue
        wires[edge] = face
    return wires


def _same(one: tuple[object, ...], other: tuple[object, ...]) -> bool:
    return len(one) == len(other) and all(a is b for a, b in zip(one, other, strict=True))


class _Look:
    """Answers what one node or wire looks like; holds the tables that every answer needs."""

    def __init__(self, graph: Graph, report: Report, order: numbers.AxisOrder) -> None:
        self._graph, self._order = graph, order
        self.rows: dict[str, Row] = {row.name: row for row in report.rows}
        self._causes = Causes(graph, report)
        self._problems: dict[str, Problem] = {}
        for problem in report.problems:
            if problem.severity != "note":
                self._problems.setdefault(problem.node, problem)

    def ground(self, card: Card) -> tuple[object, ...]:
        """Return all objects that a card's face is made from; nothing where it tells of a problem."""
        nodes = card.nodes
        if any(name in self._problems for name in nodes):
            return ()
        known = [thing for name in nodes for thing in (self._graph.node(name), self.rows[name])]
        if card.group:
            wires = (wires for n in nodes for wires in (self._graph.inputs(n), self._graph.outputs(n)))
            return (self._order, *rank(self._graph, card.group), *self._graph.groups, *wires, *known)
        return (self._order, self._graph.inputs(nodes[0]), *known)

    def card(self, card: Card) -> CardFace:
        if card.group:
            return self._box(card)
        nodes = card.nodes
        head = self._graph.node(nodes[0])
        worst = min(nodes, key=lambda name: ("error", "waiting", "fine").index(self._state(name)))
        state = self._state(worst)
        layer = head.layer
        used = len(self._graph.inputs(head.name))
        free = (
            max(layer.fewest_inputs, *(e.port + 1 for e in self._graph.inputs(head.name)), 0)
            if used
            else layer.fewest_inputs
        )
        return CardFace(
            name=head.name,
            kind=layer.kind,
            title=layer.title,
            group=layer.group,
            position=head.position,
            brief=self._brief(head),
            footer=self._footer(worst, state, nodes),
            macs=self._macs(nodes) if state == "fine" else "",
            chips=tuple(self._chip(name) for name in nodes[1:]),
            ports=free,
            grows=layer.most_inputs is None,
            takes_sample=layer.takes_sample,
            shape=self.rows[nodes[-1]].shape or (),
            state=state,
        )

    def _box(self, card: Card) -> CardFace:
        """Return the card of a folded group: the sums of all layers in it, and what the last one puts out."""
        nodes, found = card.nodes, box(self._graph, card)
        worst = min(nodes, key=lambda name: ("error", "waiting", "fine").index(self._state(name)))
        state = self._state(worst)
        footer = self._footer(worst, state, nodes)
        return CardFace(
            name=card.head,
            kind="group",
            title=found.title,
            group=main_group(self._graph, self.rows, nodes),
            position=place_of(self._graph, card),
            brief=self._arrives(self._graph.node(worst)) if self._misfits(worst) else self._passage(found),
            footer=f"{worst}: {footer}" if state == "error" else footer,
            macs=self._macs(nodes) if state == "fine" else "",
            ports=len(found.doors),
            takes_sample=False,
            shape=self.rows[card.tail].shape or (),
            state=state,
            box=found,
        )

    def _passage(self, found: BoxFace) -> str:
        """Return how many layers there are and what becomes of the shape that goes through them."""
        count = len(found.members) // found.copies
        many = f"{found.copies} × " if found.copies > 1 else ""
        layers = f"{many}{layers_in_words(count)}"
        before = [self.rows[source].shape for source in found.sources[:1]]
        after = self.rows[found.exits[0]].shape
        if after is None or None in before:
            return layers
        written = numbers.shape(after, self._order)
        if not before or before[0] == after:
            return f"{layers} · {written}"
        return f"{layers} · {self._written((before[0] or (),))} {numbers.ARROW} {written}"

    def wire(self, edge: Edge, source: CardFace, target: CardFace) -> WireFace:
        shape = self.rows[edge.source].shape
        label = numbers.shape(shape, self._order) if shape else "?"
        state: State = "waiting" if shape is None else "fine"
        if shape is not None and self._is_guilty(edge):
            state = "error"
        port = target.box.sources.index(edge.source) if target.box else edge.port
        leaves = source.box.exits.index(edge.source) if source.box else 0
        return WireFace(
            edge, source.name, target.name, label, state, port, leaves, cost=self._cost(edge.target)
        )

    def _cost(self, name: str) -> str:
        row = self.rows[name]
        return f"{numbers.count(row.params)} params" if row.shape is not None and row.params else ""

    def _state(self, name: str) -> State:
        problem = self._problems.get(name)
        if problem is None:
            return "fine"
        return "error" if problem.severity == "error" else "waiting"

    def _misfits(self, name: str) -> bool:
        """Say whether a node can't take what arrives: with other mistakes, such as loose ends, it runs."""
        return self._state(name) == "error" and self.rows[name].shape is None

    def _chip(self, name: str) -> ChipFace:
        layer = self._graph.node(name).layer
        return ChipFace(name, layer.chip(), layer.group, self._state(name))

    def _brief(self, node: Node) -> str:
        """Return the line below the name: the options, or where nothing fits what arrives."""
        if self._misfits(node.name):
            return self._arrives(node)
        shape = self.rows[node.name].shape
        return told(node.layer.brief(), (shape,) if shape else None, self._order) or self._same(node)

    def _same(self, node: Node) -> str:
        """Return a line for a layer that has nothing to say about itself: what becomes of the shape."""
        row = self.rows[node.name]
        if row.shape is None or not row.inputs:
            return ""
        if row.shape in row.inputs:
            return "keeps the shape"
        return f"{self._written(row.inputs)} {numbers.ARROW} {numbers.shape(row.shape, self._order)}"

    def _arrives(self, node: Node) -> str:
        inputs = self.rows[node.name].inputs or ()
        return f"{self._written(inputs)} arrives" if len(inputs) == 1 else self._written(inputs)

    def _written(self, shapes: tuple[Shape, ...]) -> str:
        return " + ".join(numbers.shape(shape, self._order) for shape in shapes)

    def _footer(self, worst: str, state: State, nodes: tuple[str, ...]) -> str:
        if state == "error":
            return told(self._problems[worst].text, self.rows[worst].inputs, self._order).rstrip(".")
        if state == "waiting":
            cause = self._causes.of(worst)
            return (
                f"waits for {cause}"
                if cause != worst
                else self._problems[worst].text.split(";")[0].rstrip(".")
            )
        trained = sum(p.count for name in nodes for p in self.rows[name].parameters if p.trainable)
        return f"{numbers.count(trained)} params"

    def _macs(self, nodes: tuple[str, ...]) -> str:
        macs = sum(self.rows[name].macs for name in nodes)
        return f"{numbers.compact_count(macs)} MACs" if macs else ""

    def _is_guilty(self, edge: Edge) -> bool:
        """Say whether a wire brings a shape that its target can't take; of several, those unlike the first."""
        if not self._misfits(edge.target):
            return False
        inputs = self.rows[edge.target].inputs
        if not inputs:
            return False
        unlike = [port for port, shape in enumerate(inputs) if shape[1:] != inputs[0][1:]]
        unlike = unlike or [port for port, shape in enumerate(inputs) if shape != inputs[0]]
        return edge.port in unlike if unlike else len(inputs) == 1
