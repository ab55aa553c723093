"""What a value sees: the box of cells on every earlier layer that it depends on."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from typing import TypeVar

from cnnviz.explain.trace import split
from cnnviz.layers import Layer, Shape
from cnnviz.layers.base import Box
from cnnviz.layers.formula import Formula, Index, Sampled, blocks
from cnnviz.model.graph import Graph

_Slot = TypeVar("_Slot", int, tuple[str, int])


def sources(graph: Graph, node: str, index: Index) -> dict[str, Box]:
    """Return the box of cells that a value is directly made from, per node before it.

    `node` may be an array inside a node (`lstm1.i`); arrays inside are walked through to what arrives at the node.
    """
    name, inside = split(node)
    return _step(graph, name, {inside: tuple((i, i + 1) for i in index)})


def receptive_field(graph: Graph, node: str, index: Index) -> dict[str, Box]:
    """Return the box of cells that a value depends on, for every node it depends on (itself not included).

    A box bounds the cells: a dilated window also has cells in its box that it skips.
    """
    start, inside = split(node)
    found: dict[str, Box] = {start: tuple((i, i + 1) for i in index)}
    for row in reversed(graph.summary().rows):
        if row.name in found:
            asked = inside if row.name == start else ""
            for name, box in _step(graph, row.name, {asked: found[row.name]}).items():
                found[name] = _union(found[name], box) if name in found else box
    del found[start]
    return found


def _step(graph: Graph, node: str, asked: Mapping[str, Box]) -> dict[str, Box]:
    """Return the boxes on the inputs of a node that a box of its output, or of an array inside, is made from."""
    layer, wires, shapes = graph.node(node).layer, graph.inputs(node), graph.summary().row(node).inputs or ()
    found: dict[str, Box] = {}
    for port, box in _read_by(layer, shapes, asked).items():
        name = wires[port].source
        found[name] = _union(found[name], box) if name in found else box
    return found


def _read_by(layer: Layer, shapes: tuple[Shape, ...], asked: Mapping[str, Box]) -> dict[int, Box]:
    """Return the box that is read at each port, following the arrays inside the layer until nothing new is read.

    A recurrent layer goes one time step back with every round. Boxes are kept per step, and later steps go first: all
    that read a step are then known when it is asked.
    """
    inside = layer.internals(*shapes)
    everything = {port: tuple((0, n) for n in shape) for port, shape in enumerate(shapes)}
    ports: dict[int, Box] = {}
    known: dict[tuple[str, int], Box] = {}
    pending = {(name, _step_of(box)): box for name, box in asked.items()}
    while pending and ports != everything:
        name, step = max(pending, key=lambda key: key[1])
        box = pending.pop((name, step))
        told = layer.reach(box, *shapes)
        if told is not None:
            return told
        for index in _both_ends_first(_inner_corners(box) if name else layer.telling_cells(box, *shapes)):
            formula = layer.internal_formula(name, index, *shapes) if name else layer.formula(index, *shapes)
            for slot, span in _spans(formula, shapes):
                if isinstance(slot, int):
                    _widen(ports, slot, _clipped(span, shapes[slot]))
                    if ports == everything:
                        return ports
                    continue
                clipped, key = _clipped(span, inside[slot]), (slot, _step_of(span))
                if clipped is not None and (key not in known or _union(known[key], clipped) != known[key]):
                    _widen(known, key, clipped)
                    pending[key] = known[key]
    return ports


def _step_of(box: Box) -> int:
    """Return the place of a box along the second dimension: the time, in arrays that have one."""
    return box[1][0] if len(box) > 1 else 0


def _spans(formula: Formula, shapes: tuple[Shape, ...]) -> Iterator[tuple[int | str, Box]]:
    """Yield the slot and the bounds of every block that a formula reads."""
    if isinstance(formula, Sampled):  # where the pixels lie, the values of theta decide
        channel = formula.place[0]
        yield formula.image, ((channel, channel + 1), *((0, n) for n in shapes[formula.image][1:]))
        yield formula.theta, tuple((0, n) for n in shapes[formula.theta])
    for block in blocks(formula):
        if all(block.ranges):
            yield (
                block.input,
                tuple((min(r[0], r[-1]), max(r[0], r[-1]) + 1) for r in block.ranges),
            )


def _inner_corners(box: Box) -> Iterator[Index]:
    """Yield the corners of a box: unlike channels, the arrays inside a layer don't jump."""
    return itertools.product(*({first, end - 1} for first, end in box))


def _both_ends_first(cells: Iterator[Index]) -> Iterator[Index]:
    """Yield the first and the last cell before all others: often, they see everything between them."""
    first, *others = cells
    yield first
    yield from reversed(others)


def _widen(boxes: dict[_Slot, Box], slot: _Slot, box: Box | None) -> None:
    """Let the box of a slot cover another one too."""
    if box is not None:
        boxes[slot] = _union(boxes[slot], box) if slot in boxes else box


def _clipped(box: Box, shape: tuple[int, ...]) -> Box | None:
    """Return the cells of a box that are no padding, or None where all are."""
    inside = tuple((max(first, 0), min(end, n)) for (first, end), n in zip(box, shape, strict=True))
    return None if any(first >= end for first, end in inside) else inside


def _union(one: Box, other: Box) -> Box:
    return tuple((min(a[0], b[0]), max(a[1], b[1])) for a, b in zip(one, other, strict=True))
