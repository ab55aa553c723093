"""Which frames a value of a video, or which steps of a sequence, is made from: whether a network looks ahead.

Time is the second dimension, as in (channels, time, H, W) and (features, time). Read off what layers declare, in the
middle of the time, where no padding cuts a window.
"""

from __future__ import annotations

from functools import lru_cache

from cnnviz.layers import Layer, Shape
from cnnviz.layers.formula import Sampled, blocks
from cnnviz.model.check import check
from cnnviz.model.graph import Graph

Span = tuple[int, int]
"""The first step and the last one, counted from the step's own: (−1, 1) sees both neighbours."""


@lru_cache(maxsize=16)
def look_ahead(graph: Graph) -> dict[str, int | None]:
    """Return by node how many steps after its own a value sees; None where steps can't be told apart any more.

    A same-padded convolution over three steps sees one step that has not happened yet; a memory sees none.
    """
    found: dict[str, int | None] = {}
    for row in check(graph).rows:
        spans = frames_read(graph.node(row.name).layer, row.inputs or (), row.shape or ())
        before = [found.get(edge.source) for edge in graph.inputs(row.name)]
        if not before:
            found[row.name] = 0 if len(row.shape or ()) > 1 else None
        elif spans is None or any(before[port] is None for port in spans):
            found[row.name] = None
        else:
            found[row.name] = max(ahead + (before[port] or 0) for port, (_, ahead) in spans.items())
    return found


def first_ahead(graph: Graph, node: str) -> str:
    """Return the first layer up to a node that sees a later step than its own; empty where none does."""
    found = look_ahead(graph)
    if not found.get(node):
        return ""
    return next((name for name, ahead in found.items() if ahead), "")


def frames_read(layer: Layer, inputs: tuple[Shape, ...], shape: Shape) -> dict[int, Span] | None:
    """Return by port the span of steps that one step of a layer reads; None where it does not keep the steps."""
    if not inputs or len(shape) < 2 or any(len(each) < 2 or each[1] != shape[1] for each in inputs):
        return None
    index = (0, *(entry // 2 for entry in shape[1:]))
    told = layer.reach(tuple((at, at + 1) for at in index), *inputs)
    if told is not None:
        return {port: (box[1][0] - index[1], box[1][1] - 1 - index[1]) for port, box in told.items()}
    formula = layer.formula(index, *inputs)
    if isinstance(formula, Sampled):
        return None
    found: dict[int, Span] = {}
    for block in blocks(formula):
        if not isinstance(block.input, int) or len(block.ranges) < 2:
            return None
        steps = [step - index[1] for step in block.ranges[1]]
        first, last = found.get(block.input, (steps[0], steps[0]))
        found[block.input] = min(first, *steps), max(last, *steps)
    return found or None
