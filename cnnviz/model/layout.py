"""Tidy places for the cards of a graph: in layers from top to bottom, folded into columns like a newspaper.

The order within a layer follows Sugiyama, Tagawa and Toda (1981): each card goes to the mean place of its neighbours.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
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
GRID = 16
SWEEPS = 4

Wires = Mapping[str, list[str]]


def tidy(graph: Graph, height: float = 1600.0) -> Graph:
    """Return the graph with every card at a tidy place; `height` (scene pixels) is where a column is folded.

    Chips take the place of their card. The same graph always gives the same picture.
    """
    if not graph.nodes:
        return graph
    heads = {name: card.head for card in cards(graph) for name in card.nodes}
    before, after = _wires(graph, heads)
    layers = _layers(graph, heads, before)
    across = _across(layers, before, after)
    places = _fold(layers, across, before, height)
    return graph.move({name: places[head] for name, head in heads.items()})


def _wires(graph: Graph, heads: Mapping[str, str]) -> tuple[Wires, Wires]:
    """Return the cards before and after each card."""
    before, after = defaultdict[str, list[str]](list), defaultdict[str, list[str]](list)
    for edge in graph.edges:
        source, target = heads[edge.source], heads[edge.target]
        if source != target:
            before[target].append(source)
            after[source].append(target)
    return before, after


def _layers(graph: Graph, heads: Mapping[str, str], before: Wires) -> list[list[str]]:
    """Return the cards by rank: each below all that feed it, and no lower than that."""
    rank: dict[str, int] = {}
    order, circle = sort(graph)
    for node in (*order, *circle):
        if heads[node.name] == node.name:
            rank[node.name] = 1 + max((rank.get(name, -1) for name in before.get(node.name, ())), default=-1)
    layers: list[list[str]] = [[] for _ in range(max(rank.values()) + 1)]
    for name, number in rank.items():
        layers[number].append(name)
    return layers


def _across(layers: list[list[str]], before: Wires, after: Wires) -> dict[str, float]:
    """Return how far right each card lies: near the cards it is wired to, and beside those of its layer."""
    across: dict[str, float] = {}
    for layer in layers:
        across.update(_spread(layer, dict.fromkeys(layer, 0.0)))
    for sweep in range(SWEEPS):
        downwards = sweep % 2 == 0
        wires = before if downwards else after
        for layer in layers if downwards else reversed(layers):
            wanted = {name: _mean((across[n] for n in wires.get(name, ())), across[name]) for name in layer}
            layer.sort(key=wanted.__getitem__)
            across.update(_spread(layer, wanted))
    return across


def _spread(layer: list[str], wanted: Mapping[str, float]) -> dict[str, float]:
    """Return places in this order, one pitch apart at least, on average where they are wanted."""
    found: list[float] = []
    for name in layer:
        found.append(max(wanted[name], found[-1] + BRANCH_PITCH) if found else wanted[name])
    shift = sum(wanted.values()) / len(layer) - sum(found) / len(layer)
    return {name: place + shift for name, place in zip(layer, found, strict=True)}


def _fold(
    layers: list[list[str]], across: Mapping[str, float], before: Wires, height: float
) -> dict[str, tuple[float, float]]:
    """Return the places, with the layers folded into columns from left to right."""
    places: dict[str, tuple[float, float]] = {}
    left = 0.0
    for first, last in pairwise(_cuts(layers, before, height)):
        names = [name for layer in layers[first:last] for name in layer]
        lowest = min(across[name] for name in names)
        for row, layer in enumerate(layers[first:last]):
            for name in layer:
                places[name] = (_on_grid(left + across[name] - lowest), float(row * ROW_PITCH))
        left += max(across[name] for name in names) - lowest + CARD_WIDTH + COLUMN_GAP
    return places


def _cuts(layers: list[list[str]], before: Wires, height: float) -> list[int]:
    """Return the ranks at which columns start, and the end: columns of like length, cut where few wires run."""
    most = max(1, int((height - CARD_HEIGHT) // ROW_PITCH) + 1)
    crossing = _crossing(layers, before)
    cuts = [0]
    while len(layers) - cuts[-1] > most:
        rest = len(layers) - cuts[-1]
        columns = -(-rest // most)
        even = cuts[-1] + -(-rest // columns)
        nearby = range(max(even - 2, cuts[-1] + 1), min(even + 2, cuts[-1] + most) + 1)
        cuts.append(min(nearby, key=lambda cut: (crossing[cut], abs(cut - even))))
    return [*cuts, len(layers)]


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
