"""Where the way back begins: ∂L/∂score for every loss, as its summands; and what each score adds to the loss."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from cnnviz.explain.account import offset
from cnnviz.explain.backward.slopes import End
from cnnviz.explain.explanation import Term
from cnnviz.explain.functions import sigmoid
from cnnviz.explain.trace import Array
from cnnviz.layers.formula import Index

MARGIN_PRESENT, MARGIN_ABSENT, ABSENT_WEIGHT = 0.9, 0.1, 0.5
"""m⁺, m⁻ and λ of Sabour, Frosst and Hinton, "Dynamic routing between capsules" (2017), equation 4."""

TINY = 1e-12
"""What torch's binary cross entropy of probabilities divides by at least."""

Rule = Callable[[Array, Array, bool, Index], Sequence[tuple[str, float]]]


def slopes_of(end: End, values: Array, index: Index, count: int) -> tuple[str, tuple[Term, ...]]:
    """Return in words and as summands how a loss, a mean over `count` samples, changes with one value."""
    words, rule = _RULES[end.loss]
    summands = rule(values.astype(np.float64), end.target, end.ready, index)
    scale = end.weight / count
    return words(end.ready), tuple(offset(name, scale * value) for name, value in summands)


def probabilities(values: Array) -> Array:
    """Return the softmax along the first dimension."""
    grown = np.exp(values - values.max(axis=0))
    return np.asarray(grown / grown.sum(axis=0))


def _cross_entropy(values: Array, target: Array, ready: bool, index: Index) -> list[tuple[str, float]]:
    places = values[0].size
    wanted = float(target[index]) / places
    if ready:
        return [("−y/p", -wanted / float(values[index]) if wanted else 0.0)]
    shares = probabilities(values)
    total = float(target.reshape(len(target), -1).sum(axis=0)[_number(index[1:], target.shape[1:])])
    return [("ŷ", total * float(shares[index]) / places), ("−y", -wanted)]


def _number(index: Index, shape: tuple[int, ...]) -> int:
    return int(np.ravel_multi_index(index, shape)) if shape else 0


def _binary(values: Array, target: Array, ready: bool, index: Index) -> list[tuple[str, float]]:
    x, wanted = float(values[index]), float(target[index])
    if ready:
        spread = max(x * (1 - x), TINY) * values.size
        return [("p/(p·(1 − p))", x / spread), ("−y/(p·(1 − p))", -wanted / spread)]
    return [("σ(x)", sigmoid(x) / values.size), ("−y", -wanted / values.size)]


def _squared(values: Array, target: Array, ready: bool, index: Index) -> list[tuple[str, float]]:
    share = 2 / values.size
    return [("2/n · x", share * float(values[index])), ("−2/n · y", -share * float(target[index]))]


def _absolute(values: Array, target: Array, ready: bool, index: Index) -> list[tuple[str, float]]:
    return [("sign(x − y)/n", float(np.sign(values[index] - target[index])) / values.size)]


def _margin(values: Array, target: Array, ready: bool, index: Index) -> list[tuple[str, float]]:
    present = float(target[index[0]])
    length, along = float(values[index]), 1.0
    if values.ndim > 1:
        length = float(np.sqrt((values[index[0]] ** 2).sum()))
        along = float(values[index]) / length if length else 0.0
    missed = -2 * present * max(0.0, MARGIN_PRESENT - length)
    imagined = 2 * ABSENT_WEIGHT * (1 - present) * max(0.0, length - MARGIN_ABSENT)
    return [("−2·(0.9 − ‖v‖)", missed * along), ("(‖v‖ − 0.1)", imagined * along)]


_RULES: dict[str, tuple[Callable[[bool], str], Rule]] = {
    "cross entropy": (lambda ready: "−y / p" if ready else "ŷ − y", _cross_entropy),
    "binary cross entropy": (lambda ready: "(p − y)/(p·(1 − p))/n" if ready else "(σ(x) − y)/n", _binary),
    "mean squared error": (lambda ready: "2·(x − y)/n", _squared),
    "mean absolute error": (lambda ready: "sign(x − y)/n", _absolute),
    "margin": (lambda ready: "the margin loss's slope", _margin),
}
