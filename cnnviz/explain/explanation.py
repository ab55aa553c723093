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
from cnnviz.layers.formula import Index

RELATIVE_TOLERANCE = 1e-5
"""How far float32 may stray from float64, as a share of the scale of the numbers that were added."""


@dataclass(frozen=True, slots=True)
class Term:
    """One summand. `source` and `index` say where its value comes from, and can themselves be explained.

    `factors` are (name, value) pairs. Without a source, `label` says what it is: `padding`, or a constant
    such as `bias`.
    """

    source: str | None
    index: Index | None
    factors: tuple[tuple[str, float], ...]
    product: float
    label: str = ""

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
    """A number that takes part but belongs to no cell: bias, mean, variance, ε, γ, β, maximum …"""

    name: str
    value: float


@dataclass(frozen=True, eq=False)
class PartValues:
    """The cells of one input that take part, as float64 arrays of one shape: channels × window.

    `ranges` are the cells' indices in the output of `node`, one range per dimension. Where `inside` is false the cell
    is padding: its value is 0, and under a maximum it never wins. `names` name the two factors of a product; with an
    empty second name the value itself is the summand.
    """

    node: str
    ranges: tuple[range, ...]
    inside: Array
    values: Array
    weights: Array
    products: Array
    names: tuple[str, str] = ("input", "weight")

    @property
    def channel_sums(self) -> Array:
        """Return the products added up per channel, (C,)."""
        return np.asarray(self.products.reshape(len(self.products), -1).sum(axis=1))

    @property
    def terms(self) -> Iterator[Term]:
        """Yield one term per cell, in the order of the arrays."""
        first, second = self.names
        columns = (
            array.ravel().tolist() for array in (self.inside, self.values, self.weights, self.products)
        )
        for index, inside, value, weight, product in zip(
            itertools.product(*self.ranges), *columns, strict=True
        ):
            factors = ((first, value), (second, weight)) if second else ((first, value),)
            if inside:
                yield Term(self.node, index, factors, product)
            else:
                yield Term(None, None, factors, product, "padding")


@dataclass(frozen=True, eq=False)
class Explanation:
    """How one number came about, and whether the account agrees with the engine.

    `parts` hold the cells, `offsets` the summands that belong to no cell (bias). Their products add up to `sum`;
    `function` (empty: none) turns that into `result`. `engine` is what torch computed in float32.
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

    @cached_property
    def tolerance(self) -> float:
        """Return the largest difference that float32 arithmetic explains.

        A float32 sum strays in proportion to the sizes of its terms, not of its result, since terms may cancel. A
        function of exactly known values strays in proportion to its result. Below 1 the scale stays 1, because fast
        convolutions (Winograd, FFT) also mix in rounding errors of neighbouring cells.
        """
        scale = abs(self.result)
        if not self.function:
            scale = float(sum(np.abs(part.products).sum() for part in self.parts))
            scale += sum(abs(term.product) for term in self.offsets)
        return RELATIVE_TOLERANCE * max(1.0, scale)

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
