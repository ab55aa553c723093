"""Normalisation: with stored statistics, with those of a block, or by the energy of neighbouring channels."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from cnnviz.explain.account import Account, added, multiplied, offset, raised, stray_of_sum, stray_of_value
from cnnviz.explain.cells import Cells
from cnnviz.explain.explanation import Constant, PartValues, Term
from cnnviz.layers.formula import Normalise, ResponseNorm, Standardise


def normalise(formula: Normalise, cells: Cells) -> Account:
    """Return the account of (x − μ) / √(σ² + ε) · γ + β with running statistics: input, mean and shift are added."""
    at = (formula.channel,)
    mean, variance = cells.number(("running_mean", at)), cells.number(("running_var", at))
    gamma = cells.number(("weight", at)) if formula.affine else None
    beta = cells.number(("bias", at)) if formula.affine else None
    scale = _scale(gamma, variance, formula.epsilon)
    found = cells.part(formula.block, ("input", "scale"))
    part = multiplied(found, np.full(found.values.shape, scale))
    offsets = (Term(None, None, (("mean", mean), ("scale", -scale)), -mean * scale, "mean"), *_shift(beta))
    total = added([part], offsets)
    constants = _constants(mean, variance, formula.epsilon, gamma, beta)
    return Account((part,), total, total, stray_of_sum([part], offsets), offsets, constants)


def standardise(formula: Standardise, cells: Cells) -> Account:
    """Return the account of the same with the block's own statistics.

    The first part is the cell itself, the second is −μ, spelled out: every cell of the block has a share in the mean.
    """
    block = cells.part(formula.block, ("input", "share of −μ"))
    mean, variance = float(block.values.mean()), float(block.values.var())
    gamma = cells.number(formula.weight) if formula.weight else None
    beta = cells.number(formula.bias) if formula.bias else None
    scale = _scale(gamma, variance, formula.epsilon)
    own = _cell(block, formula.position)
    parts = (
        multiplied(own, np.full(own.values.shape, scale)),
        multiplied(block, np.full(block.values.shape, -scale / block.values.size)),
    )
    offsets = _shift(beta)
    total = added(parts, offsets)
    constants = _constants(mean, variance, formula.epsilon, gamma, beta)
    return Account(parts, total, total, stray_of_sum(parts, offsets), offsets, constants)


def response_norm(formula: ResponseNorm, cells: Cells) -> Account:
    """Return the account of x / (k + α/n · Σ x²)^β: the terms are the squares of the neighbouring channels."""
    part = raised(cells.part(formula.block, ("input", "power")), 2.0)
    total, own = added([part]), float(part.values.flat[formula.position])
    result = own / (formula.k + formula.alpha / formula.size * total) ** formula.beta
    constants = (
        Constant("x", own),
        Constant("n", formula.size),
        Constant("k", formula.k),
        Constant("α", formula.alpha),
        Constant("β", formula.beta),
    )
    return Account(
        (part,), total, result, stray_of_value(result), constants=constants, function="response norm"
    )


def _scale(gamma: float | None, variance: float, epsilon: float) -> float:
    return float((1.0 if gamma is None else gamma) / np.sqrt(np.float64(variance + epsilon)))


def _shift(beta: float | None) -> tuple[Term, ...]:
    return () if beta is None else (offset("β", beta),)


def _constants(
    mean: float, variance: float, epsilon: float, gamma: float | None, beta: float | None
) -> tuple[Constant, ...]:
    known = {"mean": mean, "variance": variance, "ε": epsilon, "γ": gamma, "β": beta}
    return tuple(Constant(name, value) for name, value in known.items() if value is not None)


def _cell(block: PartValues, position: int) -> PartValues:
    """Return the part that is one cell of a block."""
    place = np.unravel_index(position, block.values.shape)
    box = tuple(slice(int(at), int(at) + 1) for at in place)
    ranges = tuple(cells[at] for cells, at in zip(block.ranges, box, strict=True))
    return replace(
        block,
        ranges=ranges,
        inside=block.inside[box],
        values=block.values[box],
        weights=block.weights[box],
        products=block.products[box],
        names=("input", "scale"),
    )
