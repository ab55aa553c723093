"""What if: changes to try out on a network, its weights and its sample, that leave all three as they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from cnnviz.layers import Layer, MuteChannels, SwapChannels
from cnnviz.model.check import check
from cnnviz.model.graph import Edge, Graph, Node

SUFFIX = "_alt"
"""What the nodes that mute or swap a node's maps are called, behind its name."""
LONGEST = 48
"""How much of a long name stays in front of it."""


class Cell(NamedTuple):
    """One entry of a parameter, such as ("conv1", "weight", (0, 2, 1, 1))."""

    node: str
    array: str
    place: tuple[int, ...]


@dataclass(frozen=True)
class Variation:
    """How the sample is moved (pixels to the right and down), turned (degrees, clockwise) and disturbed.

    `noise` is the standard deviation of what is added to values from 0 to 1.
    """

    dx: int = 0
    dy: int = 0
    degrees: float = 0.0
    noise: float = 0.0

    def __bool__(self) -> bool:
        return self != Variation()

    def words(self) -> tuple[str, ...]:
        """Say what it does, piece by piece: `moved 2 right`."""
        ways = ((self.dx, "right", "left"), (self.dy, "down", "up"))
        moved = [f"{abs(by)} {more if by > 0 else less}" for by, more, less in ways if by]
        found = [f"moved {' and '.join(moved)}"] if moved else []
        found += [f"turned by {self.degrees:g}°".replace("-", "\u2212")] if self.degrees else []
        return (*found, f"noise {self.noise:g}") if self.noise else tuple(found)


@dataclass(frozen=True)
class WhatIf:
    """The changes: entries of parameters with other values, maps muted or swapped by node, and the sample varied.

    Every method returns another one; an entry, map or node that a graph lacks is left out by `fitting`.
    """

    cells: Mapping[Cell, float] = field(default_factory=dict)
    muted: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    swapped: Mapping[str, tuple[tuple[int, int], ...]] = field(default_factory=dict)
    variation: Variation = Variation()

    def __bool__(self) -> bool:
        return self.changes_network or bool(self.variation)

    @property
    def changes_network(self) -> bool:
        """Say whether it is another network that answers, apart from its sample."""
        return bool(self.cells or self.muted or self.swapped)

    # -- edits --------------------------------------------------------------------------------------------------

    def with_cell(self, cell: Cell, value: float) -> WhatIf:
        """Give an entry of a parameter another value."""
        return replace(self, cells={**self.cells, cell: value})

    def without_cell(self, cell: Cell) -> WhatIf:
        """Give an entry its own value again."""
        return replace(self, cells={each: value for each, value in self.cells.items() if each != cell})

    def toggled(self, node: str, channel: int) -> WhatIf:
        """Mute a map of a node, or let it speak again."""
        now = set(self.muted.get(node, ()))
        return self.muting(node, now ^ {channel})

    def muting(self, node: str, channels: set[int] | range) -> WhatIf:
        """Mute exactly these maps of a node."""
        others = {name: muted for name, muted in self.muted.items() if name != node}
        return replace(self, muted={**others, node: tuple(sorted(channels))} if channels else others)

    def solo(self, node: str, channel: int, count: int) -> WhatIf:
        """Mute all `count` maps of a node but one; where that is so already, none."""
        others = set(range(count)) - {channel}
        return self.muting(node, set() if set(self.muted.get(node, ())) == others else others)

    def swapping(self, node: str, first: int, second: int) -> WhatIf:
        """Exchange two maps of a node; where they are exchanged already, put them back."""
        pair, pairs = (min(first, second), max(first, second)), self.swapped.get(node, ())
        kept = tuple(each for each in pairs if each != pair) if pair in pairs else (*pairs, pair)
        others = {name: each for name, each in self.swapped.items() if name != node}
        return replace(self, swapped={**others, node: kept} if kept and first != second else others)

    def varying(self, variation: Variation) -> WhatIf:
        """Move, turn or disturb the sample."""
        return replace(self, variation=variation)

    # -- keeping up with the graph ------------------------------------------------------------------------------

    def renamed(self, names: Mapping[str, str]) -> WhatIf:
        """Follow nodes that have other names now."""
        if not names:
            return self
        return replace(
            self,
            cells={each._replace(node=names.get(each.node, each.node)): v for each, v in self.cells.items()},
            muted={names.get(node, node): each for node, each in self.muted.items()},
            swapped={names.get(node, node): each for node, each in self.swapped.items()},
        )

    def fitting(self, graph: Graph) -> WhatIf:
        """Return what of it can be done to a graph."""
        if not self.changes_network:
            return self
        rows = {row.name: row for row in check(graph).rows}
        sizes = {(row.name, p.name): p.shape for row in rows.values() for p in row.parameters}
        counts = {name: (row.shape or (0,))[0] for name, row in rows.items() if graph.outputs(name)}
        cells = {each: v for each, v in self.cells.items() if _lies_in(each.place, sizes.get(each[:2]))}
        muted = {n: tuple(c for c in each if c < counts.get(n, 0)) for n, each in self.muted.items()}
        swapped = {n: tuple(p for p in each if p[1] < counts.get(n, 0)) for n, each in self.swapped.items()}
        muted, swapped = ({n: each for n, each in found.items() if each} for found in (muted, swapped))  # type: ignore[assignment]
        return replace(self, cells=cells, muted=muted, swapped=swapped)

    # -- what comes of it ---------------------------------------------------------------------------------------

    def graph(self, graph: Graph) -> Graph:
        """Return the graph with nodes that mute and swap maps, each right behind the node whose maps they are."""
        fitting = self.fitting(graph)
        for node in graph:
            pairs = fitting.swapped.get(node.name, ())
            layers: list[Layer] = [SwapChannels(*pair) for pair in pairs]
            if node.name in fitting.muted:
                layers.insert(0, MuteChannels(fitting.muted[node.name]))
            last = node.name
            for layer in layers:
                graph, last = _put_behind(graph, last, layer, f"{node.name[:LONGEST]}{SUFFIX}")
        return graph

    def words(self) -> str:
        """Say what is changed, in one line: `2 weights, map 3 of conv1 muted, input moved 2 right`."""
        count = len(self.cells)
        found = [f"{count} weight{'s' if count > 1 else ''} changed"] if count else []
        found += [_muted_words(node, muted) for node, muted in self.muted.items()]
        found += [
            f"maps {a} and {b} of {node} swapped" for node, each in self.swapped.items() for a, b in each
        ]
        varied = self.variation.words()
        return ", ".join([*found, *([f"input {', '.join(varied)}"] if varied else [])])


def _lies_in(place: tuple[int, ...], shape: tuple[int, ...] | None) -> bool:
    """Say whether an array of a shape has a place."""
    if shape is None or len(shape) != len(place):
        return False
    return all(0 <= at < size for at, size in zip(place, shape, strict=True))


def _muted_words(node: str, channels: tuple[int, ...]) -> str:
    if len(channels) == 1:
        return f"map {channels[0]} of {node} muted"
    few = ", ".join(str(each) for each in channels)
    return f"maps {few} of {node} muted" if len(channels) < 5 else f"{len(channels)} maps of {node} muted"


def _put_behind(graph: Graph, source: str, layer: Layer, name: str) -> tuple[Graph, str]:
    """Return the graph with a layer behind all that a node gives, in the node's group, and the new node's name."""
    name = next(
        each for each in (name, *(f"{name}{n}" for n in range(2, len(graph) + 3))) if each not in graph
    )
    node = graph.node(source)
    x, y = node.position
    edges = [replace(edge, source=name) if edge.source == source else edge for edge in graph.edges]
    at = graph.nodes.index(node) + 1
    nodes = (*graph.nodes[:at], Node(name, layer, (x, y + 40), node.group), *graph.nodes[at:])
    return replace(graph, nodes=nodes, edges=(*edges, Edge(source, name))), name


__all__ = ["SUFFIX", "Cell", "Variation", "WhatIf"]
