"""Explain one number of a forward pass: put a trace's numbers into the formula that the layer declares.

Everything is computed in float64 from the layer's inputs and parameters, never from its own output, so that the
comparison with the engine is a real check.
"""

from __future__ import annotations

import operator
from collections.abc import Sequence

import numpy as np

from cnnviz.errors import ExplainError
from cnnviz.explain import curves, norms, sums
from cnnviz.explain.account import Account
from cnnviz.explain.cells import Cells
from cnnviz.explain.explanation import Explanation, place
from cnnviz.explain.sampling import sampled
from cnnviz.explain.trace import Array, Trace, split
from cnnviz.layers import times
from cnnviz.layers.formula import (
    Formula,
    Given,
    Index,
    Largest,
    Lookup,
    Maximum,
    Normalise,
    Pointwise,
    PowerSum,
    Product,
    ResponseNorm,
    Sampled,
    Softmax,
    Squash,
    Standardise,
    WeightedSum,
)


def explain(trace: Trace, node: str, index: Sequence[int]) -> Explanation:
    """Say what the number of `node` at `index` (without the batch) is made of, for every layer kind.

    `node` may also be an array inside a node, such as `lstm1.i`. Raises ExplainError where the trace has no such array,
    no such index or no such parameter.
    """
    array = trace.activation(node)
    found = checked(array, node, index)
    name, formula = split(node)[0], formula_of(trace, node, found)
    layer = trace.graph.node(name).layer
    # a network that broke down has infinities; the account then does not close
    with np.errstate(all="ignore"):
        account = _account(formula, Cells(trace, name, node, found))
    return Explanation(
        node=node,
        index=found,
        kind=layer.kind,
        title=f"{layer.title} · {node}{place(found)}",
        rule=account.rule or formula.rule,
        parts=account.parts,
        offsets=account.offsets,
        constants=account.constants,
        sum=account.sum,
        function=account.function,
        result=account.result,
        engine=float(array[found]),
        tolerance=account.tolerance,
        formula=formula,
        note=account.note,
    )


def formula_of(trace: Trace, node: str, index: Index) -> Formula:
    """Return how the number of an array (a node, or `lstm1.i`) at an index is made, without computing it."""
    name, inside = split(node)
    layer, shapes = trace.graph.node(name).layer, trace.arriving(name)
    return layer.internal_formula(inside, index, *shapes) if inside else layer.formula(index, *shapes)


def checked(array: Array, node: str, index: Sequence[int]) -> Index:
    """Return the index as plain integers, or raise ExplainError where it lies outside the array."""
    hint = f"The output of {node} is {times(array.shape)}; indices count from 0."
    try:
        found = tuple(operator.index(entry) for entry in index)
    except TypeError:
        raise ExplainError(f"{index!r} is not an index.", where=node, hint=hint) from None
    if len(found) != array.ndim or any(not 0 <= i < n for i, n in zip(found, array.shape, strict=False)):
        raise ExplainError(f"there is no value at {place(found)}.", where=node, hint=hint)
    return found


def _account(formula: Formula, cells: Cells) -> Account:  # noqa: C901, PLR0911, PLR0912
    """Put the numbers into a formula; a match, in which mypy misses every formula that nobody computes."""
    match formula:
        case WeightedSum():
            return sums.weighted_sum(formula, cells)
        case Product():
            return sums.product(formula, cells)
        case Maximum():
            return sums.maximum(formula, cells)
        case Largest():
            return sums.largest(formula, cells)
        case Lookup():
            return sums.lookup(formula, cells)
        case Given():
            return sums.given(formula, cells)
        case Pointwise():
            return curves.pointwise(formula, cells)
        case Softmax():
            return curves.softmax(formula, cells)
        case PowerSum():
            return curves.power_sum(formula, cells)
        case Squash():
            return curves.squash(formula, cells)
        case Normalise():
            return norms.normalise(formula, cells)
        case Standardise():
            return norms.standardise(formula, cells)
        case ResponseNorm():
            return norms.response_norm(formula, cells)
        case Sampled():
            return sampled(formula, cells)
