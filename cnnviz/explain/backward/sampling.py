"""∂output/∂number for a pixel fetched from between four: to the four pixels, and to the map that says where."""

from __future__ import annotations

import math

from cnnviz.explain.backward.numbers import Numbers
from cnnviz.explain.backward.places import Target, flat
from cnnviz.explain.backward.share import Share
from cnnviz.explain.sampling import coordinates
from cnnviz.explain.trace import Array
from cnnviz.layers.formula import Sampled


def sampled(formula: Sampled, numbers: Numbers, target: Target) -> Share:
    """Return (1 − |dx|)·(1 − |dy|) of a pixel; for θ how fast the pixel changes where it is fetched, and how far."""
    image, theta = numbers.source(formula.image), numbers.source(formula.theta)
    size = (image.shape[-2], image.shape[-1])
    column, row = coordinates(formula, theta.ravel().tolist(), size)
    if not (math.isfinite(row) and math.isfinite(column)):
        return Share(math.nan, "share")
    if target.slot.key == formula.theta:
        return Share(_along_theta(formula, image, flat(target.index, theta.shape), row, column), "slope")
    channel, at_row, at_column = target.index
    if channel != formula.place[0]:
        return Share(0.0, "share")
    near = max(0.0, 1 - abs(row - at_row)) * max(0.0, 1 - abs(column - at_column))
    rough = max(1.0, abs(row), abs(column), *image.shape[-2:])  # a share is a difference of places
    return Share(near, "share", scale=float(rough) if near else 0.0)


def _along_theta(formula: Sampled, image: Array, number: int, row: float, column: float) -> float:
    """Return the picture's slope down (θ₂ⱼ) or to the right (θ₁ⱼ), times how far that number moves the place."""
    (channel, out_row, out_column), (rows, columns) = formula.place, formula.size
    arms = ((2 * out_column + 1) / columns - 1, (2 * out_row + 1) / rows - 1, 1.0)
    map_ = image[channel]
    top, left = math.floor(row), math.floor(column)
    down, right = row - top, column - left
    (a, b), (c, d) = ([_pixel(map_, top + i, left + j) for j in (0, 1)] for i in (0, 1))
    if number < 3:
        steepness, reach = (b - a) * (1 - down) + (d - c) * down, image.shape[-1] / 2
    else:
        steepness, reach = (c - a) * (1 - right) + (d - b) * right, image.shape[-2] / 2
    return float(steepness * reach * arms[number % 3])


def _pixel(map_: Array, row: int, column: int) -> float:
    inside = 0 <= row < map_.shape[0] and 0 <= column < map_.shape[1]
    return float(map_[row, column]) if inside else 0.0
