"""Numbers that are added, multiplied, chosen or looked up: weighted sums, products, maxima, tables."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from cnnviz.explain.account import (
    Account,
    added,
    multiplied,
    offset,
    stray_of_sum,
    stray_of_value,
    stray_through,
)
from cnnviz.explain.cells import Cells, first_name
from cnnviz.explain.explanation import Constant, Partner, PartValues
from cnnviz.explain.functions import FUNCTIONS
from cnnviz.explain.trace import Array
from cnnviz.layers.formula import Block, Given, Largest, Lookup, Maximum, Part, Product, WeightedSum


def given(formula: Given, cells: Cells) -> Account:
    """Return the account of a pixel."""
    value = cells.given()
    return Account((), value, value, stray_of_value(value), offsets=(offset("given", value),))


def weighted_sum(formula: WeightedSum, cells: Cells) -> Account:
    """Return the account of Σ input · weight + biases, and of a function of it."""
    found = (_part(part, cells) for part in formula.parts)
    parts = tuple(part for part in found if part.products.size)
    biases = [(name, cells.number((name, at))) for name, at in formula.biases]
    offsets = tuple(offset(name, value) for name, value in biases)
    total, stray = added(parts, offsets), stray_of_sum(parts, offsets)
    rule = formula.rule + ("", " + bias", " + biases")[min(len(biases), 2)]
    account = Account(
        parts,
        total,
        total,
        stray,
        offsets,
        tuple(Constant(name, value) for name, value in biases),
        rule=rule if rule != formula.rule else "",
    )
    return _activated(account, formula.function, rule) if formula.function else account


def _activated(account: Account, name: str, rule: str) -> Account:
    """Put a pointwise function around a sum."""

    def function(x: float) -> float:
        return FUNCTIONS[name](x, 1.0)

    tolerance = stray_through(function, account.sum, account.tolerance)
    return replace(
        account, result=function(account.sum), tolerance=tolerance, function=name, rule=f"{name}({rule})"
    )


def _part(part: Part, cells: Cells) -> PartValues:
    """Return the cells of a part and all that they are multiplied by."""
    found = cells.part(part.block, (first_name(part.block), _second_name(part)))
    shape = found.values.shape
    if part.function:
        found = replace(found, function=part.function, activated=_applied(part.function, found.values))
    weights = np.full(shape, part.factor)
    if part.weight:
        weights *= cells.parameter(part.weight, part.at).reshape(shape)
    elif not part.values:
        weights = np.where(found.inside, weights, 0.0)  # a share: padding has none
    if part.values:
        weights *= np.reshape(part.values, shape)
    if part.times is not None:
        partner = _partner(part.times, found, cells)
        found, weights = replace(found, partners=(partner,)), weights * partner.values
    return multiplied(found, weights)


def _second_name(part: Part) -> str:
    if part.weight or part.values:
        return "weight"
    if part.times is not None:
        return first_name(part.times)
    return "" if part.factor == 1 else "share" if 0 < part.factor < 1 else "factor"


def _partner(block: Block, beside: PartValues, cells: Cells, name: str = "") -> Partner:
    found = cells.part(block, ("", ""))
    name = name or first_name(block)
    name = f"second {name}" if name == beside.names[0] else name
    return Partner(found.node, found.ranges, found.values.reshape(beside.values.shape), name)


def _applied(name: str, values: Array) -> Array:
    function = FUNCTIONS[name]
    return np.array([function(x, 1.0) for x in values.ravel().tolist()]).reshape(values.shape)


def product(formula: Product, cells: Cells) -> Account:
    """Return the account of a product: one term with a factor per block."""
    first, *others = formula.blocks
    found = cells.part(first, ("input 1", "input 2" if len(others) == 1 else "others" if others else ""))
    partners = tuple(
        _partner(block, found, cells, f"input {number}") for number, block in enumerate(others, 2)
    )
    weights = np.ones(found.values.shape)
    for partner in partners:
        weights = weights * partner.values
    part = multiplied(replace(found, partners=partners), weights)
    total = added([part])
    return Account((part,), total, total, stray_of_sum([part]))


def maximum(formula: Maximum, cells: Cells) -> Account:
    """Return the account of a maximum: the winner's gate is 1, that of all others 0."""
    parts, _, value, ties = _choice(formula.blocks, cells)
    note = f"{ties} cells are equally large; the first one wins." if ties > 1 else ""
    return Account(parts, value, value, stray_of_value(value), note=note)


def largest(formula: Largest, cells: Cells) -> Account:
    """Return the account of 1 for the largest cell and 0 for all others; the gate shows which one it is."""
    parts, winner, value, ties = _choice((formula.block,), cells)
    result = float(winner == formula.position) if math.isfinite(value) else math.nan
    note = f"{ties} cells are equally large; the first one wins." if ties > 1 else ""
    return Account(parts, value, result, stray_of_value(result), function="is largest", note=note)


def _choice(blocks: Sequence[Block], cells: Cells) -> tuple[tuple[PartValues, ...], int, float, int]:
    """Return the cells with the winner's gate open, its flat position, its value, and how many have that value."""
    found = [cells.part(block, ("input", "gate")) for block in blocks]
    rivals = [np.where(part.inside, part.values, -np.inf) for part in found]
    flat = np.concatenate([values.ravel() for values in rivals])
    winner, largest = int(flat.argmax()), float(flat.max())
    gates = np.split((np.arange(flat.size) == winner).astype(float), np.cumsum([v.size for v in rivals])[:-1])
    parts = tuple(
        multiplied(part, gate.reshape(part.values.shape)) for part, gate in zip(found, gates, strict=True)
    )
    return parts, winner, largest, int((flat == largest).sum())


def lookup(formula: Lookup, cells: Cells) -> Account:
    """Return the account of a table's entry: the token opens one row, and the entry is passed on as it is."""
    found = cells.part(formula.block, ("token", "entry"))
    token, rows = float(found.values.sum()), len(cells.parameter(formula.weight))
    row = int(token) if math.isfinite(token) else -1
    if not 0 <= row < rows:  # torch refuses such a token, so that nothing could agree with it
        note = f"There is no row {token:g}; the table has {rows}."
        return Account((found,), math.nan, math.nan, 0.0, note=note)
    entry = cells.number((formula.weight, (row, formula.column)))
    shape = found.values.shape
    part = replace(found, weights=np.full(shape, entry), products=np.full(shape, entry))
    note = f"Row {row} of {rows}, column {formula.column}."
    return Account((part,), entry, entry, stray_of_value(entry), note=note)
