"""Tidy places for the cards of a graph: in layers along the flow, folded into columns, with groups kept together.

A folded group takes the room of one card; an open one is laid out by itself and takes the room of its frame.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from cnnviz.model.cards import cards
from cnnviz.model.check import sort
from cnnviz.model.folding import unfolded
from cnnviz.model.framing import FRAME_FOOT, FRAME_HEAD, FRAME_SIDE
from cnnviz.model.graph import Graph, Node
from cnnviz.model.layering import GRID, Arrangement, Gaps, Pair, arrange

CARD_WIDTH, CARD_HEIGHT = 240, 132
ROW_PITCH = 192
"""From card to card downwards; leaves 60 pixels for a wire and its label. All places are multiples of 16."""
BRANCH_PITCH = 304
"""From card to card sideways, within a layer."""
COLUMN_GAP = 128
"""Between the folded columns; and from card to card along the flow to the right, where labels need more room."""

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
    if not graph.nodes:
        return graph
    heads = {name: card.head for card in cards(unfolded(graph)) for name in card.nodes}
    places = _Plan(graph, heads, direction, height if direction == "down" else width).places()
    return replace(
        graph,
        nodes=tuple(replace(node, position=places[heads[node.name]]) for node in graph.nodes),
        groups=tuple(
            replace(group, position=places.get(_GROUP + group.name, group.position)) for group in graph.groups
        ),
    )


@dataclass(frozen=True)
class _Level:
    """What lies directly in a group, in computing order, and the wires between."""

    boxes: list[str]
    wires: list[tuple[str, str]]


class _Plan:
    """Lays out the innermost groups first, then what is around them."""

    def __init__(self, graph: Graph, heads: Mapping[str, str], direction: Direction, limit: float) -> None:
        self._folded = {group.name: group.folded for group in graph.groups}
        self._levels = _levels(graph, heads)
        self._gaps, self._limit = _GAPS[direction], limit
        self._down = direction == "down"
        self._arranged: dict[str, Arrangement] = {}
        self._arrange("")

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


__all__ = ["CARD_HEIGHT", "CARD_WIDTH", "GRID", "ROW_PITCH", "Direction", "tidy"]
