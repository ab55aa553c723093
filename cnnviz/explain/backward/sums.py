"""∂output/∂number for what is added, multiplied, chosen or looked up."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np

from cnnviz.explain import sums as forward
from cnnviz.explain.backward.derivatives import DERIVATIVES, OF_VALUE
from cnnviz.explain.backward.numbers import Numbers
from cnnviz.explain.backward.places import (
    Target,
    cell_at,
    entry_at,
    flat,
    place_among,
    place_in,
    shape_of,
    unflat,
)
from cnnviz.explain.backward.share import Share, total
from cnnviz.explain.functions import FUNCTIONS
from cnnviz.layers.formula import Block, Index, Lookup, Maximum, Part, Product, WeightedSum


def weighted_sum(formula: WeightedSum, numbers: Numbers, target: Target, value: float) -> Share:
    """Return the weight of a cell, or the input of a weight, times the slope of the function around the sum."""
    found = list(_shares(formula, numbers, target))
    share = found[0] if len(found) == 1 else total(found)
    if not formula.function:
        return share
    if formula.function in OF_VALUE:
        outer = OF_VALUE[formula.function](value)
    else:
        outer = DERIVATIVES[formula.function](numbers.account(formula, forward.weighted_sum).sum, 1.0)
    name = f"{share.name} · {formula.function}′" if share.name else f"{formula.function}′"
    return Share(share.factor * outer, name, scale=share.rough)


def _shares(formula: WeightedSum, numbers: Numbers, target: Target) -> Iterator[Share]:
    if target.slot.learned:
        yield from (Share(1.0, "") for bias in formula.biases if bias == (target.slot.key, target.index))
        for part in formula.parts:
            if part.weight == target.slot.key:
                at = place_among(part.at, target)
                if at is not None:
                    yield _of_weight(part, numbers, at)
        return
    for part in formula.parts:
        place = place_in(part.block, target)
        if place is not None:
            yield _of_cell(part, numbers, flat(place, shape_of(part.block)))
        place = place_in(part.times, target) if part.times else None
        if part.times and place is not None:
            yield _of_partner(part, numbers, flat(place, shape_of(part.times)))


def _of_cell(part: Part, numbers: Numbers, number: int) -> Share:
    """Return what a cell is multiplied by: weight, fixed value, partner, and the slope of its own function."""
    factor, name = _constant(part, numbers, number), "weight" if part.weight or part.values else ""
    if part.times is not None:
        index = cell_at(part.times, unflat(number, shape_of(part.times)))
        factor *= numbers.cell(part.times, index)
        if not name and not part.function and part.factor == 1:
            return Share(factor, _called(part.times), numbers.place(part.times, index))
    if part.function:
        x = numbers.cell(part.block, cell_at(part.block, unflat(number, shape_of(part.block))))
        factor *= DERIVATIVES[part.function](x, 1.0)
        return Share(factor, "slope")
    return Share(factor, name or ("" if factor == 1 else "factor"))


def _of_partner(part: Part, numbers: Numbers, number: int) -> Share:
    """Return what the second factor of a product is multiplied by: the first one."""
    index = cell_at(part.block, unflat(number, shape_of(part.block)))
    return _valued(part, numbers, index, _constant(part, numbers, number))


def _of_weight(part: Part, numbers: Numbers, at: Index) -> Share:
    """Return what a weight is multiplied by: the cell that it meets."""
    sizes = (*(len(each) for each in part.at if not isinstance(each, int)),)
    rest = numbers.parameter_shape(part.weight)[len(part.at) :]
    number = flat(at, (*sizes, *rest))
    index = cell_at(part.block, unflat(number, shape_of(part.block)))
    factor = part.factor * (part.values[number] if part.values else 1.0)
    if part.times is not None:
        factor *= numbers.cell(part.times, cell_at(part.times, unflat(number, shape_of(part.times))))
    return _valued(part, numbers, index, factor)


def _valued(part: Part, numbers: Numbers, index: Index, factor: float) -> Share:
    """Return the cell of a part (with its function) times a factor; the place too, where it is the cell alone."""
    value = numbers.cell(part.block, index)
    if part.function:
        return Share(factor * FUNCTIONS[part.function](value, 1.0), f"{part.function}({_called(part.block)})")
    place = numbers.place(part.block, index) if factor == 1 else None
    return Share(factor * value, _called(part.block), place)


def _constant(part: Part, numbers: Numbers, number: int) -> float:
    """Return the fixed factors of a cell: weight, value, share."""
    factor = part.factor * (part.values[number] if part.values else 1.0)
    if not part.weight:
        return factor
    sizes = tuple(len(each) for each in part.at if not isinstance(each, int))
    rest = numbers.parameter_shape(part.weight)[len(part.at) :]
    return factor * numbers.number((part.weight, entry_at(part.at, unflat(number, (*sizes, *rest)))))


def product(formula: Product, numbers: Numbers, target: Target) -> Share:
    """Return the product of all other cells."""
    values = [float(numbers.values(block).sum()) for block in formula.blocks]
    hit = [at for at, block in enumerate(formula.blocks) if place_in(block, target) is not None]
    return total(Share(math.prod(values[:at] + values[at + 1 :]), "others") for at in hit)


def maximum(formula: Maximum, numbers: Numbers, target: Target) -> Share:
    """Return 1 for the largest cell and 0 for all others. In a window the first of equal cells gets everything.

    Where whole inputs are compared pair by pair, the engine halves the gradient between equal ones.
    """
    if len(formula.blocks) > 1:
        return _largest_of_pairs(formula.blocks, numbers, target)
    (block,) = formula.blocks
    place = place_in(block, target)
    if place is None:
        return Share(0.0, "gate")
    rivals = np.where(numbers.inside(block), numbers.values(block), -np.inf)
    return Share(float(flat(place, shape_of(block)) == int(rivals.argmax())), "gate")


def ties(formula: Maximum, numbers: Numbers) -> int:
    """Return how many cells are the largest one."""
    found = [np.where(numbers.inside(b), numbers.values(b), -np.inf).ravel() for b in formula.blocks]
    rivals = np.concatenate(found)
    return int((rivals == rivals.max()).sum())


def _largest_of_pairs(blocks: Sequence[Block], numbers: Numbers, target: Target) -> Share:
    shares: list[float] = [1.0]
    largest, *others = (float(numbers.values(block).max()) for block in blocks)
    for value in others:
        new = 0.5 if value == largest else float(value > largest)
        shares = [*(share * (1 - new) for share in shares), new]
        largest = max(largest, value)
    mine = (s for s, block in zip(shares, blocks, strict=True) if place_in(block, target) is not None)
    return Share(sum(mine), "gate")


def lookup(formula: Lookup, numbers: Numbers, target: Target) -> Share:
    """Return 1 for the entry that was looked up; a token is a name, the loss has no slope along it."""
    if not target.slot.learned:
        return Share(0.0, "slope")
    token = float(numbers.values(formula.block).sum())
    return Share(float(target.index == (int(token), formula.column)), "looked up")


def _called(block: Block) -> str:
    return block.input if isinstance(block.input, str) else "input"
