"""Samples and answers of any shape as one flat picture each."""

from __future__ import annotations

import math

import numpy as np

from cnnviz.ui.browse.rendering import is_series

RGB = 3
MOST_SLICES = 10
"""Of a volume or a film at most so many slices stand beside each other."""


def flat(sample: np.ndarray) -> np.ndarray:
    """Return a sample as a picture (H, W) or (H, W, 3): of a volume its middle slice, of a sequence its rows.

    A sequence of many features has a row for each step instead: so a digit that is read row by row stands upright.
    """
    if sample.ndim == 2:
        return sample if is_series(sample.shape) else sample.T
    sample = sample.reshape(1, 1, -1) if sample.ndim == 1 else sample
    sample = sample[:, sample.shape[1] // 2] if sample.ndim == 4 else sample
    return np.moveaxis(sample, 0, -1) if len(sample) == RGB else sample[0]


def side_by_side(values: np.ndarray, most: int = MOST_SLICES) -> np.ndarray:
    """Return values of any shape as (H, W): channels are averaged, slices stand beside each other, a row is folded."""
    if values.ndim == 1:
        return folded(values)
    if values.ndim == 2:
        return values
    if values.ndim == 3:
        found: np.ndarray = values.mean(axis=0)
        return found
    slices = values.mean(axis=0)
    return np.concatenate(list(slices[chosen_slices(len(slices), most)]), axis=1)


def chosen_slices(count: int, most: int) -> list[int]:
    """Return which slices of a volume, or frames of a film, are shown: all, or so many spread evenly."""
    return (
        list(range(count)) if count <= most else np.linspace(0, count - 1, most).round().astype(int).tolist()
    )


def folded(row: np.ndarray) -> np.ndarray:
    """Return a row of values (F,) as the squarest picture that it fills."""
    tall = next(each for each in range(math.isqrt(len(row)), 0, -1) if len(row) % each == 0)
    if tall == 1 and len(row) > MOST_SLICES:
        tall = math.isqrt(len(row))
        row = np.pad(row, (0, -len(row) % tall))
    return row.reshape(tall, -1)


def pair(true: np.ndarray, predicted: np.ndarray, most: int = MOST_SLICES) -> np.ndarray:
    """Return what was wanted beside what was answered, as one picture (H, W) from 0 to 1 in the range of the former."""
    pictures = [_squared(side_by_side(each, most)) for each in (true, predicted)]
    both = [scaled(each, pictures[0]) for each in pictures]
    tall, wide = both[0].shape
    axis = 0 if wide > 2 * tall else 1
    gap = np.full((1, wide) if axis == 0 else (tall, 1), 0.5)
    return np.concatenate([both[0], gap, both[1]], axis=axis)


def scaled(values: np.ndarray, reference: np.ndarray) -> np.ndarray:
    """Return values from 0 to 1 in the range of others; what lies within 0 and 1 already keeps that range."""
    low, high = float(reference.min()), float(reference.max())
    low, high = (0.0, 1.0) if low >= 0 and high <= 1 else (low, max(high, low + 1e-9))
    found: np.ndarray = np.clip((values - low) / (high - low), 0, 1)
    return found


def _squared(picture: np.ndarray) -> np.ndarray:
    """Return a picture that is not much flatter than wide: a sequence gets rows enough to be seen."""
    times = max(picture.shape[1] // (4 * picture.shape[0]), 1)
    return np.repeat(picture, times, axis=0)
