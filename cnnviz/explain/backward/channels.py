"""All output channels at once: where they differ in their row of the weights alone, one formula speaks for all."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from cnnviz.explain.backward.numbers import Numbers
from cnnviz.explain.backward.places import Target, entry_at, flat, place_in, shape_of, unflat
from cnnviz.explain.backward.readers import Asked, Box
from cnnviz.explain.trace import Array
from cnnviz.layers.formula import Formula, Part, WeightedSum


def weights_towards(asked: Asked, numbers: Numbers, box: Box, target: Target) -> Array | None:
    """Return the weight between a cell and every output of a box, in its shape; None where outputs differ in more.

    A convolution reads the same window for every output channel; its formulas differ in the kernel's number.
    """
    first, last = (asked.formula(tuple(cells[at] for cells in box)) for at in (0, -1))
    first_here = asked.formula((box[0][0], *(cells[-1] for cells in box[1:])))
    if target.slot.learned or len(box[0]) < 2 or _of_channel(first_here, box[0][-1]) != last:
        return None
    if not isinstance(first, WeightedSum) or _of_channel(first, box[0][0]) != first:
        return None
    shape = tuple(len(cells) for cells in box)
    found = np.zeros((shape[0], int(np.prod(shape[1:]))))
    for at, place in enumerate(np.ndindex(*shape[1:])):
        index = (box[0][0], *(cells[where] for cells, where in zip(box[1:], place, strict=True)))
        formula = asked.formula(index)
        if isinstance(formula, WeightedSum):
            found[:, at] = _column(formula.parts[0], numbers, target, box[0])
    return found.reshape(shape)


def _column(part: Part, numbers: Numbers, target: Target, channels: range) -> Array | float:
    """Return the weights of a cell towards all channels; 0 where the window leaves the cell out."""
    place = place_in(part.block, target)
    if place is None:
        return 0.0
    sizes = tuple(len(each) for each in part.at if not isinstance(each, int))
    rest = numbers.parameter_shape(part.weight)[len(part.at) :]
    _, *entry = entry_at(part.at, unflat(flat(place, shape_of(part.block)), (*sizes, *rest)))
    weight = numbers.parameter(part.weight)
    rows = weight.reshape(len(weight), -1)[channels.start : channels[-1] + 1 : channels.step]
    return np.asarray(part.factor * rows[:, flat(entry, weight.shape[1:])])


def _of_channel(formula: Formula, channel: int) -> Formula | None:
    """Return the formula of another output channel, if it is one weighted sum whose weights have a row per channel."""
    if not isinstance(formula, WeightedSum) or formula.function or len(formula.parts) != 1:
        return None
    (part,) = formula.parts
    if not part.weight or part.values or part.times or part.function or not isinstance(part.at[0], int):
        return None
    biases = tuple((name, (channel, *at[1:])) for name, at in formula.biases)
    return replace(formula, parts=(replace(part, at=(channel, *part.at[1:])),), biases=biases)
