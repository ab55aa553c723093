"""Pulling wires: out of an output, off an input, or backwards from an empty input."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt

from cnnviz.model.graph import Edge, Graph
from cnnviz.ui.build.canvas.places import Flow
from cnnviz.ui.build.gestures import edits
from cnnviz.ui.build.gestures.gestures import Gesture
from cnnviz.ui.build.wording import axis_order, outcome

if TYPE_CHECKING:
    from cnnviz.ui.build.canvas.canvas import Canvas
    from cnnviz.ui.build.cards.card import CardItem


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
        self.scene.show_costs(True)
        self.canvas.show_thread(self.ends(point))
        self._mark_ports()

    def move(self, point: QPointF) -> None:
        aim = self.find(point)
        if aim != self.aim:
            self.aim, self.result = aim, None
            self._preview(aim)
            self._mark_ports()
        if self.result is None:
            self.canvas.show_thread(self.ends(point))
        else:  # the wire itself is shown already, the way it would run
            self.canvas.show_thread(None)

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
        self.canvas.show_thread(None)
        self.canvas.show_hint("")
        self.canvas.propose(None)
        self.scene.show_costs(False)
        for wire in self.scene.wires.values():
            wire.mark(target=False)
        for card in self.scene.cards.values():
            card.mark(port_looks={}, out_look="rest", extra_port=False)

    def _preview(self, aim: tuple[str, int] | None) -> None:
        why = self.refusal(aim) if aim is not None else ""
        if aim is None or why:
            self.canvas.propose(self.meanwhile)
            self.canvas.show_hint(f"Not possible: {why}" if why else "", bad=True)
            return
        self.result = self.connected(aim)
        self.canvas.propose(self.result)
        self._light_up(self.result)
        self.canvas.show_hint(*outcome(self.result, self.fed(aim), axis_order(self.canvas.session)))

    def _light_up(self, result: Graph) -> None:
        """Show which of the wires is the new one."""
        for edge in set(result.edges) - set(self.graph.edges):
            if edge in self.scene.wires:
                self.scene.wires[edge].mark(target=True)

    def _mark_ports(self) -> None:
        for name, card in self.scene.cards.items():
            self.mark_card(name, card)

    # what the two directions answer differently

    def ends(self, point: QPointF) -> tuple[QPointF, QPointF, Flow]:
        """Return where the pulled wire starts (an output) and ends (an input), and which way it runs."""
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
            wire = self.scene.faces.wires.get(edge)
            self.graph = self.meanwhile = edits.disconnect(self.graph, edge, wire)
        self._before = self.graph.ancestors(source)

    def ends(self, point: QPointF) -> tuple[QPointF, QPointF, Flow]:
        card = self.scene.cards[self._card]
        exits = card.face.exits
        place = exits.index(self._source) if self._source in exits else 0
        return card.pos() + card.out_places()[place], point, card.flows.outs[place]

    def find(self, point: QPointF) -> tuple[str, int] | None:
        found = self.scene.card_at(point)
        if found is None or found[0].face.name == self._card:
            return None
        card, part = found
        if part.kind == "out":
            return None
        if part.kind == "in" or card.face.box is not None:
            return card.face.door(part.port) if card.face.ports else None
        free = self.graph.free_port(card.face.name)
        return card.face.name, 0 if free is None else free

    def refusal(self, aim: tuple[str, int]) -> str:
        return self.graph.why_not_connect(self._source, aim[0], aim[1])

    def connected(self, aim: tuple[str, int]) -> Graph:
        graph = self.graph
        for node, port in self._inputs_behind(aim):
            graph = graph.connect(self._source, node, port)
        return graph

    def _inputs_behind(self, aim: tuple[str, int]) -> list[tuple[str, int]]:
        """Return the inputs that a port stands for: in a folded group, all that the same layer feeds now."""
        box = self.scene.faces.cards[self.scene.faces.card_of[aim[0]]].box
        fed = next((e.source for e in self.graph.inputs(aim[0]) if e.port == aim[1]), "")
        if box is None or not fed:
            return [aim]
        return [(e.target, e.port) for e in self.graph.outputs(fed) if e.target in box.members]

    def fed(self, aim: tuple[str, int]) -> str:
        return aim[0]

    def mark_card(self, name: str, card: CardItem) -> None:
        legal = not self._before.intersection(card.face.nodes)
        card.mark(extra_port=legal and card.face.grows)
        looks = dict.fromkeys(card.in_places(), "legal" if legal else "illegal")
        aimed = next((port for port in looks if card.face.door(port) == self.aim), None)
        if legal and aimed is not None:
            looks[aimed] = "aimed"
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
        self._card = self.scene.faces.card_of[target]
        self._behind = self.graph.descendants(target)

    def ends(self, point: QPointF) -> tuple[QPointF, QPointF, Flow]:
        card = self.scene.cards[self._card]
        door = self._door(card)
        return point, card.pos() + card.in_places()[door], card.flows.ins[door]

    def _door(self, card: CardItem) -> int:
        """Return the port of the card that stands for the input."""
        doors = (port for port in card.in_places() if card.face.door(port) == (self._target, self._port))
        return next(doors, 0)

    def find(self, point: QPointF) -> tuple[str, int] | None:
        found = self.scene.card_at(point)
        if found is None or found[0].face.name == self._card or found[1].kind == "in":
            return None
        card, part = found
        return card.face.exits[part.port if part.kind == "out" else 0], 0

    def refusal(self, aim: tuple[str, int]) -> str:
        return self.graph.why_not_connect(aim[0], self._target, self._port)

    def connected(self, aim: tuple[str, int]) -> Graph:
        return self.graph.connect(aim[0], self._target, self._port)

    def fed(self, aim: tuple[str, int]) -> str:
        return self._target

    def mark_card(self, name: str, card: CardItem) -> None:
        legal = not self._behind.intersection(card.face.exits)
        aimed = self.aim is not None and self.aim[0] in card.face.exits
        card.mark(
            port_looks=dict.fromkeys(card.in_places(), "illegal")
            | ({self._door(card): "aimed"} if name == self._card else {}),
            out_look="illegal" if not legal else "aimed" if aimed else "legal",
        )

    def label(self) -> str:
        return f"Connect {self.aim[0] if self.aim else ''} to {self._target}"

    def drop(self, point: QPointF) -> None:
        self.canvas.open_quick_menu(point, target=(self._target, self._port))
