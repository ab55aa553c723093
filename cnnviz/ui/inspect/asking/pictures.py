"""Samples of any form as flat pictures."""

from __future__ import annotations

import numpy as np

from cnnviz.explain import Box
from cnnviz.explain.trace import Array
from cnnviz.ui.browse.rendering import is_series
from cnnviz.ui.inspect.volumes import thickened, volume

COLOURS = 3


def as_picture(image: Array, seen: Box | None) -> Array:
    """Return a sample (C, …) as a picture: its colours or the mean of its channels, the middle slice of a volume.

    `seen` cuts out a box; where that reaches beyond the sample, only what lies inside is left.
    """
    if seen is not None and image.ndim > 1:
        image = image[(slice(None), *(slice(max(first, 0), max(end, 1)) for first, end in seen[1:]))]
    if image.ndim == 2 and not is_series(image.shape):  # a row for each step, as a digit is read
        return np.asarray(image.T)
    planes = volume(image if image.ndim > 1 else image.reshape(1, -1))
    plane = planes[:, planes.shape[1] // 2]
    return np.moveaxis(plane, 0, -1) if len(plane) == COLOURS else np.asarray(plane.mean(axis=0))


def flat_filter(weights: Array) -> Array:
    """Return a filter (C, …) as a picture: in the colours of three channels, 0 being grey; else −1..1 of their sum.

    Of a volume, the slice that weighs most.
    """
    planes = volume(weights if weights.ndim > 1 else weights.reshape(1, -1))
    plane = planes[:, int(np.abs(planes).sum(axis=(0, 2, 3)).argmax())]
    if len(plane) == COLOURS:
        return np.moveaxis(0.5 + 0.5 * _normed(plane), 0, -1)
    return _normed(thickened(plane.sum(axis=0)[None])[0])


def _normed(array: Array) -> Array:
    return np.asarray(array / (float(np.abs(array).max(initial=0.0)) or 1.0), np.float32)


def frame_of(field: Box, shape: tuple[int, ...]) -> tuple[int, int, int, int] | None:
    """Return what a value sees of a picture as (top, bottom, left, right); None where that is all of it, or a row."""
    if len(shape) < 3:
        return None
    (top, bottom), (left, right) = (
        (max(first, 0), min(end, length)) for (first, end), length in zip(field[-2:], shape[-2:], strict=True)
    )
    whole = bottom - top == shape[-2] and right - left == shape[-1]
    return None if whole else (top, bottom, left, right)


def kind_of(index: tuple[int, ...]) -> str:
    """Return what a channel is called: the unit of a vector, the map of everything else."""
    return "unit" if len(index) == 1 else "map"
