"""What one number is made of, as plain values: arrays to draw, terms to list, and the line that closes the sum."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from cnnviz.explain.trace import Array
from cnnviz.layers.formula import Formula, Index

Place = tuple[str, Index]
"""A value that can itself be explained: an array of the trace (`conv1`, `lstm1.i`) and an index in it."""


@dataclass(frozen=True, slots=True)
class Term:
    """One summand. `source` and `index` say where its value comes from, and can themselves be explained.

    `factors` are (name, value) pairs; `partners` are the places of those that are values of the trace too. Without a
    source, `label` says what the term is: `padding`, or a constant such as `bias`.
    """

    source: str | None
    index: Index | None
    factors: tuple[tuple[str, float], ...]
    product: float
    label: str = ""
    partners: tuple[Place, ...] = ()

    @property
    def origin(self) -> str:
        """Return `conv1[0,3,4]`, `padding`, `bias` …"""
        return self.label if self.source is None else f"{self.source}{place(self.index or ())}"

    def to_dict(self) -> dict[str, Any]:
        """Return the term as JSON values; what is not finite becomes None."""
        factors = {name: finite(value) for name, value in self.factors}
        return {"source": self.origin, "factors": factors, "product": finite(self.product)}


@dataclass(frozen=True)
class Constant:
    """A number that takes part without being a summand: bias, mean, variance, ε, γ, β, maximum …

    `source` is its place where it is a value of the trace: the coordinates that a sampler is given.
    """

    name: str
    value: float
    source: Place | None = None


@dataclass(frozen=True, eq=False)
class Partner:
    """The second factors of a part that are values of the trace themselves: a gate that lets a value through.

    As many cells as the part has, in the same order; `values` has the part's shape.
    """

    node: str
    ranges: tuple[range, ...]
    values: Array
    name: str

    @property
    def places(self) -> Iterator[Place]:
        """Yield where each cell lies."""
        return ((self.node, index) for index in itertools.product(*self.ranges))


@dataclass(frozen=True, eq=False)
class PartValues:
    """The cells of one array that take part, as float64 arrays of one shape: channels × window.

    `node` is a node, or an array inside one (`lstm1.i`); `ranges` are the cells' indices in it, one per dimension.
    Where `inside` is false the cell is padding: its value is 0, and under a maximum it never wins. `function` was
    applied to the values before they were multiplied; `activated` is what came out. `names` name the two factors of a
    product; with an empty second name the value itself is the summand, and a second factor called `power` is what the
    value was raised to. `weights` are the second factors, or the product of the `partners` where those are values of
    the trace themselves.
    """

    node: str
    ranges: tuple[range, ...]
    inside: Array
    values: Array
    weights: Array
    products: Array
    names: tuple[str, str] = ("input", "weight")
    function: str = ""
    activated: Array | None = None
    partners: tuple[Partner, ...] = ()

    @property
    def channel_sums(self) -> Array:
        """Return the products added up per channel, (C,)."""
        return np.asarray(self.products.reshape(len(self.products), -1).sum(axis=1))

    @property
    def terms(self) -> Iterator[Term]:
        """Yield one term per cell, in the order of the arrays."""
        names, columns = zip(*self._factors, strict=True)
        values = zip(*(array.ravel().tolist() for array in columns), strict=True)
        partners = zip(*(partner.places for partner in self.partners), strict=True)
        for index, inside, factors, product, beside in zip(
            itertools.product(*self.ranges),
            self.inside.ravel().tolist(),
            values,
            self.products.ravel().tolist(),
            partners if self.partners else itertools.repeat((), self.products.size),
            strict=True,
        ):
            named = tuple(zip(names, factors, strict=True))
            if inside:
                yield Term(self.node, index, named, product, partners=beside)
            else:
                yield Term(None, None, named, product, "padding")

    @property
    def _factors(self) -> tuple[tuple[str, Array], ...]:
        """Return the columns of a table of terms: the value, its function, what it is multiplied by."""
        first, second = self.names
        found = [(first, self.values)]
        if self.activated is not None:
            found.append((f"{self.function}({first})", self.activated))
        if self.partners:
            return (*found, *((partner.name, partner.values) for partner in self.partners))
        return (*found, (second, self.weights)) if second else tuple(found)


@dataclass(frozen=True, eq=False)
class Explanation:
    """How one number came about, and whether the account agrees with the engine.

    `node` is the array that holds the number: a node, or an array inside one (`lstm1.i`). `parts` hold the cells,
    `offsets` the summands that belong to no cell (bias). Their products add up to `sum`; `function` (empty: none) turns
    that into `result`. `engine` is what torch computed in float32, `tolerance` the largest difference that float32
    arithmetic explains. `formula` is the declaration that was computed.
    """

    node: str
    index: Index
    kind: str
    title: str
    rule: str
    parts: tuple[PartValues, ...]
    offsets: tuple[Term, ...]
    constants: tuple[Constant, ...]
    sum: float
    function: str
    result: float
    engine: float
    tolerance: float
    formula: Formula
    note: str = ""

    @cached_property
    def terms(self) -> tuple[Term, ...]:
        """Return all summands: every cell of every part, then the offsets. Built when first asked for."""
        return (*(term for part in self.parts for term in part.terms), *self.offsets)

    @property
    def count(self) -> int:
        """Return the number of terms, without building them."""
        return sum(part.products.size for part in self.parts) + len(self.offsets)

    @property
    def difference(self) -> float:
        """Return result − engine."""
        return self.result - self.engine

    @property
    def closes(self) -> bool:
        """Say whether the account agrees with the engine; a value that is not finite never does."""
        return math.isfinite(self.difference) and abs(self.difference) <= self.tolerance

    def to_dict(self) -> dict[str, Any]:
        """Return everything as JSON values; what is not finite becomes None."""
        return {
            "node": self.node,
            "index": list(self.index),
            "kind": self.kind,
            "title": self.title,
            "rule": self.rule,
            "terms": [term.to_dict() for term in self.terms],
            "constants": {constant.name: finite(constant.value) for constant in self.constants},
            "sum": finite(self.sum),
            "function": self.function,
            "result": finite(self.result),
            "engine": finite(self.engine),
            "difference": finite(self.difference),
            "tolerance": finite(self.tolerance),
            "closes": self.closes,
            "note": self.note,
        }


def place(index: Index) -> str:
    """Write an index as `[0,3,4]`."""
    return f"[{','.join(str(entry) for entry in index)}]"


def finite(value: float) -> float | None:
    """Return a number that JSON can hold."""
    return value if math.isfinite(value) else None
