"""Which maps of the pinned image are shown while it learns, and in which range of values."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from cnnviz.events import Array, Watched
from cnnviz.layers import LAYERS
from cnnviz.model.check import Row as Layer
from cnnviz.model.graph import Graph
from cnnviz.model.heads import learned_from
from cnnviz.ui import numbers

MOST_ROWS = 5
LEAD = 1.2
"""Another map is shown when it is this much stronger than the shown one; otherwise rows would hop between two."""


@dataclass(frozen=True, eq=False)
class Row:
    """One layer's map through time: (H, W) arrays by moment, one symmetric range for all."""

    node: str
    detail: str
    group: str
    map: int
    maps: tuple[Array, ...]
    reach: float

    @property
    def look(self) -> tuple[object, ...]:
        """Return what decides how the row's earlier moments are painted."""
        return self.node, self.detail, self.reach


def rows(graph: Graph, moments: Sequence[Watched], before: Sequence[Row] = ()) -> list[Row]:
    """Return the strongest maps of the layers that bend or mix pixels; those of `before` stay while they keep up.

    A network with few such layers shows several maps of each. Answers that are compared with the sample come last, in
    the sample's form.
    """
    answers = _copies(graph)
    layers = [layer for layer in graph.summary().rows if _tells(graph, layer)][: MOST_ROWS - len(answers)]
    layers = [each for each in [*layers, *answers] if all(each.name in moment.maps for moment in moments)]
    count = MOST_ROWS // max(len(layers), 1)
    found = []
    for layer in layers:
        maps = [moment.maps[layer.name].reshape(layer.shape or ()) for moment in moments]
        shown = [row.map for row in before if row.node == layer.name]
        found += [_row(layer, maps, chosen) for chosen in _strongest(maps[-1], shown, count)]
    return found


def _copies(graph: Graph) -> list[Layer]:
    """Return the answers that are compared with a sample of pixels, with the sample's shape."""
    report = graph.summary()
    pairs = [(report.row(head.node), report.row(head.sample)) for head in learned_from(graph) if head.sample]
    return [replace(answer, shape=sample.shape) for answer, sample in pairs if len(sample.shape or ()) == 3]


def _strongest(maps: Array, shown: Sequence[int], count: int) -> list[int]:
    """Return the strongest maps; those that were shown are favoured and keep their places."""
    strengths = np.abs(maps).mean(axis=(1, 2), dtype=np.float64)
    places = [place for place in shown if place < len(strengths)]
    strengths[places] *= LEAD * (1 + 1e-9)
    best: list[int] = np.argsort(-strengths, kind="stable")[:count].tolist()
    kept = [place if place in best else None for place in places[: len(best)]]
    new = iter([place for place in best if place not in kept])
    return [*(next(new) if place is None else place for place in kept), *new]


def _tells(graph: Graph, layer: Layer) -> bool:
    """Say whether a layer's maps are worth a row; where an activation follows a convolution, its maps tell more."""
    if layer.shape is None or len(layer.shape) != 3:
        return False
    group = LAYERS[layer.kind].group
    if group == "Convolution":
        return not any(
            graph.node(edge.target).layer.group == "Activation" for edge in graph.outputs(layer.name)
        )
    return group in ("Activation", "Pooling", "Merge")


def _row(layer: Layer, maps: list[Array], chosen: int) -> Row:
    through_time = tuple(each[chosen] for each in maps)
    reach = rounded_up(max(float(np.abs(each).max()) for each in through_time))
    count, height, width = maps[-1].shape
    detail = f"map {chosen} of {count}\n{height}×{width}\n±{numbers.compact(reach, 3)}"
    return Row(layer.name, detail, LAYERS[layer.kind].group, chosen, through_time, reach)


def rounded_up(reach: float) -> float:
    """Return the next number with two digits, so that a range changes rarely while it grows; 1 for nothing at all."""
    if not reach or not math.isfinite(reach):
        return 1.0
    unit = 10.0 ** (math.floor(math.log10(reach)) - 1)
    return math.ceil(reach / unit - 1e-9) * unit
