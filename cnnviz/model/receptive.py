"""How much of the input one value of each layer sees, and how far its neighbour's field lies from it.

The rules compose layer by layer (Araujo, Norris and Sim, "Computing receptive fields of convolutional neural
networks", Distill 2019): size r' = r + (k − 1)·j, step j' = j·s, first cell a' = a + f·j, where k, s and f (minus the
padding) are the window, stride and first cell of the layer. They are read off the formulas that layers declare, so that
every kind has them that keeps its dimensions.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from cnnviz.layers import Layer, Shape
from cnnviz.layers.formula import Block, Sampled, blocks
from cnnviz.model.check import check
from cnnviz.model.graph import Graph


@dataclass(frozen=True)
class Reach:
    """Along one dimension of the input, in cells: the field of value 0 begins at `first` and is `size` wide.

    Neighbouring values' fields lie `step` apart: a fraction behind layers that enlarge.
    """

    size: int
    step: float
    first: float


Field = tuple[Reach, ...]
"""One Reach per dimension beside the channels."""


def fields(graph: Graph) -> dict[str, Field | None]:
    """Return the receptive field of every node; None where a value sees the whole input, or no single box of it."""
    found: dict[str, Field | None] = {}
    for row in check(graph).rows:
        if row.shape is None or row.inputs is None:
            found[row.name] = None
        elif not row.inputs:
            found[row.name] = tuple(Reach(1, 1.0, 0.0) for _ in row.shape[1:])
        else:
            before = [found.get(edge.source) for edge in graph.inputs(row.name)]
            found[row.name] = _behind(graph.node(row.name).layer, row.inputs, row.shape, before)
    return found


def _behind(
    layer: Layer, inputs: tuple[Shape, ...], shape: Shape, before: list[Field | None]
) -> Field | None:
    """Return the field behind a layer; None where it changes the dimensions, or its inputs see different steps."""
    windows = _windows(layer, inputs, shape)
    if windows is None:
        return None
    joined: Field | None = None
    for port, window in windows.items():
        field = before[port]
        if field is None or len(field) != len(window):
            return None
        grown = tuple(_grown(reach, own) for reach, own in zip(field, window, strict=True))
        joined = grown if joined is None else _joined(joined, grown)
        if joined is None:
            return None
    return joined


def _grown(reach: Reach, window: Reach) -> Reach:
    return Reach(
        round(reach.size + (window.size - 1) * reach.step),
        reach.step * window.step,
        reach.first + window.first * reach.step,
    )


def _joined(one: Field, other: Field) -> Field | None:
    if any(a.step != b.step for a, b in zip(one, other, strict=True)):
        return None
    found = []
    for a, b in zip(one, other, strict=True):
        first = min(a.first, b.first)
        found.append(Reach(round(max(a.first + a.size, b.first + b.size) - first), a.step, first))
    return tuple(found)


@lru_cache(maxsize=1 << 12)
def _windows(layer: Layer, inputs: tuple[Shape, ...], shape: Shape) -> dict[int, Field] | None:
    """Return what one value of a layer reads, per port; None where that is no window that slides along."""
    if len(shape) < 2 or any(len(each) != len(shape) for each in inputs) or layer.internals(*inputs):
        return None
    start = _read(layer, (0,) * len(shape), inputs)
    end = _read(layer, (0, *(n - 1 for n in shape[1:])), inputs)
    if start is None or end is None or set(start) != set(end):
        return None
    found = {}
    for port, (low, high) in ((port, (start[port], end[port])) for port in start):
        reaches = []
        for axis, places in enumerate(shape[1:]):
            (first, stop), (last, far) = low[axis], high[axis]
            step = (last - first) / (places - 1) if places > 1 else 1.0
            reaches.append(Reach(max(stop - first, far - last), step, float(first)))
        found[port] = tuple(reaches)
    return found


def _read(
    layer: Layer, index: tuple[int, ...], inputs: tuple[Shape, ...]
) -> dict[int, list[tuple[int, int]]] | None:
    """Return first and end of what a value reads along each dimension beside the channels, per port."""
    formula = layer.formula(index, *inputs)
    if isinstance(formula, Sampled):
        return None
    found: dict[int, list[tuple[int, int]]] = {}
    for port, spans in _spans(blocks(formula)):
        known = found.get(port, spans)
        found[port] = [(min(a[0], b[0]), max(a[1], b[1])) for a, b in zip(known, spans, strict=True)]
    return found


def _spans(read: tuple[Block, ...]) -> Iterator[tuple[int, list[tuple[int, int]]]]:
    for block in read:
        if isinstance(block.input, int) and all(block.ranges):
            yield block.input, [(min(r[0], r[-1]), max(r[0], r[-1]) + 1) for r in block.ranges[1:]]
