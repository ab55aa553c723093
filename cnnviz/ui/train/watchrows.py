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
from cnnviz.ui.train.pictures import chosen_slices, folded

MOST_ROWS = 5
KERNELS = -1
"""The number of the row that shows no map, but the kernels themselves."""
SLICES = 4
"""Of a map with three axes at most so many slices are shown, in two lines."""
ROOM, LEAST = 1.1, 0.6
"""A range that is left grows by a little more than it must, and shrinks when values fill less than this share of it:
every change has the earlier moments painted anew."""
LEAD = 1.2
"""Another map is shown when it is this much stronger than the shown one; otherwise rows would hop between two."""


@dataclass(frozen=True, eq=False)
class Row:
    """One layer's map, or its kernels, through time: (H, W) arrays by moment, one symmetric range for all."""

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
    found, answers = _kernels(graph, moments, before), _copies(graph)
    room = MOST_ROWS - len(found)
    telling = [layer for layer in graph.summary().rows if _tells(graph, layer)]
    if not telling and not answers:  # a network of dense layers alone
        telling = [layer for layer in graph.summary().rows if LAYERS[layer.kind].group == "Activation"]
    layers = telling[: room - len(answers)]
    layers = [each for each in [*layers, *answers] if all(each.name in moment.maps for moment in moments)]
    count = room // max(len(layers), 1)
    for layer in layers:
        maps = [moment.maps[layer.name].reshape(layer.shape or ()) for moment in moments]
        reaches = {row.map: row.reach for row in before if row.node == layer.name and row.map >= 0}
        chosen = _strongest(maps[-1], list(reaches), count)
        found += [_row(layer, maps, each, reaches.get(each, 0.0)) for each in chosen]
    return found


def _kernels(graph: Graph, moments: Sequence[Watched], before: Sequence[Row]) -> list[Row]:
    """Return the first kernels of the first layer that has any, if every moment tells them."""
    names = [name for name in moments[-1].kernels if all(name in each.kernels for each in moments)]
    if not names:
        return []
    (name,) = names[:1]
    kernels = [each.kernels[name] for each in moments]
    old = next((row.reach for row in before if row.node == name and row.map == KERNELS), 0.0)
    reach = fitting(max(float(np.abs(each).max()) for each in kernels), old)
    size = "×".join(map(str, kernels[0].shape[2:]))
    detail = f"{len(kernels[0])} kernels\nof {size}\n±{numbers.compact(reach, 3)}"
    group = graph.node(name).layer.group
    return [Row(name, detail, group, KERNELS, tuple(mosaic(each) for each in kernels), reach)]


def _copies(graph: Graph) -> list[Layer]:
    """Return the answers that are compared with a sample of pixels, with the sample's shape."""
    report = graph.summary()
    pairs = [(report.row(head.node), report.row(head.sample)) for head in learned_from(graph) if head.sample]
    return [replace(answer, shape=sample.shape) for answer, sample in pairs if len(sample.shape or ()) > 1]


def _strongest(maps: Array, shown: Sequence[int], count: int) -> list[int]:
    """Return the strongest maps; those that were shown are favoured and keep their places."""
    if maps.ndim < 3:  # a sequence, or a row of numbers, is one picture
        return [0]
    strengths = np.abs(maps).mean(axis=tuple(range(1, maps.ndim)), dtype=np.float64)
    places = [place for place in shown if place < len(strengths)]
    strengths[places] *= LEAD * (1 + 1e-9)
    best: list[int] = np.argsort(-strengths, kind="stable")[:count].tolist()
    kept = [place if place in best else None for place in places[: len(best)]]
    new = iter([place for place in best if place not in kept])
    return [*(next(new) if place is None else place for place in kept), *new]


def _tells(graph: Graph, layer: Layer) -> bool:
    """Say whether a layer's maps are worth a row; where an activation follows a convolution, its maps tell more."""
    if layer.shape is None or len(layer.shape) < 2:
        return False
    group = LAYERS[layer.kind].group
    if group == "Convolution":
        return not any(
            graph.node(edge.target).layer.group == "Activation" for edge in graph.outputs(layer.name)
        )
    return group in ("Activation", "Pooling", "Merge", "Recurrent")


def _row(layer: Layer, maps: list[Array], chosen: int, before: float) -> Row:
    """Return a row of a layer's maps; its range is that of `before` (0: there was none) while the values fit."""
    through_time = tuple(picture_of(each, chosen) for each in maps)
    reach = fitting(max(float(np.abs(each).max()) for each in through_time), before)
    detail = f"{_what(maps[-1].shape, chosen)}\n±{numbers.compact(reach, 3)}"
    return Row(layer.name, detail, LAYERS[layer.kind].group, chosen, through_time, reach)


def picture_of(values: Array, chosen: int) -> Array:
    """Return what is shown of a layer as (H, W): one map, slices of it side by side, a sequence, or a row folded."""
    if values.ndim == 1:
        return folded(values)
    if values.ndim == 2:
        return values
    found: Array = values[chosen]
    if found.ndim == 2:
        return found
    slices = found[chosen_slices(len(found), SLICES)]
    lines = [np.concatenate(list(slices[at : at + 2]), axis=1) for at in range(0, len(slices) - 1, 2)]
    return np.concatenate(lines, axis=0) if lines else slices[0]


def mosaic(kernels: Array) -> Array:
    """Return kernels (out, in, …) as one picture (H, W), means over their inputs; of deep ones the middle slice."""
    means = kernels.mean(axis=1)
    while means.ndim > 3:
        means = means[:, means.shape[1] // 2]
    if means.ndim == 2:  # of one axis: a line each
        return means
    count, height, width = means.shape
    across = math.ceil(math.sqrt(count))
    found = np.zeros((-(-count // across) * (height + 1) - 1, across * (width + 1) - 1), means.dtype)
    for at, kernel in enumerate(means):
        top, left = at // across * (height + 1), at % across * (width + 1)
        found[top : top + height, left : left + width] = kernel
    return found


def _what(shape: tuple[int, ...], chosen: int) -> str:
    """Say in two short lines which part of a layer is shown."""
    if len(shape) == 1:
        return f"{shape[0]} values\nfolded"
    if len(shape) == 2:
        return f"{shape[0]} channels\n{shape[1]} steps"
    if len(shape) == 3:
        return f"map {chosen} of {shape[0]}\n{shape[1]}×{shape[2]}"
    count = len(chosen_slices(shape[1], SLICES))
    return f"map {chosen} of {shape[0]}\n{count} of {shape[1]} slices"


def fitting(largest: float, before: float) -> float:
    """Return the range for values up to `largest`: the one before, if they fit and fill it."""
    if before and LEAST * before <= largest <= before:
        return before
    return rounded_up(largest * ROOM if before else largest)


def rounded_up(reach: float) -> float:
    """Return the next number with two digits, so that a range changes rarely while it grows; 1 for nothing at all."""
    if not reach or not math.isfinite(reach):
        return 1.0
    unit = 10.0 ** (math.floor(math.log10(reach)) - 1)
    return math.ceil(reach / unit - 1e-9) * unit
