"""A pixel fetched from between four pixels, where an affine map says (spatial transformers)."""

from __future__ import annotations

import math

import numpy as np

from cnnviz.explain.account import Account, added, multiplied, stray_of_sum
from cnnviz.explain.cells import Cells
from cnnviz.explain.explanation import Constant, PartValues
from cnnviz.layers.formula import Block, Sampled

COORDINATE_STRAY = 1e-6
"""How far a float32 coordinate may stray, as a share of the image's size: three products and some scaling."""


def sampled(formula: Sampled, cells: Cells) -> Account:
    """Return the account of a fetched pixel: four neighbours, each with (1 − |dx|) · (1 − |dy|); outside is zero."""
    image = cells.trace.activation(cells.source(Block(formula.image, ())))
    height, width = image.shape[-2:]
    thetas = _thetas(formula, cells)
    column, row = coordinates(formula, [each.value for each in thetas], (height, width))
    found = cells.part(_neighbours(formula.place[0], row, column), ("pixel", "share"))
    shares = np.outer(_shares(row), _shares(column))[None]
    part = multiplied(found, shares)
    total = added([part])
    reach = max(height, width, abs(row), abs(column)) * COORDINATE_STRAY
    tolerance = stray_of_sum([part]) + reach * _steepness(found)
    constants = (Constant("row", row), Constant("column", column), *thetas)
    return Account((part,), total, total, tolerance, constants=constants)


def _thetas(formula: Sampled, cells: Cells) -> tuple[Constant, ...]:
    """Return the six numbers of the map with their places."""
    source = cells.source(Block(formula.theta, ()))
    array = cells.trace.activation(source)
    places = (tuple(int(at) for at in np.unravel_index(i, array.shape)) for i in range(6))
    return tuple(
        Constant(f"θ{i // 3 + 1}{i % 3 + 1}", float(array[place]), (source, place))
        for i, place in enumerate(places)
    )


def coordinates(formula: Sampled, theta: list[float], size: tuple[int, int]) -> tuple[float, float]:
    """Return the column and row of the image that an output pixel is fetched from.

    From −1 to 1 between the outer edges: the centre of pixel i of n lies at (2i + 1) / n − 1.
    """
    (_, row, column), (rows, columns) = formula.place, formula.size
    x, y = (2 * column + 1) / columns - 1, (2 * row + 1) / rows - 1
    x, y = theta[0] * x + theta[1] * y + theta[2], theta[3] * x + theta[4] * y + theta[5]
    return ((x + 1) * size[1] - 1) / 2, ((y + 1) * size[0] - 1) / 2


def _neighbours(channel: int, row: float, column: float) -> Block:
    """Return the two rows and columns around a place; a place that is no number has none inside."""
    tops = (math.floor(at) if math.isfinite(at) else -2 for at in (row, column))
    return Block(0, (range(channel, channel + 1), *(range(top, top + 2) for top in tops)))


def _shares(at: float) -> tuple[float, float]:
    part = at - math.floor(at) if math.isfinite(at) else math.nan
    return 1 - part, part


def _steepness(cells: PartValues) -> float:
    """Return how much the picture changes between the neighbours, per pixel that the place moves."""
    return float(np.ptp(cells.values)) * 2
