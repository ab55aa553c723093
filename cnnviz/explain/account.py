"""The arithmetic of one formula with the numbers put in, and how far float32 may stray from it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from cnnviz.explain.explanation import Constant, PartValues, Term
from cnnviz.explain.trace import Array

RELATIVE_TOLERANCE = 1e-5
"""How far float32 may stray from float64, as a share of the scale of the numbers that were added."""


@dataclass(frozen=True, eq=False)
class Account:
    """What an `Explanation` says apart from where the number stands; its fields have the same names.

    `rule` is empty where the formula's own says it all.
    """

    parts: tuple[PartValues, ...]
    sum: float
    result: float
    tolerance: float
    offsets: tuple[Term, ...] = ()
    constants: tuple[Constant, ...] = ()
    function: str = ""
    rule: str = ""
    note: str = ""


def added(parts: Sequence[PartValues], offsets: Sequence[Term] = ()) -> float:
    """Return the sum of all terms."""
    return float(sum(part.products.sum() for part in parts)) + sum(term.product for term in offsets)


def offset(name: str, value: float) -> Term:
    """Return a summand that belongs to no cell."""
    return Term(None, None, ((name, value),), value, name)


def multiplied(cells: PartValues, weights: Array) -> PartValues:
    """Return the cells with other second factors."""
    values = cells.values if cells.activated is None else cells.activated
    return replace(cells, weights=weights, products=values * weights + 0.0)  # + 0.0: no −0


def raised(cells: PartValues, power: float) -> PartValues:
    """Return the cells, each |x| to a power."""
    weights = np.full(cells.values.shape, power)
    return replace(cells, weights=weights, products=np.abs(cells.values) ** power)


# -- how far float32 may stray ----------------------------------------------------------------------------------------


def stray_of_sum(parts: Sequence[PartValues], offsets: Sequence[Term] = ()) -> float:
    """Return how far a float32 sum may stray: in proportion to its terms, not to its result, since terms may cancel.

    Below 1 the scale stays 1, because fast convolutions (Winograd, FFT) also mix in rounding errors of neighbouring
    cells.
    """
    scale = float(sum(np.abs(part.products).sum() for part in parts))
    return RELATIVE_TOLERANCE * max(1.0, scale + sum(abs(term.product) for term in offsets))


def stray_of_value(result: float) -> float:
    """Return how far a function of exactly known values may stray: in proportion to its result."""
    return RELATIVE_TOLERANCE * max(1.0, abs(result))


def stray_through(function: Callable[[float], float], total: float, stray: float) -> float:
    """Return how far the function of a sum strays if the sum does: as far as the function moves, and its own share.

    Where a function is flat (a gate that is shut), an error in its sum vanishes, and none is granted.
    """
    result = function(total)
    moved = max(abs(function(total + by) - result) for by in (-stray, stray))
    return stray_of_value(result) + moved
