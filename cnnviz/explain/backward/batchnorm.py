"""Batch norm's gradient while training: a value's own path, through the batch's mean, and through its variance."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from cnnviz.explain.backward.numbers import Numbers
from cnnviz.explain.backward.places import Target
from cnnviz.explain.backward.slopes import Slopes
from cnnviz.explain.explanation import PartValues, Term
from cnnviz.explain.trace import Array, Trace
from cnnviz.layers.formula import Normalise


def through_statistics(
    formula: Normalise, numbers: Numbers, slopes: Slopes, array: str, target: Target
) -> tuple[PartValues, tuple[Term, ...]]:
    """Return the three summands of γ/σ · (gᵢ − mean(g) − x̂ᵢ · mean(x̂ · g)), g being ∂L/∂y over the whole batch.

    Mean and variance are those of the channel over all samples and places, so that every output has a say.
    """
    x, g = _channel(formula, numbers, slopes, array)
    deviation = float(np.sqrt(x.var() + formula.epsilon))
    gamma = numbers.number(("weight", (formula.channel,))) if formula.affine else 1.0
    scale = gamma / deviation
    index = target.index
    value = float(numbers.source(int(target.slot.key))[index])
    own = (value - x.mean()) / deviation
    along = float((g * (x - x.mean())).mean() / deviation)
    gradient = float(slopes.gradient(array)[index])
    ones = np.ones((1,) * len(index))
    part = PartValues(
        array, tuple(range(i, i + 1) for i in index), ones.astype(bool), gradient * ones, scale * ones,
        gradient * scale * ones, ("∂L/∂output", "γ/σ" if formula.affine else "1/σ"),
    )  # fmt: skip
    mean = float(g.mean())
    return part, (
        Term(None, None, (("mean of ∂L/∂y", mean), ("−γ/σ", -scale)), -scale * mean, "through the mean"),
        Term(
            None, None, (("mean of x̂ · ∂L/∂y", along), ("−γ/σ · x̂", -scale * own)), -scale * own * along,
            "through the variance",
        ),
    )  # fmt: skip


def normalised(formula: Normalise, numbers: Numbers, slopes: Slopes, array: str) -> tuple[Array, Array]:
    """Return x̂ and ∂L/∂y of a channel over the batch, both (N, …): what γ and β learn from."""
    x, g = _channel(formula, numbers, slopes, array)
    return (x - x.mean()) / np.sqrt(x.var() + formula.epsilon), g


def with_batch_statistics(trace: Trace, slopes: Slopes) -> Trace:
    """Return the trace with the batch's means and variances in place of the running ones: those it was made with."""
    if slopes.batch is None:
        return trace
    parameters = dict(trace.parameters)
    for node, arrays in trace.parameters.items():
        if "running_mean" in arrays:
            x = slopes.batch.values[trace.graph.inputs(node)[0].source].astype(np.float64)
            axes = (0, *range(2, x.ndim))
            found = {"running_mean": x.mean(axis=axes), "running_var": x.var(axis=axes)}
            parameters[node] = {**arrays, **found}
    return replace(trace, parameters=parameters)


def _channel(formula: Normalise, numbers: Numbers, slopes: Slopes, array: str) -> tuple[Array, Array]:
    assert slopes.batch is not None
    source, _ = numbers.place(formula.block, ())
    x = slopes.batch.values[source][:, formula.channel].astype(np.float64)
    return x, slopes.batch.gradients[array][:, formula.channel].astype(np.float64)
