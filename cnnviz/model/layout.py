"""Tidy places for the cards of a graph: in layers from top to bottom, folded into columns like a newspaper.

The order within a layer follows Sugiyama, Tagawa and Toda (1981): each card goes to the mean place of its neighbours.
A group is laid out by itself; around it, it counts as one card where it is folded, as its frame where it is open.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise

from cnnviz.model.cards import cards
from cnnviz.model.check import sort
from cnnviz.model.graph import Graph

CARD_WIDTH, CARD_HEIGHT = 240, 132
ROW_PITCH = 192
"""From card to card downwards; leaves 60 pixels for a wire and its label. All places are multiples of 16."""
BRANCH_PITCH = 304
"""From card to card sideways, within a layer."""
COLUMN_GAP = 128
"""Between the folded columns."""
FRAME_SIDE, FRAME_TOP, FRAME_BOTTOM = 16, 48, 16
"""Room in the frame of an open group around the cards in it."""
GRID = 16
SWEEPS = 4

Wires = Mapping[str, list[str]]
Place = tuple[float, float]


@dataclass(frozen=True)
class _Item:
    """What is placed as one: a card with its nodes, or a group with everything that was laid out in it."""

    nodes: tuple[str, ...]
    group: str = ""
    folded: bool = False
    inner: _Laid | None = None
    width: float = CARD_WIDTH
    height: float = CARD_HEIGHT

    @property
    def anchors(self) -> tuple[str, ...]:
        """Return the nodes that decide when it can be computed: chips follow their card."""
        return self.nodes if self.group else self.nodes[:1]


@dataclass(frozen=True)
class _Laid:
    """Places of nodes and groups, and the size of it all."""

    nodes: Mapping[str, Place]
    groups: Mapping[str, Place]
    width: float
    height: float


@dataclass(frozen=True)
class _Plan:
    """A graph; the nodes of each card that lies directly in a group or on the canvas; every node's computing order."""

    graph: Graph
    levels: Mapping[str, list[tuple[str, ...]]]
    order: Mapping[str, int]


def tidy(graph: Graph, height: float = 1600.0) -> Graph:
    """Return the graph with every card at a tidy place; `height` (scene pixels) is where a column is folded.

    Chips take the place of their card. The same graph always gives the same picture.
    """
    if not graph.nodes:
        return graph
    found = _lay_out(_plan(graph), "", height)
    groups = tuple(replace(group, position=found.groups[group.name]) for group in graph.groups)
    return replace(graph.move(dict(found.nodes)), groups=groups)


def _plan(graph: Graph) -> _Plan:
    opened = replace(graph, groups=tuple(replace(group, folded=False) for group in graph.groups))
    levels: defaultdict[str, list[tuple[str, ...]]] = defaultdict(list)
    for card in cards(opened):
        levels[graph.node(card.head).group].append(card.nodes)
    order, circle = sort(graph)
    return _Plan(graph, levels, {node.name: place for place, node in enumerate((*order, *circle))})


def _lay_out(plan: _Plan, level: str, height: float) -> _Laid:
    """Lay out what lies in a group, or on the canvas itself."""
    items = {nodes[0]: _Item(nodes) for nodes in plan.levels[level]}
    for group in (group for group in plan.graph.groups if group.parent == level):
        inner = _lay_out(plan, group.name, height)
        nodes = tuple(inner.nodes)
        items[nodes[0]] = _Item(nodes, group.name, group.folded, inner, *_size(group.folded, inner))
    heads = {name: head for head, item in items.items() for name in item.nodes}
    before, after = _wires(plan.graph, heads)
    layers = _layers(plan, items, before)
    across = _across(layers, items, before, after)
    return _assembled(items, _fold(layers, items, across, before, height))


def _size(folded: bool, inner: _Laid) -> tuple[float, float]:
    """Return the size of a group: that of a card where it is folded, else that of its frame."""
    if folded:
        return CARD_WIDTH, CARD_HEIGHT
    return _framed(inner.width, 2 * FRAME_SIDE), inner.height + FRAME_TOP + FRAME_BOTTOM


def _framed(length: float, border: float) -> float:
    return float(-(-(length + border) // GRID) * GRID)


def _assembled(items: Mapping[str, _Item], places: Mapping[str, Place]) -> _Laid:
    """Return the places of everything in the items that lie at these places."""
    nodes: dict[str, Place] = {}
    groups: dict[str, Place] = {}
    for head, item in items.items():
        x, y = places[head]
        if item.inner is None:
            nodes |= dict.fromkeys(item.nodes, (x, y))
            continue
        left, top = (x, y) if item.folded else (x + FRAME_SIDE, y + FRAME_TOP)
        nodes |= {name: (left + inner[0], top + inner[1]) for name, inner in item.inner.nodes.items()}
        groups |= {name: (left + inner[0], top + inner[1]) for name, inner in item.inner.groups.items()}
        groups[item.group] = left, top
    width = max(places[head][0] + item.width for head, item in items.items())
    height = max(places[head][1] + item.height for head, item in items.items())
    return _Laid(nodes, groups, width, height)


def _wires(graph: Graph, heads: Mapping[str, str]) -> tuple[Wires, Wires]:
    """Return the items before and after each item."""
    before, after = defaultdict[str, list[str]](list), defaultdict[str, list[str]](list)
    for edge in graph.edges:
        source, target = heads.get(edge.source), heads.get(edge.target)
        if source is not None and target is not None and source != target:
            before[target].append(source)
            after[source].append(target)
    return before, after


def _layers(plan: _Plan, items: Mapping[str, _Item], before: Wires) -> list[list[str]]:
    """Return the items by rank: each below all that feed it, and no lower than that."""
    rank: dict[str, int] = {}
    # a group comes when all in it can be computed; two groups that feed each other have no order, only a sequence
    for head in sorted(items, key=lambda each: max(plan.order[name] for name in items[each].anchors)):
        rank[head] = 1 + max((rank.get(name, -1) for name in before.get(head, ())), default=-1)
    layers: list[list[str]] = [[] for _ in range(max(rank.values()) + 1)]
    for head, level in rank.items():
        layers[level].append(head)
    return layers


def _across(
    layers: list[list[str]], items: Mapping[str, _Item], before: Wires, after: Wires
) -> dict[str, float]:
    """Return where the middle of each item lies: near those it is wired to, and beside those of its layer."""
    across: dict[str, float] = {}
    for layer in layers:
        across.update(_spread(layer, items, dict.fromkeys(layer, 0.0)))
    for sweep in range(SWEEPS):
        downwards = sweep % 2 == 0
        wires = before if downwards else after
        for layer in layers if downwards else reversed(layers):
            wanted = {name: _mean((across[n] for n in wires.get(name, ())), across[name]) for name in layer}
            layer.sort(key=wanted.__getitem__)
            across.update(_spread(layer, items, wanted))
    return across


def _spread(layer: list[str], items: Mapping[str, _Item], wanted: Mapping[str, float]) -> dict[str, float]:
    """Return places in this order, with room between them, on average where they are wanted."""
    found: list[float] = []
    for number, name in enumerate(layer):
        if number == 0:
            found.append(wanted[name])
            continue
        pitch = (items[layer[number - 1]].width + items[name].width) / 2 + BRANCH_PITCH - CARD_WIDTH
        found.append(max(wanted[name], found[-1] + pitch))
    shift = sum(wanted.values()) / len(layer) - sum(found) / len(layer)
    return {name: place + shift for name, place in zip(layer, found, strict=True)}


def _fold(
    layers: list[list[str]],
    items: Mapping[str, _Item],
    across: Mapping[str, float],
    before: Wires,
    height: float,
) -> dict[str, Place]:
    """Return the places, with the layers folded into columns from left to right."""
    places: dict[str, Place] = {}
    pitches = [max(items[name].height for name in layer) + ROW_PITCH - CARD_HEIGHT for layer in layers]
    left = 0.0
    for first, last in pairwise(_cuts(layers, pitches, before, height)):
        names = [name for layer in layers[first:last] for name in layer]
        lowest = min(across[name] - items[name].width / 2 for name in names)
        for row in range(first, last):
            top = _framed(sum(pitches[first:row]), 0)
            for name in layers[row]:
                places[name] = (_on_grid(left + across[name] - items[name].width / 2 - lowest), top)
        left += max(across[name] + items[name].width / 2 for name in names) - lowest + COLUMN_GAP
    return places


def _cuts(layers: list[list[str]], pitches: list[float], before: Wires, height: float) -> list[int]:
    """Return the ranks at which columns start, and the end: columns of like length, cut where few wires run."""
    room = height + ROW_PITCH - CARD_HEIGHT
    crossing = _crossing(layers, before)
    cuts = [0]
    while sum(pitches[cuts[-1] :]) > room and cuts[-1] < len(layers) - 1:
        share = sum(pitches[cuts[-1] :]) / _columns(pitches[cuts[-1] :], room)
        most = _fitting(pitches, cuts[-1], room)
        even = min(_fitting(pitches, cuts[-1], share, over=True), most)
        nearby = range(max(even - 2, cuts[-1] + 1), min(even + 2, most) + 1)
        cuts.append(min(nearby, key=lambda cut: (crossing[cut], abs(cut - even))))
    return [*cuts, len(layers)]


def _columns(pitches: list[float], room: float) -> int:
    """Return how many columns rows of these heights need."""
    count, used = 1, 0.0
    for pitch in pitches:
        if used and used + pitch > room:
            count, used = count + 1, 0.0
        used += pitch
    return count


def _fitting(pitches: list[float], start: int, room: float, *, over: bool = False) -> int:
    """Return the end of the rows from `start` that fit into a height, one at least; with `over`, that fill it."""
    used, end = pitches[start], start + 1
    while end < len(pitches) and (used < room - 1e-6 if over else used + pitches[end] <= room):
        used += pitches[end]
        end += 1
    return end


def _crossing(layers: list[list[str]], before: Wires) -> list[int]:
    """Return how many wires run from above each rank to it or farther down."""
    rank = {name: number for number, layer in enumerate(layers) for name in layer}
    change = [0] * (len(layers) + 1)
    for target, sources in before.items():
        for source in sources:
            change[rank[source] + 1] += 1
            change[rank[target] + 1] -= 1
    total, found = 0, []
    for step in change:
        total += step
        found.append(total)
    return found


def _mean(values: Iterable[float], otherwise: float) -> float:
    found = list(values)
    return sum(found) / len(found) if found else otherwise


def _on_grid(value: float) -> float:
    return float(round(value / GRID) * GRID)
