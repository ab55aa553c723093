"""Tidy places for the cards of a graph: in layers along the flow, folded into columns, with groups kept together.

A folded group takes the room of one card; an open one is laid out by itself and takes the room of its frame.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from cnnviz.model.check import sort
from cnnviz.model.graph import Graph, Node
from cnnviz.model.groups.folding import unfolded
from cnnviz.model.groups.framing import FRAME_FOOT, FRAME_HEAD, FRAME_SIDE
from cnnviz.model.placing.cards import cards
from cnnviz.model.placing.layering import GRID, Arrangement, Gaps, Pair, arrange

CARD_WIDTH, CARD_HEIGHT = 240, 132
ROW_PITCH = 192
"""From card to card downwards; leaves 60 pixels for a wire and its label. All places are multiples of 16."""
BRANCH_PITCH = 304
"""From card to card sideways, within a layer."""
COLUMN_GAP = 128
"""Between the folded columns; and from card to card along the flow to the right, where labels need more room."""

MARGIN = 40
"""Around everything, where it is fitted into a view."""
IN_A_COLUMN = (3, 4, 5, 6, 8, 10, 14, 20, 28)
"""How many cards a column may hold, of the layouts that are tried for a view."""
MANY = 300
"""From so many layers on, only every third of them is tried."""

Direction = Literal["down", "right"]

_GAPS = {
    "down": Gaps(BRANCH_PITCH - CARD_WIDTH, ROW_PITCH - CARD_HEIGHT, COLUMN_GAP),
    "right": Gaps(ROW_PITCH - CARD_HEIGHT, COLUMN_GAP, COLUMN_GAP),
}
_GROUP = "group "
"""In front of a group's name where boxes are told apart by name; no node's name has a space."""


def tidy(
    graph: Graph, height: float = 1600.0, direction: Direction = "down", *, width: float = 2400.0
) -> Graph:
    """Return the graph with every card, chip and group at a tidy place.

    `height` (scene pixels) is where a column is folded, `width` where a row is when the flow runs to the `right`.
    Chips take the place of their card. The members of a folded group are laid out from its place on, as they will be
    seen when it is opened. The same graph always gives the same picture.
    """
    limit = height if direction == "down" else width
    return _put(graph, _plans(graph, direction, (limit,))[0]) if graph.nodes else graph


def tidy_for(graph: Graph, room: Pair, direction: Direction = "down") -> Graph:
    """Return the tidy layout that is shown largest in a view of this width and height; of equals, the compactest."""
    if not graph.nodes:
        return graph
    pitch = ROW_PITCH if direction == "down" else CARD_WIDTH + COLUMN_GAP
    tried = IN_A_COLUMN if len(graph) < MANY else IN_A_COLUMN[1::3]
    plans = _plans(graph, direction, [float(count * pitch) for count in tried])
    return _put(graph, max(plans, key=lambda plan: round(plan.zoom(room), 2)))


def _plans(graph: Graph, direction: Direction, limits: Iterable[float]) -> list[_Plan]:
    heads = _heads(graph)
    levels = _levels(graph, heads)
    folded = {group.name: group.folded for group in graph.groups}
    return [_Plan(levels, folded, direction, limit) for limit in limits]


def _put(graph: Graph, plan: _Plan) -> Graph:
    """Return the graph with everything where a plan says."""
    places, heads = plan.places(), _heads(graph)
    return replace(
        graph,
        nodes=tuple(replace(node, position=places[heads[node.name]]) for node in graph.nodes),
        groups=tuple(
            replace(group, position=places.get(_GROUP + group.name, group.position)) for group in graph.groups
        ),
    )


def _heads(graph: Graph) -> dict[str, str]:
    """Return the node on whose card each node is drawn where all groups are open."""
    return {name: card.head for card in cards(unfolded(graph)) for name in card.nodes}


@dataclass(frozen=True)
class _Level:
    """What lies directly in a group, in computing order, and the wires between."""

    boxes: list[str]
    wires: list[tuple[str, str]]


class _Plan:
    """Lays out the innermost groups first, then what is around them."""

    def __init__(
        self, levels: Mapping[str, _Level], folded: Mapping[str, bool], direction: Direction, limit: float
    ) -> None:
        self._levels, self._folded = levels, folded
        self._gaps, self._limit = _GAPS[direction], limit
        self._down = direction == "down"
        self._arranged: dict[str, Arrangement] = {}
        self._arrange("")

    def zoom(self, room: Pair) -> float:
        """Return how large it is shown where it fits into a view of this width and height; 1 at most."""
        width, height = self._turned(self._arranged[""].size)
        return min(room[0] / (width + 2 * MARGIN), room[1] / (height + 2 * MARGIN), 1.0)

    def places(self) -> dict[str, Pair]:
        """Return (x, y) of every card and group."""
        found: dict[str, Pair] = {}
        waiting: list[tuple[str, Pair]] = [("", (0.0, 0.0))]
        while waiting:
            level, (left, top) = waiting.pop()
            for name, place in self._arranged[level].places.items():
                x, y = self._turned(place)
                found[name] = (left + x, top + y)
                if name.startswith(_GROUP):
                    group = name.removeprefix(_GROUP)
                    if not self._folded[group]:
                        found[name] = (left + x + FRAME_SIDE, top + y + FRAME_HEAD)
                    waiting.append((group, found[name]))
        return found

    def _arrange(self, level: str) -> None:
        sizes = {name: self._turned(self._size(name)) for name in self._levels[level].boxes}
        self._arranged[level] = arrange(sizes, self._levels[level].wires, self._gaps, self._limit)

    def _size(self, box: str) -> Pair:
        """Return width and height of a box, and lay out what is in it."""
        if not box.startswith(_GROUP):
            return CARD_WIDTH, CARD_HEIGHT
        group = box.removeprefix(_GROUP)
        self._arrange(group)
        if self._folded[group]:
            return CARD_WIDTH, CARD_HEIGHT
        width, height = self._turned(self._arranged[group].size)
        return width + 2 * FRAME_SIDE, height + FRAME_HEAD + FRAME_FOOT

    def _turned(self, pair: Pair) -> Pair:
        """Turn (x, y) into (across, along), or back."""
        return pair if self._down else (pair[1], pair[0])


def _levels(graph: Graph, heads: Mapping[str, str]) -> Mapping[str, _Level]:
    """Return the levels by the group they lie in; the outermost has no name. `heads` are the cards of all nodes."""
    parents = {group.name: group.parent for group in graph.groups}
    paths = {node.name: _path(node, parents) for node in graph if heads[node.name] == node.name}
    levels: dict[str, _Level] = defaultdict(lambda: _Level([], []))
    order, circle = sort(graph)
    seen: set[str] = set()
    for node in (*order, *circle):
        for around, box in _steps(paths.get(node.name, ())):
            if box not in seen:
                seen.add(box)
                levels[around].boxes.append(box)
    for edge in graph.edges:
        source, target = heads[edge.source], heads[edge.target]
        if source != target:
            _lift(levels, paths[source], paths[target])
    return levels


def _path(node: Node, parents: Mapping[str, str]) -> tuple[str, ...]:
    """Return the boxes around a card from the outermost group to the card itself."""
    path, group = [node.name], node.group
    while group in parents:
        path.append(_GROUP + group)
        group = parents[group]
    return tuple(reversed(path))


def _steps(path: tuple[str, ...]) -> list[tuple[str, str]]:
    """Return the pairs of a group's name and the box directly in it, along a path."""
    around = ("", *(box.removeprefix(_GROUP) for box in path[:-1]))
    return list(zip(around, path, strict=bool(path)))


def _lift(levels: Mapping[str, _Level], source: tuple[str, ...], target: tuple[str, ...]) -> None:
    """Enter a wire where it is seen: at the innermost level that holds both ends, between the boxes there."""
    for (around, one), (_, other) in zip(_steps(source), _steps(target), strict=False):
        if one != other:
            levels[around].wires.append((one, other))
            return


__all__ = ["CARD_HEIGHT", "CARD_WIDTH", "GRID", "ROW_PITCH", "Direction", "tidy", "tidy_for"]
