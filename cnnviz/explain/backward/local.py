"""∂output/∂number for every formula: how one output number moves with one number that it is made from."""

from __future__ import annotations

from cnnviz.explain.backward import curves, norms, sums
from cnnviz.explain.backward.numbers import Numbers
from cnnviz.explain.backward.places import Target
from cnnviz.explain.backward.sampling import sampled
from cnnviz.explain.backward.share import Share
from cnnviz.layers.formula import (
    Formula,
    Given,
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


def share(formula: Formula, numbers: Numbers, target: Target, value: float) -> Share:  # noqa: C901, PLR0911, PLR0912
    """Return how an output moves with a number; 0 where it does not use it. Computed in float64 from the inputs.

    `value` is the output itself, from which the slope of a function around a sum is told, as torch tells it.
    """
    match formula:
        case WeightedSum():
            return sums.weighted_sum(formula, numbers, target, value)
        case Product():
            return sums.product(formula, numbers, target)
        case Maximum():
            return sums.maximum(formula, numbers, target)
        case Lookup():
            return sums.lookup(formula, numbers, target)
        case Pointwise():
            return curves.pointwise(formula, numbers, target)
        case Softmax():
            return curves.softmax(formula, numbers, target)
        case PowerSum():
            return curves.power_sum(formula, numbers, target)
        case Squash():
            return curves.squash(formula, numbers, target)
        case Normalise():
            return norms.normalise(formula, numbers, target)
        case Standardise():
            return norms.standardise(formula, numbers, target)
        case ResponseNorm():
            return norms.response_norm(formula, numbers, target)
        case Sampled():
            return sampled(formula, numbers, target)
        case Largest() | Given():
            return Share(
                0.0, "slope"
            )  # a choice, or a number from outside: flat wherever it has a slope at all
