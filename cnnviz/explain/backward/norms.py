"""∂output/∂number for normalisation: with stored statistics, with those of a block, or by neighbouring channels."""

from __future__ import annotations

import math

from cnnviz.explain.backward.numbers import Numbers
from cnnviz.explain.backward.places import Target, flat, place_in, shape_of
from cnnviz.explain.backward.share import Share
from cnnviz.layers.formula import Normalise, ResponseNorm, Standardise


def normalise(formula: Normalise, numbers: Numbers, target: Target) -> Share:
    """Return γ / √(σ² + ε) with running statistics; for γ the normalised input, for β 1."""
    at = (formula.channel,)
    variance = numbers.number(("running_var", at))
    deviation = math.sqrt(variance + formula.epsilon)
    if target.slot.learned:
        if target.index != at:
            return Share(0.0, "slope")
        if target.slot.key == "bias":
            return Share(1.0, "")
        x = float(numbers.values(formula.block).sum())
        mean = numbers.number(("running_mean", at))
        return Share((x - mean) / deviation, "x̂", scale=(abs(x) + abs(mean)) / deviation)
    if place_in(formula.block, target) is None:
        return Share(0.0, "slope")
    gamma = numbers.number(("weight", at)) if formula.affine else 1.0
    return Share(gamma / deviation, "γ/√(σ² + ε)" if formula.affine else "1/√(σ² + ε)")


def standardise(formula: Standardise, numbers: Numbers, target: Target) -> Share:
    """Return γ/σ · (δ − 1/n − x̂ᵢ·x̂ⱼ/n): its own path, through the mean, and through the variance."""
    mean, variance = numbers.statistics(formula.block)
    deviation = math.sqrt(variance + formula.epsilon)
    values = numbers.values(formula.block)
    own = (float(values.flat[formula.position]) - mean) / deviation
    if target.slot.learned:
        entry = (str(target.slot.key), target.index)
        if entry == formula.bias:
            return Share(1.0, "")
        rough = abs(float(values.flat[formula.position])) + abs(mean)  # x̂ is the difference of both
        return Share(own, "x̂", scale=rough / deviation) if entry == formula.weight else Share(0.0, "x̂")
    place = place_in(formula.block, target)
    if place is None:
        return Share(0.0, "slope")
    gamma = numbers.number(formula.weight) if formula.weight else 1.0
    other = (float(values[place]) - mean) / deviation
    direct = float(flat(place, values.shape) == formula.position)
    scale = abs(gamma / deviation) * (direct + (1 + abs(own * other)) / values.size)
    return Share(gamma / deviation * (direct - (1 + own * other) / values.size), "slope", scale=scale)


def response_norm(formula: ResponseNorm, numbers: Numbers, target: Target) -> Share:
    """Return δ · D^−β − x · β · D^(−β−1) · 2α/n · xⱼ, D being k + α/n · Σ x²."""
    place = place_in(formula.block, target)
    if place is None:
        return Share(0.0, "slope")
    values = numbers.values(formula.block)
    rate = formula.alpha / formula.size
    divisor = formula.k + rate * float((values**2).sum())
    own, other = float(values.flat[formula.position]), float(values[place])
    through = -own * formula.beta * divisor ** (-formula.beta - 1) * 2 * rate * other
    direct = flat(place, shape_of(formula.block)) == formula.position
    return Share(through + (divisor**-formula.beta if direct else 0.0), "slope")
