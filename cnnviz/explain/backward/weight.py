"""Why does this weight move? ∂L/∂weight as a sum over all outputs that it was used for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from cnnviz.explain.account import offset
from cnnviz.explain.backward.batchnorm import normalised
from cnnviz.explain.backward.gradient import Piece, close, over
from cnnviz.explain.backward.numbers import Numbers
from cnnviz.explain.backward.places import Slot, Target
from cnnviz.explain.backward.readers import Asked, users
from cnnviz.explain.backward.slopes import Slopes, member
from cnnviz.explain.explanation import Explanation, PartValues, place
from cnnviz.explain.forward import checked
from cnnviz.explain.trace import Trace, split
from cnnviz.layers.formula import Index, Normalise


def explain_weight(
    trace: Trace, slopes: Slopes, node: str, parameter: str, index: Sequence[int]
) -> Explanation:
    """Say what ∂L/∂ one entry of a parameter is made of: ∂L/∂output × input, over all positions, channels and times.

    With a batch, the trace's own sample is spelled out; every other one adds its sum. Raises ExplainError where there
    is no such entry, and for running statistics, which do not learn.
    """
    array = slopes.parameter(node, parameter)
    found = checked(array, f"{node}.{parameter}", index)
    return close(
        _pieces(trace, slopes, node, parameter, found),
        node,
        found,
        float(array[found]),
        trace=trace,
        title=f"∂L/∂{node}.{parameter}{place(found)}",
    )


def _pieces(trace: Trace, slopes: Slopes, node: str, parameter: str, index: Index) -> Iterator[Piece]:
    target = Target(Slot(parameter, learned=True), index)
    yield from _of_sample(trace, slopes, node, target)
    for sample in range(slopes.count):
        if sample != slopes.sample:
            pieces = list(_of_sample(*member(trace, slopes, sample), node, target))
            added = sum(float(piece.part.products.sum()) for piece in pieces if piece.part is not None)
            stray = sum(piece.stray for piece in pieces)
            yield Piece(offsets=(offset(f"sample {sample + 1}", added),), stray=stray)


def _of_sample(trace: Trace, slopes: Slopes, node: str, target: Target) -> Iterator[Piece]:
    """Yield the parts of one sample: one per array of the layer that uses the parameter."""
    numbers = Numbers(trace, node)
    for array in (node, *trace.internals(node)):
        if array not in slopes.gradients:
            continue
        asked = Asked(trace.graph.node(node).layer, split(array)[1], trace.arriving(node))
        for box in users(asked, target.slot, target.index):
            piece = over(asked, numbers, slopes.gradient(array), array, box, target)
            first = asked.formula(tuple(cells[0] for cells in box))
            if isinstance(first, Normalise) and slopes.batch is not None and target.slot.key == "weight":
                assert piece.part is not None
                piece = replace(piece, part=_with_batch_statistics(piece.part, first, numbers, slopes, array))
            yield piece


def _with_batch_statistics(
    part: PartValues, formula: Normalise, numbers: Numbers, slopes: Slopes, array: str
) -> PartValues:
    """Return the outputs of a channel with the input normalised by the batch, as γ met it."""
    weights = normalised(formula, numbers, slopes, array)[0][slopes.sample].reshape(part.values.shape)
    return PartValues(
        part.node, part.ranges, part.inside, part.values, weights, part.values * weights + 0.0, part.names
    )
