"""What the loss itself is made of: every answer's own loss, and the penalties that a training adds to them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from cnnviz.explain.account import RELATIVE_TOLERANCE
from cnnviz.explain.backward.ends import ABSENT_WEIGHT, MARGIN_ABSENT, MARGIN_PRESENT, probabilities
from cnnviz.explain.backward.slopes import End, Slopes, member
from cnnviz.explain.trace import Array, Trace
from cnnviz.model.recipe import Recipe

TINY = np.finfo(np.float32).tiny


@dataclass(frozen=True)
class LossTerm:
    """One summand of L: `factor` · `amount`, which `name` and `rule` say in words and symbols.

    `penal` summands are added while training only; the gradients that are shown are those of the others.
    """

    name: str
    rule: str
    factor: float
    amount: float
    penal: bool = False

    @property
    def value(self) -> float:
        """Return what is added."""
        return self.factor * self.amount


@dataclass(frozen=True)
class LossAccount:
    """All summands; `engine` is the loss that torch computed of those that are no penalties."""

    terms: tuple[LossTerm, ...]
    engine: float

    @property
    def sum(self) -> float:
        """Return the losses of the answers, added up."""
        return sum(term.value for term in self.terms if not term.penal)

    @property
    def with_penalties(self) -> float:
        """Return what a training makes small."""
        return sum(term.value for term in self.terms)

    @property
    def penalised(self) -> bool:
        """Say whether a training adds penalties."""
        return any(term.penal for term in self.terms)

    @property
    def closes(self) -> bool:
        """Say whether the sum agrees with the engine."""
        scale = sum(abs(term.value) for term in self.terms if not term.penal)
        return abs(self.sum - self.engine) <= RELATIVE_TOLERANCE * max(1.0, scale)


def explain_loss(trace: Trace, slopes: Slopes, recipe: Recipe | None = None) -> LossAccount:
    """Return the summands of L: one per answer, a mean over the batch where there is one, then the penalties."""
    terms = [*_losses(trace, slopes), *_activities(trace, slopes), *_weights(trace, recipe or Recipe())]
    return LossAccount(tuple(terms), slopes.loss)


def _losses(trace: Trace, slopes: Slopes) -> Iterator[LossTerm]:
    everyone = [member(trace, slopes, sample) for sample in range(slopes.count)]
    for number, end in enumerate(slopes.ends):
        found = [_loss_of(s.ends[number], t.activation(end.source)) for t, s in everyone]
        mean = f", mean of {slopes.count}" if slopes.count > 1 else ""
        yield LossTerm(
            f"{end.loss} of {end.source}{mean}", _RULES[end.loss][0], end.weight, float(np.mean(found))
        )


def _loss_of(end: End, values: Array) -> float:
    rule = _RULES[end.loss][1]
    with np.errstate(all="ignore"):
        return rule(values.astype(np.float64), np.asarray(end.target, np.float64), end.ready)


def _activities(trace: Trace, slopes: Slopes) -> Iterator[LossTerm]:
    """Yield what the penal layers of the network add, where that is a sum over values; a mean over the batch."""
    everyone = [member(trace, slopes, sample)[0] for sample in range(slopes.count)]
    for node in trace.graph:
        rate = node.layer.activity_rate
        if rate:
            sums = [float(np.abs(each.activation(node.name).astype(np.float64)).sum()) for each in everyone]
            yield LossTerm(
                f"activity penalty of {node.name}", "Σ |value|", rate, float(np.mean(sums)), penal=True
            )


def _weights(trace: Trace, recipe: Recipe) -> Iterator[LossTerm]:
    """Yield L1 and L2, over all arrays but biases and scales of norms, which have one axis."""
    learned = [
        array.astype(np.float64)
        for node, arrays in trace.parameters.items()
        if node not in recipe.freeze
        for array in arrays.values()
        if array.ndim > 1
    ]
    if recipe.l1:
        yield LossTerm("L1", "Σ |w|", recipe.l1, sum(float(np.abs(w).sum()) for w in learned), penal=True)
    if recipe.l2:
        yield LossTerm("L2", "Σ w²", recipe.l2, sum(float(np.square(w).sum()) for w in learned), penal=True)


def _cross_entropy(values: Array, target: Array, ready: bool) -> float:
    odds = np.maximum(values, TINY) if ready else np.maximum(probabilities(values), 1e-300)
    return float(-(np.log(odds) * target).sum() / values[0].size)


def _binary(values: Array, target: Array, ready: bool) -> float:
    if ready:
        logs = np.maximum(np.log(values), -100), np.maximum(np.log1p(-values), -100)  # as torch does
    else:
        logs = -np.logaddexp(0, -values), -np.logaddexp(0, values)
    return float(-(target * logs[0] + (1 - target) * logs[1]).mean())


def _margin(values: Array, target: Array, _ready: bool) -> float:
    lengths = values if values.ndim == 1 else np.sqrt(np.square(values).sum(axis=1))
    missed = target * np.maximum(MARGIN_PRESENT - lengths, 0) ** 2
    imagined = ABSENT_WEIGHT * (1 - target) * np.maximum(lengths - MARGIN_ABSENT, 0) ** 2
    return float((missed + imagined).sum())


_RULES: Mapping[str, tuple[str, Callable[[Array, Array, bool], float]]] = {
    "cross entropy": ("−Σ y · ln ŷ", _cross_entropy),
    "binary cross entropy": ("−mean(y · ln p + (1 − y) · ln(1 − p))", _binary),
    "mean squared error": ("mean((x − y)²)", lambda x, y, _ready: float(np.square(x - y).mean())),
    "mean absolute error": ("mean(|x − y|)", lambda x, y, _ready: float(np.abs(x - y).mean())),
    "margin": ("Σ y·max(0, 0.9 − ‖v‖)² + 0.5·(1 − y)·max(0, ‖v‖ − 0.1)²", _margin),
}
