"""The arithmetic of a tidy layout: boxes in layers, each behind all that feed it, folded into columns like a newspaper.

A box lies `across` and `along` the flow, in scene pixels: x and y where it runs down, y and x where it runs to the
right. The order within a layer follows Sugiyama, Tagawa and Toda (1981): each box goes to the mean place of its
neighbours.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

GRID = 16
SWEEPS = 4
LANE = 24.0
"""Width of the way that is kept free for a wire that passes by other boxes."""
FARTHEST = 8
"""Layers that a wire may pass by in a lane of its own; one that runs farther finds its own way."""

Pair = tuple[float, float]
"""Across and along."""
Wires = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Gaps:
    """Free pixels between boxes side by side, between layers, and between the folded columns."""

    beside: float
    behind: float
    column: float


@dataclass(frozen=True)
class Arrangement:
    """Where each box starts, counted from the first corner, and how much room all of them take."""

    places: Mapping[str, Pair]
    size: Pair


def arrange(
    sizes: Mapping[str, Pair], wires: Iterable[tuple[str, str]], gaps: Gaps, limit: float
) -> Arrangement:
    """Return places for boxes of these sizes; a column longer than `limit` is folded where few wires run."""
    if not sizes:
        return Arrangement({}, (0.0, 0.0))
    before, after = _neighbours(wires)
    layers = _layers(tuple(sizes), before, after)
    depths = [_on_grid_up(max(sizes[name][1] for name in layer) + gaps.behind) for layer in layers]
    cuts = _cuts(depths, _crossing(layers, before), limit + gaps.behind)
    return _fold(layers, cuts, _centres(layers, sizes, before, gaps), sizes, depths, gaps)


def _neighbours(wires: Iterable[tuple[str, str]]) -> tuple[Wires, Wires]:
    before, after = defaultdict[str, list[str]](list), defaultdict[str, list[str]](list)
    for source, target in dict.fromkeys(wires):
        before[target].append(source)
        after[source].append(target)
    return before, after


def _layers(names: Sequence[str], before: Wires, after: Wires) -> list[list[str]]:
    """Return the boxes by rank: each behind all that feed it, and no farther than that."""
    waiting = {name: len(before.get(name, ())) for name in names}
    ready = deque(name for name in names if not waiting[name])
    rest = deque(names)
    rank: dict[str, int] = {}
    while ready or rest:
        # with nothing ready there is a circle of wires: it is entered at the first box that is left
        name = ready.popleft() if ready else rest.popleft()
        if name in rank:
            continue
        rank[name] = 1 + max((rank.get(each, -1) for each in before.get(name, ())), default=-1)
        for each in after.get(name, ()):
            waiting[each] -= 1
            if waiting[each] == 0:
                ready.append(each)
    layers: list[list[str]] = [[] for _ in range(max(rank.values()) + 1)]
    for name, number in rank.items():
        layers[number].append(name)
    return layers


def _centres(
    layers: Sequence[Sequence[str]], sizes: Mapping[str, Pair], before: Wires, gaps: Gaps
) -> dict[str, float]:
    """Return the middle of each box across the flow: near the boxes it is wired to, and beside those of its layer."""
    rows, before, after = _with_lanes(layers, before)
    centres: dict[str, float] = {}
    for row in rows:
        centres.update(_spread(row, dict.fromkeys(row, 0.0), sizes, gaps))
    for sweep in range(SWEEPS):
        forwards = sweep % 2 == 0
        wires = before if forwards else after
        for row in rows if forwards else reversed(rows):
            wanted = {name: _wanted(name, wires.get(name, ()), centres, sizes) for name in row}
            row.sort(key=wanted.__getitem__)
            centres.update(_spread(row, wanted, sizes, gaps))
    return centres


def _with_lanes(layers: Sequence[Sequence[str]], before: Wires) -> tuple[list[list[str]], Wires, Wires]:
    """Return the layers with a lane in each that a wire passes by, and what lies before and after boxes and lanes."""
    rank = {name: number for number, layer in enumerate(layers) for name in layer}
    rows = [list(layer) for layer in layers]
    pairs: list[tuple[str, str]] = []
    for target, sources in before.items():
        for source in sources:
            passed = range(rank[source] + 1, rank[target])
            lanes = [f"{source} > {target} {row}" for row in passed] if len(passed) <= FARTHEST else []
            for row, lane in zip(passed, lanes, strict=False):
                rows[row].append(lane)
            pairs += pairwise((source, *lanes, target))
    return rows, *_neighbours(pairs)


def _wanted(name: str, near: Sequence[str], centres: Mapping[str, float], sizes: Mapping[str, Pair]) -> float:
    """Return the mean place of the neighbours; a box with lanes beside it follows its only box."""
    boxes = [each for each in near if each in sizes]
    return _mean([centres[each] for each in (boxes if len(boxes) == 1 else near)], centres[name])


def _spread(
    row: Sequence[str], wanted: Mapping[str, float], sizes: Mapping[str, Pair], gaps: Gaps
) -> dict[str, float]:
    """Return places in this order, without overlaps; boxes lie on average where they are wanted."""
    widths = [sizes[name][0] if name in sizes else LANE for name in row]
    found = [wanted[row[0]]]
    for place in range(1, len(row)):
        pitch = (widths[place - 1] + widths[place]) / 2 + gaps.beside
        found.append(max(wanted[row[place]], found[-1] + pitch))
    boxes = [(wanted[name], at) for name, at in zip(row, found, strict=True) if name in sizes]
    shift = sum(wish - at for wish, at in boxes) / len(boxes)
    return {name: at + shift for name, at in zip(row, found, strict=True)}


def _fold(
    layers: Sequence[list[str]],
    cuts: Sequence[int],
    centres: Mapping[str, float],
    sizes: Mapping[str, Pair],
    depths: Sequence[float],
    gaps: Gaps,
) -> Arrangement:
    """Return the places, with the layers folded into columns side by side."""
    places: dict[str, Pair] = {}
    start, longest = 0.0, 0.0
    for first, last in pairwise(cuts):
        names = [name for layer in layers[first:last] for name in layer]
        lowest = min(centres[name] - sizes[name][0] / 2 for name in names)
        along = 0.0
        for layer, depth in zip(layers[first:last], depths[first:last], strict=True):
            for name in layer:
                across = centres[name] - sizes[name][0] / 2 - lowest
                places[name] = (_on_grid(start + across), along)
            along += depth
        longest = max(longest, *(places[name][1] + sizes[name][1] for name in names))
        end = max(places[name][0] + sizes[name][0] for name in names)
        start = _on_grid_up(end + gaps.column)
    return Arrangement(places, (end, longest))


def _cuts(depths: Sequence[float], crossing: Sequence[int], limit: float) -> list[int]:
    """Return the ranks at which columns start, and the end: columns of like length, cut where few wires run."""
    ends = [0.0]
    for depth in depths:
        ends.append(ends[-1] + depth)
    cuts = [0]
    while ends[-1] - ends[cuts[-1]] > limit:
        start = cuts[-1]
        share = _share(ends[-1] - ends[start], limit)
        farthest = max(bisect_right(ends, ends[start] + limit) - 1, start + 1)
        wanted = ends[start] + share
        even = min(range(start + 1, farthest + 1), key=lambda cut: abs(ends[cut] - wanted))
        nearby = range(max(even - 2, start + 1), min(even + 2, farthest) + 1)
        cuts.append(min(nearby, key=lambda cut: (crossing[cut], abs(ends[cut] - wanted))))
    return [*cuts, len(depths)] if cuts[-1] < len(depths) else cuts


def _share(rest: float, limit: float) -> float:
    """Return how long each of the columns is that the rest needs."""
    return rest / -(-rest // limit)


def _crossing(layers: Sequence[Sequence[str]], before: Wires) -> list[int]:
    """Return how many wires run from before each rank to it or farther."""
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


def _mean(values: Sequence[float], otherwise: float) -> float:
    return sum(values) / len(values) if values else otherwise


def _on_grid(value: float) -> float:
    return float(round(value / GRID) * GRID)


def _on_grid_up(value: float) -> float:
    return float(-(-value // GRID) * GRID)
