"""Explain one number of a forward pass: put a trace's numbers into the formula that the layer declares.

Everything is computed in float64 from the layer's inputs and parameters, never from its own output, so that the
comparison with the engine is a real check.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from cnnviz.errors import ExplainError
from cnnviz.explain.explanation import Constant, Explanation, PartValues, Term, place
from cnnviz.explain.trace import Array, Trace
from cnnviz.layers import times
from cnnviz.layers.formula import (
    Block,
    Formula,
    Given,
    Index,
    Maximum,
    Normalise,
    Part,
    Pointwise,
    Softmax,
    WeightedSum,
)


def explain(trace: Trace, node: str, index: Sequence[int]) -> Explanation:
    """Say what the output number of `node` at `index` (without the batch) is made of, for every layer kind.

    Raises ExplainError where the trace has no such node, no such index or no such parameter.
    """
    found = _checked(trace.activation(node), node, index)
    row = trace.graph.summary().row(node)
    layer = trace.graph.node(node).layer
    formula = layer.formula(found, *(row.inputs or ()))
    with np.errstate(
        all="ignore"
    ):  # a network that broke down has infinities; the account then does not close
        account = _account(formula, _Numbers(trace, node, found))
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
        engine=float(trace.activation(node)[found]),
        note=account.note,
    )


def _checked(array: Array, node: str, index: Sequence[int]) -> Index:
    """Return the index as plain integers, or raise ExplainError where it lies outside the array."""
    hint = f"The output of {node} is {times(array.shape)}; indices count from 0."
    try:
        found = tuple(operator.index(entry) for entry in index)
    except TypeError:
        raise ExplainError(f"{index!r} is not an index.", where=node, hint=hint) from None
    if len(found) != array.ndim or any(not 0 <= i < n for i, n in zip(found, array.shape, strict=False)):
        raise ExplainError(f"there is no value at {place(found)}.", where=node, hint=hint)
    return found


@dataclass(frozen=True, eq=False)
class _Numbers:
    """Reads the numbers that a formula names."""

    trace: Trace
    node: str
    index: Index

    def given(self) -> float:
        """Return the number itself, which the sample brought along."""
        return float(self.trace.activation(self.node)[self.index])

    def part(self, block: Block, names: tuple[str, str]) -> PartValues:
        """Return the cells of a block, each multiplied by 1."""
        source = self.trace.graph.inputs(self.node)[block.input].source
        array = self.trace.activation(source)
        shape = tuple(len(cells) for cells in block.ranges)
        values, inside = np.zeros(shape), np.zeros(shape, bool)
        pairs = [_overlap(cells, size) for cells, size in zip(block.ranges, array.shape, strict=True)]
        into = tuple(pair[0] for pair in pairs)
        values[into] = array[tuple(pair[1] for pair in pairs)]
        inside[into] = True
        return PartValues(source, block.ranges, inside, values, np.ones(shape), values, names)

    def parameter(self, name: str, at: Index = ()) -> Array:
        """Return the entries of a parameter at an index, float64."""
        arrays = self.trace.parameters.get(self.node, {})
        if name not in arrays:
            raise ExplainError(f"the trace has no parameter {name!r}.", where=self.node)
        return np.asarray(arrays[name][at], np.float64)


def _overlap(cells: range, size: int) -> tuple[slice, slice]:
    """Return which entries of `cells` lie in an array of a size, and where there; padding is what remains."""
    first = max(0, -(cells.start // cells.step))
    last = min(len(cells), -((cells.start - size) // cells.step))
    count = max(last - first, 0)
    start = cells.start + first * cells.step
    return slice(first, first + count), slice(start, start + count * cells.step, cells.step)


@dataclass(frozen=True, eq=False)
class _Account:
    """The arithmetic of one formula."""

    parts: tuple[PartValues, ...]
    sum: float
    result: float
    offsets: tuple[Term, ...] = ()
    constants: tuple[Constant, ...] = ()
    function: str = ""
    rule: str = ""
    note: str = ""


def _account(formula: Formula, numbers: _Numbers) -> _Account:
    """Put the numbers into a formula."""
    match formula:
        case WeightedSum():
            return _weighted_sum(formula, numbers)
        case Maximum():
            return _maximum(formula, numbers)
        case Pointwise():
            return _pointwise(formula, numbers)
        case Softmax():
            return _softmax(formula, numbers)
        case Normalise():
            return _normalise(formula, numbers)
        case Given():
            value = numbers.given()
            return _Account((), value, value, offsets=(_offset("given", value),))


def _weighted_sum(formula: WeightedSum, numbers: _Numbers) -> _Account:
    parts = tuple(_weighted(part, numbers) for part in formula.parts)
    total = float(sum(part.products.sum() for part in parts))
    if not formula.biases:
        return _Account(parts, total, total)
    bias = float(numbers.parameter(*formula.biases[0]))
    total += bias
    constants, offsets = (Constant("bias", bias),), (_offset("bias", bias),)
    return _Account(parts, total, total, offsets, constants, rule=f"{formula.rule} + bias")


def _weighted(part: Part, numbers: _Numbers) -> PartValues:
    if part.weight:
        cells = numbers.part(part.block, ("input", "weight"))
        return _times(cells, numbers.parameter(part.weight, part.at).reshape(cells.values.shape))
    cells = numbers.part(part.block, ("input", "share" if part.factor != 1 else ""))
    return _times(cells, np.where(cells.inside, part.factor, 0.0))


def _maximum(formula: Maximum, numbers: _Numbers) -> _Account:
    cells = numbers.part(formula.blocks[0], ("input", "gate"))
    rivals = np.where(cells.inside, cells.values, -np.inf)
    winner = np.unravel_index(rivals.argmax(), rivals.shape)
    largest = float(rivals[winner])
    gate = np.zeros(rivals.shape)
    gate[winner] = 1.0
    ties = int((rivals == largest).sum())
    note = f"{ties} cells are equally large; the first one wins." if ties > 1 else ""
    return _Account((_times(cells, gate),), largest, largest, note=note)


def _pointwise(formula: Pointwise, numbers: _Numbers) -> _Account:
    cells = numbers.part(formula.block, ("input", ""))
    x = float(cells.values.sum())
    function = "" if formula.function == "identity" else formula.function
    constants = (Constant("slope", formula.slope),) if function == "leaky_relu" else ()
    result = _FUNCTIONS[formula.function](x, formula.slope)
    return _Account((cells,), x, result, constants=constants, function=function, note=formula.note)


def _softmax(formula: Softmax, numbers: _Numbers) -> _Account:
    cells = numbers.part(formula.block, ("logit", "maximum"))
    largest = float(cells.values.max())
    exponentials = np.exp(cells.values - largest)
    cells = replace(cells, weights=np.full(cells.values.shape, largest), products=exponentials)
    total, own = float(exponentials.sum()), float(exponentials.flat[formula.position])
    constants = (Constant("maximum", largest), Constant("numerator", own))
    return _Account((cells,), total, own / total, constants=constants, function="softmax")


def _normalise(formula: Normalise, numbers: _Numbers) -> _Account:
    at = (formula.channel,)
    mean, variance = (float(numbers.parameter(name, at)) for name in ("running_mean", "running_var"))
    gamma, beta = (
        (float(numbers.parameter(name, at)) for name in ("weight", "bias")) if formula.affine else (1.0, 0.0)
    )
    scale = float(gamma / np.sqrt(variance + formula.epsilon))
    cells = numbers.part(formula.block, ("input", "scale"))
    cells = _times(cells, np.full(cells.values.shape, scale))
    offsets: tuple[Term, ...] = (
        Term(None, None, (("mean", mean), ("scale", -scale)), -mean * scale, "mean"),
    )
    constants: tuple[Constant, ...] = (Constant("mean", mean), Constant("variance", variance))
    constants += (Constant("ε", formula.epsilon),)
    if formula.affine:
        offsets += (_offset("β", beta),)
        constants += (Constant("γ", gamma), Constant("β", beta))
    total = float(cells.products.sum()) + sum(term.product for term in offsets)
    return _Account((cells,), total, total, offsets, constants)


def _times(cells: PartValues, weights: Array) -> PartValues:
    return replace(cells, weights=weights, products=cells.values * weights + 0.0)  # + 0.0: no −0


def _offset(name: str, value: float) -> Term:
    return Term(None, None, ((name, value),), value, name)


def _sigmoid(x: float) -> float:
    """Return 1 / (1 + exp(−x)) without overflow."""
    small = math.exp(-abs(x))
    return 1 / (1 + small) if x >= 0 else small / (1 + small)


_FUNCTIONS: dict[str, Callable[[float, float], float]] = {
    "identity": lambda x, slope: x,
    "relu": lambda x, slope: 0.0 if x <= 0 else x,  # so that what is no number stays none
    "leaky_relu": lambda x, slope: x if x > 0 else slope * x,
    "sigmoid": lambda x, slope: _sigmoid(x),
    "tanh": lambda x, slope: math.tanh(x),
}
