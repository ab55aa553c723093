"""Which outputs of a layer use a number: windows turned round, without asking every output each time.

Formulas say what an output reads. Along each dimension of the output, one line of outputs is asked what it reads; if
every dimension of what is read follows one dimension of the output (as windows do), that tells all. Whether it does is
tried at many places; where it does not (Flatten, capsules), every output is asked once, and the answers are kept.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from random import Random

import numpy as np

from cnnviz.explain.backward.places import EVERYWHERE, Bounds, Slot, flat, spans, unflat
from cnnviz.explain.trace import Array
from cnnviz.layers import Layer, Shape
from cnnviz.layers.formula import Formula, Index, Pointwise, cell

Box = tuple[range, ...]
"""Outputs: one range per dimension. A box may have outputs that do not use the number; the formula tells."""

FEW = 512
TRIED = 200
KEPT = 128


@dataclass(frozen=True)
class Asked:
    """A layer, one array that it computes (empty: its output; else the name of an array inside), and its inputs."""

    layer: Layer
    array: str
    arriving: tuple[Shape, ...]

    @property
    def shape(self) -> Shape:
        """Return the shape of the array that is computed."""
        if self.array:
            return self.layer.internals(*self.arriving)[self.array]
        return self.layer.out_shape(*self.arriving)

    def formula(self, index: Index) -> Formula:
        """Return how the number at an index is made; a copy of a number inside is made from that one."""
        if self.array:
            return self.layer.internal_formula(self.array, index, *self.arriving)
        copied = self.layer.passed_on(index, *self.arriving)
        if copied is not None:
            return Pointwise(cell(*copied), "identity")
        return self.layer.formula(index, *self.arriving)

    def read(self, index: Index, slot: Slot) -> Bounds | None:
        """Return the bounds of all that the number at an index reads of an array; None where that is nothing."""
        found: Bounds | None = None
        for bounds in spans(self.formula(index), slot):
            found = bounds if found is None else _union(found, bounds)
        return found


def users(asked: Asked, slot: Slot, index: Index) -> list[Box]:
    """Return the outputs that use the number of `slot` at `index`, as boxes; none is left out."""
    return _inverse(asked, slot)(index)


@lru_cache(maxsize=KEPT)
def _inverse(asked: Asked, slot: Slot) -> Callable[[Index], list[Box]]:
    if math.prod(asked.shape) > FEW:
        lines = _lines(asked, slot)
        if lines is not None:
            return lines.users
    return _table(asked, slot).users


# -- lines ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Lines:
    """What one line of outputs reads along each output dimension, (n, E, 2); −1 where an output reads nothing.

    `rulers[e]` is the output dimension that dimension e of what is read follows; None where it always is the same.
    """

    lines: tuple[Array, ...]
    rulers: tuple[int | None, ...]

    def read(self, index: Index) -> Bounds | None:
        """Return what the output at an index should read."""
        if any(line[at, 0, 1] < 0 for line, at in zip(self.lines, index, strict=True)):
            return None
        return tuple(
            (int(low), int(end))
            for dimension, ruler in enumerate(self.rulers)
            for low, end in [self.lines[ruler or 0][index[ruler or 0], dimension]]
        )

    def users(self, index: Index) -> list[Box]:
        """Return the box of outputs that read a place."""
        box = []
        for dimension, line in enumerate(self.lines):
            hit = line[:, 0, 1] >= 0
            for e, ruler in enumerate(self.rulers):
                if (ruler or 0) == dimension:
                    hit = hit & (line[:, e, 0] <= index[e]) & (index[e] < line[:, e, 1])
            box.append(_as_range(np.flatnonzero(hit)))
        return [tuple(box)] if all(box) else []


class _Nothing:
    """What no output reads."""

    def users(self, index: Index) -> list[Box]:
        """Return no box."""
        return []


def _lines(asked: Asked, slot: Slot) -> _Lines | _Nothing | None:
    """Return the lines of a layer whose dimensions follow each other one by one; None where they don't."""
    shape, random = asked.shape, Random(0)
    places = [tuple(random.randrange(n) for n in shape) for _ in range(TRIED)]
    places += list(itertools.product(*({0, n - 1} for n in shape)))
    start = places[0]
    places += [(*start[:d], at, *start[d + 1 :]) for d, n in enumerate(shape) for at in range(n)]
    known = {place: asked.read(place, slot) for place in places}
    base = next((place for place, bounds in known.items() if bounds is not None), None)
    if (
        base is None
    ):  # a state of an LSTM reads its gates, never the sample: the lines would have met a reader
        return _Nothing()
    width = len(known[base] or ())
    lines = tuple(
        np.array([_padded(asked.read((*base[:d], at, *base[d + 1 :]), slot), width) for at in range(n)])
        for d, n in enumerate(shape)
    )
    if not width or any(line.shape[1:] != (width, 2) for line in lines):
        return None
    rulers = [_ruler(lines, e) for e in range(width)]
    if -1 in rulers:
        return None
    found = _Lines(lines, tuple(None if r == len(lines) else r for r in rulers))
    return found if all(found.read(place) == bounds for place, bounds in known.items()) else None


def _ruler(lines: Sequence[Array], e: int) -> int:
    """Return which output dimension moves dimension e of what is read; their count if none does, −1 if several do."""
    moving = [d for d, line in enumerate(lines) if len(np.unique(line[line[:, 0, 1] >= 0][:, e], axis=0)) > 1]
    return -1 if len(moving) > 1 else moving[0] if moving else len(lines)


def _padded(bounds: Bounds | None, width: int) -> list[tuple[int, int]]:
    return [(-1, -1)] * width if bounds is None else list(bounds)


# -- a table ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Table:
    """What every output reads: `bounds` (n, E, 2), of the outputs numbered `places` (n,) of an array of `shape`."""

    places: Array
    bounds: Array
    shape: Shape

    def users(self, index: Index) -> list[Box]:
        """Return boxes of the outputs that read a place: one, where they fill it, else one for each."""
        width = self.bounds.shape[1]
        at = np.array(index[:width], int)
        hit = ((self.bounds[..., 0] <= at) & (at < self.bounds[..., 1])).all(axis=1)
        found = [unflat(int(number), self.shape) for number in self.places[hit]]
        if not found:
            return []
        box = tuple(_as_range(np.unique(column)) for column in np.array(found).T)
        if math.prod(len(cells) for cells in box) <= 2 * len(found):
            return [box]
        return [tuple(range(i, i + 1) for i in place) for place in found]


def _table(asked: Asked, slot: Slot) -> _Table:
    shape = asked.shape
    rows = [(flat(place, shape), bounds) for place, bounds in _asked_all(asked, slot)]
    width = min((len(bounds) for _, bounds in rows), default=0)
    numbers = np.array([number for number, _ in rows], int)
    bounds = np.array([each[:width] for _, each in rows], np.int64).reshape(len(rows), width, 2)
    return _Table(numbers, bounds, shape)


def _asked_all(asked: Asked, slot: Slot) -> Iterator[tuple[Index, Bounds]]:
    for place in np.ndindex(*asked.shape):
        bounds = asked.read(place, slot)
        if bounds is not None:
            yield place, bounds


def _as_range(places: Array) -> range:
    """Return the range that holds sorted places: with even steps where they have them."""
    if len(places) < 2:
        return range(int(places[0]), int(places[0]) + 1) if len(places) else range(0)
    steps = np.diff(places)
    step = int(steps[0]) if (steps == steps[0]).all() else 1
    return range(int(places[0]), int(places[-1]) + 1, step)


def _union(one: Bounds, other: Bounds) -> Bounds:
    if len(one) != len(other):
        one, other = (each + (EVERYWHERE,) * (max(len(one), len(other)) - len(each)) for each in (one, other))
    return tuple((min(a[0], b[0]), max(a[1], b[1])) for a, b in zip(one, other, strict=True))
