"""∂output/∂number for functions of one cell or of a block: activations, softmax, lengths of vectors."""

from __future__ import annotations

import math

import numpy as np

from cnnviz.explain.backward.derivatives import DERIVATIVES
from cnnviz.explain.backward.numbers import Numbers
from cnnviz.explain.backward.places import Target, flat, place_in, shape_of
from cnnviz.explain.backward.share import Share
from cnnviz.layers.formula import Pointwise, PowerSum, Softmax, Squash


def pointwise(formula: Pointwise, numbers: Numbers, target: Target) -> Share:
    """Return the slope of a function at its cell."""
    if place_in(formula.block, target) is None:
        return Share(0.0, "slope")
    x = float(numbers.values(formula.block).sum())
    name = "" if formula.function == "identity" else f"{formula.function}′"
    return Share(DERIVATIVES[formula.function](x, formula.slope), name, scale=1.0 if name else 0.0)


def softmax(formula: Softmax, numbers: Numbers, target: Target) -> Share:
    """Return pₖ · (δₖⱼ − pⱼ): a share grows with its own score and falls with all others."""
    place = place_in(formula.block, target)
    if place is None:
        return Share(0.0, "slope")
    values = numbers.values(formula.block)
    exponentials = np.exp(values - values.max())
    shares = (exponentials / exponentials.sum()).ravel()
    at = flat(place, values.shape)
    own, other = float(shares[formula.position]), float(shares[at])
    if at == formula.position:
        others = float(np.delete(exponentials.ravel(), at).sum() / exponentials.sum())
        return Share(
            own * others, "p·(1 − p)", scale=own
        )  # added up from the others: 1 − p loses its digits near 1
    return Share(-own * other, "−pₖ·p")


def power_sum(formula: PowerSum, numbers: Numbers, target: Target) -> Share:
    """Return sign(x) · |x|^(p−1) · (Σ |x|ᵖ)^(1/p − 1); 0 where all cells are 0."""
    place = place_in(formula.block, target)
    values = numbers.values(formula.block)
    power, energy = formula.power, float((np.abs(values) ** formula.power).sum())
    if place is None or energy == 0:
        return Share(0.0, "slope")
    x = float(values[place])
    grown = math.copysign(abs(x) ** (power - 1), x) if x else 0.0
    return Share(grown * energy ** (1 / power - 1), "slope")


def squash(formula: Squash, numbers: Numbers, target: Target) -> Share:
    """Return ∂/∂sⱼ of sᵢ · |s| / (1 + |s|²): its own scale, and what its length changes for all."""
    place = place_in(formula.block, target)
    values = numbers.values(formula.block)
    energy = float((values**2).sum())
    if place is None or energy == 0:
        return Share(0.0, "slope")
    length, own = math.sqrt(energy), float(values.flat[formula.position])
    along = own * float(values[place]) * (1 - energy) / (length * (1 + energy) ** 2)
    at = flat(place, shape_of(formula.block))
    return Share(along + (length / (1 + energy) if at == formula.position else 0.0), "slope")
