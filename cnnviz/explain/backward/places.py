"""What a formula reads, and where in it one number stands: a cell of an array, or an entry of a parameter."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cnnviz.layers.formula import (
    Block,
    Entries,
    Formula,
    Index,
    Lookup,
    Normalise,
    Sampled,
    Standardise,
    WeightedSum,
    blocks,
)

Bounds = tuple[tuple[int, int], ...]
"""One (first, end) pair per dimension; dimensions that are left out are read whole."""

EVERYWHERE = (0, 1 << 60)


@dataclass(frozen=True)
class Slot:
    """An array as a layer sees it: what arrives at a port, an array inside, or (`learned`) a parameter by its name."""

    key: int | str
    learned: bool = False


@dataclass(frozen=True)
class Target:
    """The number whose share in a value is asked for."""

    slot: Slot
    index: Index


def spans(formula: Formula, slot: Slot) -> Iterator[Bounds]:
    """Yield the bounds of every box of an array that a formula reads."""
    if slot.learned:
        yield from (_bounds(at) for name, at in entries(formula) if name == slot.key)
        return
    if isinstance(formula, Sampled):  # where the pixels lie, the values of theta decide
        if slot.key == formula.image:
            yield (formula.place[0], formula.place[0] + 1), EVERYWHERE, EVERYWHERE
        if slot.key == formula.theta:
            yield ()
    for block in blocks(formula):
        if block.input == slot.key and all(block.ranges):
            yield _bounds(block.ranges)


def entries(formula: Formula) -> Iterator[tuple[str, Entries]]:
    """Yield the name of every parameter that a formula reads, and where; of a table, all rows."""
    match formula:
        case WeightedSum():
            yield from ((part.weight, part.at) for part in formula.parts if part.weight)
            yield from formula.biases
        case Normalise() if formula.affine:
            yield from (("weight", (formula.channel,)), ("bias", (formula.channel,)))
        case Standardise():
            yield from (entry for entry in (formula.weight, formula.bias) if entry is not None)
        case Lookup():
            yield formula.weight, (range(*EVERYWHERE), formula.column)


def place_in(block: Block, target: Target) -> Index | None:
    """Return where a cell stands in a block, or None where it does not."""
    if target.slot.learned or block.input != target.slot.key:
        return None
    return _among(block.ranges, target.index)


def place_among(at: Entries, target: Target) -> Index | None:
    """Return where an entry of a parameter stands among `at`, single places left out as numpy does, or None."""
    ranges = [range(each, each + 1) if isinstance(each, int) else each for each in at]
    found = _among(ranges, target.index[: len(at)])
    if found is None:
        return None
    inner = [where for where, each in zip(found, at, strict=True) if not isinstance(each, int)]
    return (*inner, *target.index[len(at) :])


def entry_at(at: Entries, place: Sequence[int]) -> Index:
    """Return the index of the entry that stands at a place among `at`; the inverse of `place_among`."""
    left = iter(place)
    index = tuple(each if isinstance(each, int) else each[next(left)] for each in at)
    return (*index, *left)


def cell_at(block: Block, place: Sequence[int]) -> Index:
    """Return the index of the cell that stands at a place in a block."""
    return tuple(cells[where] for cells, where in zip(block.ranges, place, strict=True))


def shape_of(block: Block) -> tuple[int, ...]:
    """Return how many cells a block has along each dimension."""
    return tuple(len(cells) for cells in block.ranges)


def flat(place: Sequence[int], shape: Sequence[int]) -> int:
    """Return the number of a place, row by row."""
    found = 0
    for where, size in zip(place, shape, strict=True):
        found = found * size + where
    return found


def unflat(number: int, shape: Sequence[int]) -> Index:
    """Return the place of a number; the inverse of `flat`."""
    found = []
    for size in reversed(shape):
        number, where = divmod(number, size)
        found.append(where)
    return tuple(reversed(found))


def _among(ranges: Sequence[range], index: Sequence[int]) -> Index | None:
    if any(entry not in cells for cells, entry in zip(ranges, index, strict=True)):
        return None
    return tuple(cells.index(entry) for cells, entry in zip(ranges, index, strict=True))


def _bounds(ranges: Entries) -> Bounds:
    return tuple(
        (each, each + 1) if isinstance(each, int) else (min(each[0], each[-1]), max(each[0], each[-1]) + 1)
        for each in ranges
    )
