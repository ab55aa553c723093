"""Functions of one cell, or of the sum over a block: activations, softmax, lengths of vectors."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from cnnviz.explain.account import Account, added, raised, stray_of_value
from cnnviz.explain.cells import Cells, first_name
from cnnviz.explain.explanation import Constant
from cnnviz.explain.functions import FUNCTIONS
from cnnviz.layers.formula import POINTWISE_RULES, Pointwise, PowerSum, Softmax, Squash


def pointwise(formula: Pointwise, cells: Cells) -> Account:
    """Return the account of a function of one cell."""
    found = cells.part(formula.block, (first_name(formula.block), ""))
    x = float(found.values.sum())
    result = FUNCTIONS[formula.function](x, formula.slope)
    return Account(
        (found,),
        x,
        result,
        stray_of_value(result),
        constants=(Constant("slope", formula.slope),) if "slope" in POINTWISE_RULES[formula.function] else (),
        function="" if formula.function == "identity" else formula.function,
        note=formula.note,
    )


def softmax(formula: Softmax, cells: Cells) -> Account:
    """Return the account of one share: exp(x − max) over the sum of them all."""
    found = cells.part(formula.block, ("logit", "maximum"))
    largest = float(found.values.max())
    exponentials = np.exp(found.values - largest)
    part = replace(found, weights=np.full(found.values.shape, largest), products=exponentials)
    total, own = float(exponentials.sum()), float(exponentials.flat[formula.position])
    constants = (Constant("maximum", largest), Constant("numerator", own))
    result = own / total
    return Account((part,), total, result, stray_of_value(result), constants=constants, function="softmax")


def power_sum(formula: PowerSum, cells: Cells) -> Account:
    """Return the account of (Σ |x|ᵖ)^(1/p); all terms are positive, so that none cancel."""
    part = raised(cells.part(formula.block, (first_name(formula.block), "power")), formula.power)
    total = added([part])
    result = total ** (1 / formula.power)
    constants = (Constant("p", formula.power),)
    return Account((part,), total, result, stray_of_value(result), constants=constants, function="root")


def squash(formula: Squash, cells: Cells) -> Account:
    """Return the account of s · |s| / (1 + |s|²): the terms add up to |s|²."""
    part = raised(cells.part(formula.block, (first_name(formula.block), "power")), 2.0)
    total, own = added([part]), float(part.values.flat[formula.position])
    length = math.sqrt(total)
    result = own * length / (1 + total) if math.isfinite(total) else math.nan
    constants = (Constant("s", own), Constant("|s|", length))
    return Account((part,), total, result, stray_of_value(result), constants=constants, function="squash")
